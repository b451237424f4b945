package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.Failed;
import dev.sluice.control.StreamException.Truncated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class EventQueueTest {
    private static final EndReason FAILED = new Failed(new Truncated("cut"));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 9, 256})
    void handsOverEverythingInOrderWhateverTheCapacity(int capacity) throws Exception {
        var queue = new EventQueue<Integer>(capacity);
        var taken = consume(queue);
        for (int i = 0; i < 10_000; i++) {
            assertThat(queue.put(i)).isTrue();
            assertThat(queue.size()).isLessThanOrEqualTo(capacity);
        }
        queue.end(new Completed());
        assertThat(taken.get(10, TimeUnit.SECONDS))
                .isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void holdsNoMoreThanItsCapacityWhileTheConsumerIsAway(int capacity) {
        var queue = new EventQueue<Integer>(capacity);
        var put = new AtomicInteger();
        Thread producer = Thread.ofVirtual().start(() -> {
            try {
                while (queue.put(put.get())) {
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
        var queue = new EventQueue<String>(4);
        queue.put("a");
        queue.put("b");
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
        var queue = new EventQueue<String>(4);
        queue.put("a");
        assertThat(queue.abort(new Cancelled("stop"))).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.size()).isZero();
    }

    @Test
    void theFirstEndCounts() throws Exception {
        var queue = new EventQueue<String>(4);
        assertThat(queue.end(new Completed())).isTrue();
        assertThat(queue.end(FAILED)).isFalse();
        assertThat(queue.abort(new Cancelled("late"))).isFalse();
        assertThat(queue.putLast("x", FAILED)).isFalse();
        assertThat(queue.put("x")).isFalse();
        assertThat(queue.endReason()).contains(new Completed());
        assertThat(queue.take()).isNull();
    }

    @Test
    void anAbortWinsOverAnEndThatIsNotReachedYet() throws Exception {
        var queue = new EventQueue<String>(4);
        queue.put("a");
        queue.end(FAILED);
        assertThat(queue.abort(new Cancelled("stop"))).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.endReason()).contains(new Cancelled("stop"));
    }

    @Test
    void theLastItemAndTheEndAreOneStep() throws Exception {
        var queue = new EventQueue<String>(1);
        assertThat(queue.putLast("stop", new Completed())).isTrue();
        assertThat(queue.take()).isEqualTo("stop");
        assertThat(queue.abort(new Cancelled("too late"))).isFalse();
        assertThat(queue.endReason()).contains(new Completed());
    }

    @Test
    void theItemOfAWaitingProducerSurvivesAnEnd() throws Exception {
        var queue = new EventQueue<String>(1);
        var result = new CompletableFuture<Boolean>();
        Thread producer = start(() -> result.complete(queue.put("in hand")));
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
        queue.end(FAILED);
        assertThat(result.get(5, TimeUnit.SECONDS)).as("nothing more is wanted").isFalse();
        assertThat(queue.take()).isEqualTo("in hand");
        assertThat(queue.take()).isNull();
    }

    @Test
    void theItemOfAnInterruptedProducerSurvives() throws Exception {
        var queue = new EventQueue<String>(1);
        var result = new CompletableFuture<Boolean>();
        Thread producer = start(() -> result.complete(queue.put("in hand")));
        Awaitility.await().until(() -> producer.getState() == Thread.State.WAITING);
        producer.interrupt();
        producer.join(Duration.ofSeconds(5));
        assertThat(queue.take()).isEqualTo("in hand");
    }

    @Test
    void aWaitingConsumerIsWokenByAnItemAnEndAndAnAbort() throws Exception {
        for (int way = 0; way < 4; way++) {
            var queue = new EventQueue<String>(4);
            var result = new CompletableFuture<String>();
            Thread consumer = start(() -> result.complete(queue.take()));
            Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
            switch (way) {
                case 0 -> queue.put("item");
                case 1 -> queue.end(new Completed());
                case 2 -> queue.abort(new Cancelled("stop"));
                default -> queue.putLast("item", new Completed());
            }
            assertThat(result.get(5, TimeUnit.SECONDS)).isEqualTo(way == 0 || way == 3 ? "item" : null);
        }
    }

    @Test
    void aSecondThreadThatTakesIsRefusedAndTheFirstIsStillWoken() throws Exception {
        var queue = new EventQueue<String>(4);
        var taken = new CompletableFuture<String>();
        Thread consumer = start(() -> taken.complete(queue.take()));
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
        assertThatThrownBy(queue::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one thread takes");
        queue.put("for the first");
        assertThat(taken.get(10, TimeUnit.SECONDS)).isEqualTo("for the first");
    }

    @Test
    void anInterruptEndsTheConsumersWait() throws Exception {
        var queue = new EventQueue<String>(4);
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

    /** The interleaving: the producer waits for room, the consumer drains everything, the abort comes between. */
    @RepeatedTest(50)
    void raceOfProducerConsumerAndAbortNeverHangsAndNeverReorders() throws Exception {
        var queue = new EventQueue<Integer>(2);
        var taken = consume(queue);
        Thread producer = start(() -> {
            for (int i = 0; queue.put(i); i++) {
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
    void aCapacityBelowOneIsRefusedByName() {
        assertThatThrownBy(() -> new EventQueue<>(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("capacity");
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
