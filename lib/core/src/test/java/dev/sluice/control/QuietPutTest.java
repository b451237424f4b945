package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an {@link EventQueue} does to wake nobody more often than it must, and what it must all the same. */
@Timeout(30)
class QuietPutTest {
    private final EventQueue<Integer> queue = new EventQueue<>(8);
    private final List<Integer> taken = new ArrayList<>();

    private Thread consumer() {
        Thread consumer = Thread.ofVirtual().start(() -> {
            try {
                for (Integer item = queue.take(); item != null; item = queue.take()) {
                    taken.add(item);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        awaitWaiting(consumer);
        return consumer;
    }

    private static void awaitWaiting(Thread thread) {
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void aConsumerSleepsOnUntilItIsWoken() throws Exception {
        Thread consumer = consumer();
        queue.putQuietly(0);
        queue.putQuietly(1);
        assertThat(consumer.getState()).isEqualTo(Thread.State.WAITING);
        assertThat(queue.size()).as("but it is there").isEqualTo(2);
        queue.wake();
        Awaitility.await().until(() -> queue.size() == 0);
        queue.end(new Completed());
        consumer.join();
        assertThat(taken).isEqualTo(upTo(2));
    }

    @Test
    void itIsWokenWhenTheQueueIsHalfFullAndByEveryEnd() throws Exception {
        Thread consumer = consumer();
        for (int i = 0; i < 5; i++) {
            queue.putQuietly(i);
        }
        Awaitility.await().until(() -> queue.size() == 0);
        awaitWaiting(consumer);
        queue.putQuietly(5);
        queue.end(new Completed());
        consumer.join();
        assertThat(taken).isEqualTo(upTo(6));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "15, 1", "16, 8", "256, 128"})
    void aProducerThatFoundItFullIsWokenWhenHalfIsFreeOrAPlaceInASmallOne(int capacity, int room) throws Exception {
        var full = new EventQueue<Integer>(capacity);
        Thread producer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; full.putQuietly(i); i++) {}
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        awaitWaiting(producer);
        for (int i = 0; i < room; i++) {
            assertThat(producer.getState()).isEqualTo(Thread.State.WAITING);
            assertThat(full.size()).isEqualTo(capacity - i);
            assertThat(full.take()).isEqualTo(i);
        }
        Awaitility.await().until(() -> full.size() == capacity);
        full.abort(new Cancelled("enough"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 3", "16, 5", "17, 2", "256, 1", "256, 7", "256, 110", "300, 1000"})
    void itFillsUpToItsCapacityHoweverManyItemsAreBetweenTheWakes(int capacity, int between) throws Exception {
        var full = new EventQueue<Integer>(capacity);
        Thread producer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; full.putQuietly(i); i++) {
                    if (i % between == 0) {
                        full.wake();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        int taken = 0;
        for (int round = 0; round < 5; round++) {
            Awaitility.await().until(() -> full.size() == capacity);
            awaitWaiting(producer);
            assertThat(full.size()).isEqualTo(capacity);
            for (int i = 0; i < (capacity + 1) / 2; i++) {
                assertThat(full.take()).isEqualTo(taken++);
            }
        }
        full.abort(new Cancelled("enough"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void anAbortDropsWhatTheConsumerHasTakenButNotHandedOut() throws Exception {
        queue.put(0);
        queue.put(1);
        queue.put(2);
        assertThat(queue.take()).isEqualTo(0);
        queue.end(new Completed());
        assertThat(queue.endReason()).as("two are left").isEmpty();
        assertThat(queue.abort(new Cancelled("stop"))).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.size()).isZero();
        assertThat(queue.endReason()).contains(new Cancelled("stop"));
    }

    @Test
    void aboutTheLastItemThereIsNoDoubt() throws Exception {
        queue.put(0);
        queue.putLast(1, new Completed());
        assertThat(queue.take()).isEqualTo(0);
        assertThat(queue.take()).isEqualTo(1);
        assertThat(queue.abort(new Cancelled("too late"))).isFalse();
        assertThat(queue.endReason()).contains(new Completed());
    }

    /** The interleaving: an abort drops the very batch that the consumer is handing itself. Either one has an item, never both. */
    @RepeatedTest(200)
    void raceOfAnAbortAndTheConsumerForTheLastItem() throws Exception {
        queue.put(0);
        queue.putLast(1, new Completed());
        assertThat(queue.take()).isEqualTo(0);
        var go = new CountDownLatch(1);
        var aborted = new AtomicInteger(-1);
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                go.await();
                aborted.set(queue.abort(new Cancelled("now")) ? 1 : 0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        go.countDown();
        Integer last = queue.take();
        other.join();
        assertThat(aborted).hasValue(last == null ? 1 : 0);
        assertThat(queue.endReason()).contains(last == null ? new Cancelled("now") : new Completed());
    }

    /** The interleaving: the producer is about to wait for room while the consumer makes the last of it. */
    /** Once, an index was read that an abort had moved beyond what the consumer had taken. */
    @RepeatedTest(10)
    void raceOfAnAbortAndAConsumerThatHasNotTakenWhatIsThere() throws Exception {
        var handed = new SynchronousQueue<EventQueue<Integer>>();
        int rounds = 2_000;
        var consumer = CompletableFuture.runAsync(() -> {
            try {
                for (int round = 0; round < rounds; round++) {
                    EventQueue<Integer> racing = handed.take();
                    while (racing.take() != null) {
                        Thread.onSpinWait();
                    }
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int round = 0; round < rounds; round++) {
            var racing = new EventQueue<Integer>(64);
            for (int i = 0; i < 5; i++) {
                racing.put(i);
            }
            while (!handed.offer(racing, 10, TimeUnit.MILLISECONDS)) {
                assertThat(consumer).isNotCompletedExceptionally();
            }
            for (int spin = 0; spin < round % 64; spin++) {
                racing.put(spin);
            }
            racing.abort(new Cancelled("race"));
        }
        consumer.get(10, TimeUnit.SECONDS);
    }

    @RepeatedTest(20)
    void raceOfAFullQueueAndAQuickConsumerNeverHangs() throws Exception {
        var small = new EventQueue<Integer>(2);
        Thread producer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 20_000; i++) {
                    small.putQuietly(i);
                }
                small.end(new Completed());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        int expected = 0;
        for (Integer item = small.take(); item != null; item = small.take()) {
            assertThat(item).isEqualTo(expected++);
        }
        assertThat(expected).isEqualTo(20_000);
        assertThat(producer.join(Duration.of(5, TimeUnit.SECONDS.toChronoUnit())))
                .isTrue();
    }
}
