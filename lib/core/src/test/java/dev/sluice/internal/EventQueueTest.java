package dev.sluice.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException.Truncated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class EventQueueTest {
    private static final long BYTES = 1 << 20;
    private static final EndReason FAILED = new Failed(new Truncated("cut"));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 9, 256})
    void handsOverEverythingInOrderWhateverTheCapacity(int capacity) throws Exception {
        var queue = new EventQueue<Integer>(capacity, BYTES);
        var taken = consume(queue);
        for (int i = 0; i < 10_000; i++) {
            assertThat(queue.put(i, 1)).isTrue();
            assertThat(queue.size()).isLessThanOrEqualTo(capacity);
        }
        queue.flush();
        queue.end(new Completed());
        assertThat(taken.get(10, TimeUnit.SECONDS))
                .isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void holdsNoMoreThanItsCapacityWhileTheConsumerIsAway(int capacity) {
        var queue = new EventQueue<Integer>(capacity, BYTES);
        var put = new AtomicInteger();
        Thread producer = Thread.ofVirtual().start(() -> {
            try {
                while (queue.put(put.get(), 1)) {
                    put.incrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
        assertThat(queue.size()).isEqualTo(capacity);
        assertThat(put).hasValue(capacity - 1);
        queue.abort(new Cancelled("enough"));
    }

    @Test
    void whatIsQueuedIsHandedOutBeforeAnEnd() throws Exception {
        var queue = new EventQueue<String>(4, BYTES);
        queue.put("a", 1);
        queue.put("b", 1);
        queue.flush();
        assertThat(queue.end(FAILED)).isTrue();
        assertThat(queue.endReason()).as("not reached yet").isEmpty();
        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.take()).isEqualTo("b");
        assertThat(queue.take()).isNull();
        assertThat(queue.take()).as("every time").isNull();
        assertThat(queue.endReason()).contains(FAILED);
    }

    @Test
    void whatIsQueuedIsDroppedByAnAbort() throws Exception {
        var queue = new EventQueue<String>(4, BYTES);
        queue.put("a", 1);
        assertThat(queue.abort(new Cancelled("stop"))).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.size()).isZero();
    }

    @Test
    void theFirstEndCounts() throws Exception {
        var queue = new EventQueue<String>(4, BYTES);
        assertThat(queue.end(new Completed())).isTrue();
        assertThat(queue.end(FAILED)).isFalse();
        assertThat(queue.abort(new Cancelled("late"))).isFalse();
        assertThat(queue.end("x", FAILED)).isFalse();
        assertThat(queue.put("x", 1)).isFalse();
        assertThat(queue.endReason()).contains(new Completed());
        assertThat(queue.take()).isNull();
    }

    @Test
    void anAbortWinsOverAnEndThatIsNotReachedYet() throws Exception {
        var queue = new EventQueue<String>(4, BYTES);
        queue.put("a", 1);
        queue.flush();
        queue.end(FAILED);
        assertThat(queue.abort(new Cancelled("stop"))).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.endReason()).contains(new Cancelled("stop"));
    }

    @Test
    void theLastItemAndTheEndAreOneStep() throws Exception {
        var queue = new EventQueue<String>(1, BYTES);
        assertThat(queue.end("stop", new Completed())).isTrue();
        assertThat(queue.take()).isEqualTo("stop");
        assertThat(queue.abort(new Cancelled("too late"))).isFalse();
        assertThat(queue.endReason()).contains(new Completed());
    }

    @Test
    void theItemOfAWaitingProducerSurvivesAnEnd() throws Exception {
        var queue = new EventQueue<String>(1, BYTES);
        var result = new CompletableFuture<Boolean>();
        Thread producer = start(() -> result.complete(queue.put("in hand", 1)));
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
        queue.flush();
        queue.end(FAILED);
        assertThat(result.get(5, TimeUnit.SECONDS)).as("nothing more is wanted").isFalse();
        assertThat(queue.take()).isEqualTo("in hand");
        assertThat(queue.take()).isNull();
    }

    @Test
    void theItemOfAnInterruptedProducerSurvives() throws Exception {
        var queue = new EventQueue<String>(1, BYTES);
        var result = new CompletableFuture<Boolean>();
        Thread producer = start(() -> result.complete(queue.put("in hand", 1)));
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
        producer.interrupt();
        producer.join(Duration.ofSeconds(5));
        assertThat(queue.take()).isEqualTo("in hand");
    }

    @Test
    void aWaitingConsumerIsWokenByAnItemAnEndAndAnAbort() throws Exception {
        for (int way = 0; way < 4; way++) {
            var queue = new EventQueue<String>(4, BYTES);
            var result = new CompletableFuture<String>();
            Thread consumer = start(() -> result.complete(queue.take()));
            Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
            switch (way) {
                case 0 -> {
                    queue.put("item", 1);
                    queue.flush();
                }
                case 1 -> queue.end(new Completed());
                case 2 -> queue.abort(new Cancelled("stop"));
                default -> queue.end("item", new Completed());
            }
            assertThat(result.get(5, TimeUnit.SECONDS)).isEqualTo(way == 0 || way == 3 ? "item" : null);
        }
    }

    @Test
    void aSecondThreadThatTakesIsRefusedAndTheFirstIsStillWoken() throws Exception {
        var queue = new EventQueue<String>(4, BYTES);
        var taken = new CompletableFuture<String>();
        Thread consumer = start(() -> taken.complete(queue.take()));
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
        assertThatThrownBy(queue::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one thread takes");
        queue.put("for the first", 1);
        queue.flush();
        assertThat(taken.get(10, TimeUnit.SECONDS)).isEqualTo("for the first");
    }

    @Test
    void anInterruptEndsTheConsumersWait() throws Exception {
        var queue = new EventQueue<String>(4, BYTES);
        var interrupted = new CompletableFuture<Boolean>();
        Thread consumer = Thread.ofVirtual().start(() -> {
            try {
                queue.take();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
        consumer.interrupt();
        assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aConsumerSleepsOnUntilTheProducerFlushesOrTheQueueIsHalfFull() throws Exception {
        var queue = new EventQueue<Integer>(16, BYTES);
        var taken = consume(queue);
        for (int i = 0; i < 4; i++) {
            queue.put(i, 1);
        }
        assertThat(taken).isNotDone();
        queue.flush();
        Awaitility.await().until(() -> queue.size() == 0);
        for (int i = 4; i < 14; i++) {
            queue.put(i, 1);
        }
        Awaitility.await().until(() -> queue.size() == 0);
        queue.put(14, 1);
        queue.flush();
        queue.end(new Completed());
        assertThat(taken.get(10, TimeUnit.SECONDS))
                .isEqualTo(IntStream.range(0, 15).boxed().toList());
    }

    @Test
    void itHoldsNoMoreBytesThanItsBoundAndOneItemBeyond() throws Exception {
        var queue = new EventQueue<Integer>(256, 1000);
        var put = new AtomicInteger();
        Thread producer = start(() -> {
            while (queue.put(put.get(), 300)) {
                put.incrementAndGet();
            }
        });
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
        assertThat(queue.size()).as("of 300 bytes each").isEqualTo(4);
        for (int i = 0; i < 100; i++) {
            assertThat(queue.take()).isEqualTo(i);
            assertThat(queue.size()).isLessThanOrEqualTo(4);
        }
        queue.abort(new Cancelled("enough"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void anItemThatIsLargerThanTheBoundIsLetThroughAlone() throws Exception {
        var queue = new EventQueue<Integer>(256, 1000);
        var taken = consume(queue);
        for (int i = 0; i < 100; i++) {
            queue.put(i, 5000);
            assertThat(queue.size()).isLessThanOrEqualTo(1);
        }
        queue.flush();
        queue.end(new Completed());
        assertThat(taken.get(10, TimeUnit.SECONDS)).hasSize(100);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "15, 1", "16, 8", "256, 128"})
    void aProducerThatFoundItFullIsWokenWhenHalfIsFreeOrAPlaceInASmallOne(int capacity, int room) throws Exception {
        var full = new EventQueue<Integer>(capacity, BYTES);
        var put = new AtomicInteger();
        Thread producer = start(() -> {
            while (full.put(put.get(), 1)) {
                put.incrementAndGet();
            }
        });
        int taken = 0;
        for (int round = 0; round < 5; round++) {
            Awaitility.await().until(() -> full.size() == capacity && producer.getState() == Thread.State.WAITING);
            for (int i = 0; i < room; i++) {
                assertThat(producer.getState()).isEqualTo(Thread.State.WAITING);
                assertThat(full.take()).isEqualTo(taken++);
            }
        }
        full.abort(new Cancelled("enough"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void anAbortDropsWhatTheConsumerHasTakenButNotHandedOut() throws Exception {
        var queue = new EventQueue<Integer>(64, BYTES);
        for (int i = 0; i < 3; i++) {
            queue.put(i, 1);
        }
        queue.flush();
        assertThat(queue.take()).isEqualTo(0);
        queue.end(new Completed());
        assertThat(queue.endReason()).as("two are left").isEmpty();
        assertThat(queue.abort(new Cancelled("stop"))).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.size()).isZero();
        assertThat(queue.endReason()).contains(new Cancelled("stop"));
    }

    /** The interleaving: an abort drops the very batch whose last item the consumer takes. Either one has it, never both. */
    @RepeatedTest(200)
    void raceOfAnAbortAndTheConsumerForTheLastItem() throws Exception {
        var queue = new EventQueue<Integer>(64, BYTES);
        queue.put(0, 1);
        queue.end(1, new Completed());
        assertThat(queue.take()).isEqualTo(0);
        var go = new CountDownLatch(1);
        var aborted = new CompletableFuture<Boolean>();
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                go.await();
                aborted.complete(queue.abort(new Cancelled("now")));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        go.countDown();
        Integer last = queue.take();
        other.join();
        assertThat(aborted).isCompletedWithValue(last == null);
        assertThat(queue.endReason()).contains(last == null ? new Cancelled("now") : new Completed());
    }

    @RepeatedTest(5)
    void raceOfAFullQueueAndAQuickConsumerNeverHangs() throws Exception {
        var small = new EventQueue<Integer>(2, BYTES);
        var taken = consume(small);
        Thread producer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 5_000; i++) {
                    small.put(i, 1);
                }
                small.flush();
                small.end(new Completed());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(taken.get(20, TimeUnit.SECONDS))
                .isEqualTo(IntStream.range(0, 5_000).boxed().toList());
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    /** The interleaving: the producer waits for room, the consumer drains everything, the abort comes between. */
    @RepeatedTest(50)
    void raceOfProducerConsumerAndAbortNeverHangsAndNeverReorders() throws Exception {
        var queue = new EventQueue<Integer>(2, BYTES);
        var taken = consume(queue);
        Thread producer = start(() -> {
            for (int i = 0; queue.put(i, 1); i++) {
                if (i == 500) {
                    Thread.ofVirtual().start(() -> queue.abort(new Cancelled("now")));
                }
            }
        });
        List<Integer> items = taken.get(10, TimeUnit.SECONDS);
        assertThat(items).isEqualTo(IntStream.range(0, items.size()).boxed().toList());
        assertThat(items.size()).isGreaterThan(490);
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void aBoundBelowOneIsRefusedByName() {
        assertThatThrownBy(() -> new EventQueue<>(0, BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("capacity");
        assertThatThrownBy(() -> new EventQueue<>(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBytes");
    }

    private interface Action {
        void run() throws InterruptedException, ExecutionException;
    }

    private static Thread start(Action action) {
        return Thread.ofVirtual().start(() -> {
            try {
                action.run();
            } catch (InterruptedException | ExecutionException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static CompletableFuture<List<Integer>> consume(EventQueue<Integer> queue) {
        var result = new CompletableFuture<List<Integer>>();
        start(() -> {
            var items = new ArrayList<Integer>();
            for (Integer item = queue.take(); item != null; item = queue.take()) {
                items.add(item);
            }
            result.complete(items);
        });
        return result;
    }
}
