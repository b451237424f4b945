package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A consumer that has emptied an {@link EventQueue} does the work of the producer that sleeps because it was full. */
@Timeout(30)
class StandInTest {
    private static final int CAPACITY = 16;

    private final EventQueue<Integer> queue = new EventQueue<>(CAPACITY);
    private final List<Thread> workers = Collections.synchronizedList(new ArrayList<>());
    private volatile Thread producer;
    private int next; // the producer's, or whose turn it is
    private volatile int there; // the work that takes no wait ends here

    private final BooleanSupplier standIn = this::standIn;

    private boolean standIn() {
        if (next >= there) {
            return false;
        }
        workers.add(Thread.currentThread());
        try {
            queue.add(next++);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return true;
    }

    /** Puts numbers; those below {@link #there} can be had by a stand-in, too. */
    private void produce(int until) {
        producer = Thread.ofVirtual().start(() -> {
            try {
                while (next < until) {
                    queue.add(next++);
                    if (!queue.awaitRoom(standIn)) {
                        return;
                    }
                }
                queue.wake();
                queue.end(new Completed());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        awaitAsleep();
    }

    private void awaitAsleep() {
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
    }

    private void expect(int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            assertThat(queue.take()).isEqualTo(i);
        }
    }

    @Test
    void theConsumerGoesOnWhereTheProducerSleepsAndDoesNotWakeIt() throws Exception {
        there = 100;
        produce(200);
        assertThat(queue.size()).isEqualTo(CAPACITY);
        for (int i = 0; i < 100; i++) {
            expect(i, i + 1);
            assertThat(producer.getState()).isEqualTo(Thread.State.WAITING);
            assertThat(queue.size()).isLessThanOrEqualTo(CAPACITY);
        }
        assertThat(workers).hasSize(100 - CAPACITY).containsOnly(Thread.currentThread());
        expect(100, 200);
        assertThat(queue.take()).isNull();
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void whereThereIsNothingWithoutAWaitTheProducerIsWoken() throws Exception {
        produce(40);
        expect(0, 40);
        assertThat(queue.take()).isNull();
        assertThat(workers).isEmpty();
    }

    @Test
    void whereNobodyElseCanTheProducerIsWokenWhenHalfIsFree() throws Exception {
        var alone = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < CAPACITY; i++) {
                    queue.add(i);
                }
                queue.awaitRoom(null);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Awaitility.await().until(() -> alone.getState() == Thread.State.WAITING);
        expect(0, CAPACITY / 2 - 1);
        assertThat(alone.getState()).isEqualTo(Thread.State.WAITING);
        expect(CAPACITY / 2 - 1, CAPACITY / 2 + 1); // with the next take, if it had only just gone to sleep
        assertThat(alone.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void aStandInThatEndsTheQueueHandsOutTheLastItem() throws Exception {
        BooleanSupplier last = () -> queue.putLast(-1, new Completed());
        var sleeper = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < CAPACITY; i++) {
                    queue.add(i);
                }
                assertThat(queue.awaitRoom(last)).isFalse();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Awaitility.await().until(() -> sleeper.getState() == Thread.State.WAITING);
        expect(0, CAPACITY);
        assertThat(queue.take()).isEqualTo(-1);
        assertThat(queue.take()).isNull();
        assertThat(queue.endReason()).contains(new Completed());
        assertThat(sleeper.join(Duration.ofSeconds(5))).isTrue();
    }

    /** What an interrupt is meant for is the consumer's to say; if it is the end, nothing must have come in between. */
    @Test
    void anInterruptedConsumerNeitherStandsInNorWakesTheProducer() throws Exception {
        there = 100;
        produce(200);
        expect(0, CAPACITY);
        Thread.currentThread().interrupt();
        assertThatThrownBy(queue::take).isInstanceOf(InterruptedException.class);
        assertThat(producer.getState()).isEqualTo(Thread.State.WAITING);
        assertThat(workers).isEmpty();
        queue.abort(new Cancelled("interrupted"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void anEndWakesTheProducerThoughSomebodyCouldStandIn() throws Exception {
        there = 100;
        produce(200);
        expect(0, 20);
        queue.end(new Cancelled("enough"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
        expect(20, next);
        assertThat(queue.take()).isNull();
    }

    @Test
    void anInterruptedProducerSleepsNoMore() throws Exception {
        there = 100;
        produce(200);
        producer.interrupt();
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
        expect(0, CAPACITY);
        assertThat(workers).as("what nobody sleeps for").isEmpty();
    }

    @Test
    void whoForgetsToWaitForRoomWaitsBeforeTheNextItem() throws Exception {
        var hasty = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    queue.add(i);
                }
                queue.wake();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Awaitility.await().until(() -> hasty.getState() == Thread.State.WAITING);
        assertThat(queue.size()).isEqualTo(CAPACITY);
        expect(0, 100); // all: a producer that has only just found the queue full is woken by the next look for an item
        assertThat(hasty.join(Duration.ofSeconds(5))).isTrue();
    }

    /** The interleaving: the queue was full, and before its producer sleeps the consumer has emptied it and sleeps itself. */
    @Test
    void raceOfAProducerThatIsAboutToSleepAndAConsumerThatIsQuicker() throws Exception {
        for (int i = 0; i < CAPACITY; i++) {
            queue.add(i);
        }
        var taken = new CountDownLatch(CAPACITY + 3);
        Thread consumer = Thread.ofVirtual().start(() -> {
            try {
                while (queue.take() != null) {
                    taken.countDown();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
        there = 3;
        assertThat(queue.awaitRoom(standIn)).isTrue();
        assertThat(taken.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(workers).as("who had the time").hasSize(3).containsOnly(consumer);
        queue.end(new Completed());
        assertThat(consumer.join(Duration.ofSeconds(5))).isTrue();
    }

    /** The interleaving: the producer finds the queue full while the consumer empties it and goes to sleep. */
    @RepeatedTest(20)
    void raceOfAFullQueueAndAConsumerThatEmptiesIt() throws Exception {
        int all = 20_000;
        var numbers = new EventQueue<Integer>(CAPACITY);
        var state = new int[1];
        BooleanSupplier standIn = () -> {
            if (state[0] == all || state[0] % 7 == 0) {
                return false;
            }
            try {
                numbers.add(state[0]++);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return true;
        };
        Thread racer = Thread.ofPlatform().start(() -> {
            try {
                while (state[0] < all) {
                    numbers.add(state[0]++);
                    numbers.awaitRoom(standIn);
                    if (state[0] % 100 == 0) {
                        numbers.wake();
                    }
                }
                numbers.end(new Completed());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (int i = 0; i < all; i++) {
            assertThat(numbers.take()).isEqualTo(i);
        }
        assertThat(numbers.take()).isNull();
        assertThat(racer.join(Duration.ofSeconds(5))).isTrue();
    }

    /** The interleaving: the end comes while the consumer stands in. */
    @RepeatedTest(50)
    void raceOfAStandInAndAnAbort() throws Exception {
        there = Integer.MAX_VALUE;
        produce(Integer.MAX_VALUE);
        Thread aborter = Thread.ofPlatform().start(() -> queue.abort(new Cancelled("now")));
        int expected = 0;
        for (Integer item = queue.take(); item != null; item = queue.take()) {
            assertThat(item).isEqualTo(expected++);
        }
        aborter.join();
        assertThat(queue.size()).isZero();
        assertThat(queue.endReason()).contains(new Cancelled("now"));
        assertThat(producer.join(Duration.ofSeconds(5))).isTrue();
    }

    /** A server that is always ahead gives a consumer nothing to wait for. */
    @Test
    void virtualThreadsThatStandInLetOthersRun() throws Exception {
        int streams = 2 * Runtime.getRuntime().availableProcessors() + 1;
        var done = new CountDownLatch(streams);
        var queues = IntStream.range(0, streams)
                .mapToObj(i -> new EventQueue<Integer>(CAPACITY))
                .toList();
        for (EventQueue<Integer> endless : queues) {
            BooleanSupplier standIn = () -> {
                try {
                    endless.add(0);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                return true;
            };
            Thread.startVirtualThread(() -> {
                try {
                    while (endless.awaitRoom(standIn)) {
                        endless.add(0);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; endless.take() != null; i++) {
                        if (i == 10_000) {
                            done.countDown();
                        }
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        boolean all = done.await(20, TimeUnit.SECONDS);
        queues.forEach(endless -> endless.abort(new Cancelled("enough")));
        assertThat(all).as("each had its turn").isTrue();
    }
}
