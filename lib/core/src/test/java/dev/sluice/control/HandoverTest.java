package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A producer that leaves its work to the consumer of its {@link EventQueue}, and is called back. */
@Timeout(60)
class HandoverTest {
    private static final int CAPACITY = 32;
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Makes numbers of what has arrived, as a reader makes events of bytes. Only one thread at a time may be at it. */
    private final class Numbers implements StandIn, Runnable {
        final AtomicReference<Thread> producer = new AtomicReference<>();
        final AtomicInteger resumed = new AtomicInteger();
        final AtomicInteger stops = new AtomicInteger();
        private final AtomicBoolean atWork = new AtomicBoolean();
        private final ReentrantLock lock = new ReentrantLock();
        private final java.util.concurrent.locks.Condition news = lock.newCondition();
        private final int all;
        private int arrived = 1;
        private boolean stopped;
        private int next;
        private volatile boolean begun;

        Numbers(int all) {
            this.all = all;
        }

        void start() {
            Thread thread = Thread.ofVirtual().unstarted(this);
            producer.set(thread);
            thread.start();
        }

        void arrive(int more) {
            lock.lock();
            try {
                arrived += more;
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private boolean isThere(boolean wait) {
            lock.lock();
            try {
                while (wait && next >= arrived && !stopped) {
                    queue.wake(); // as a body does before it waits
                    news.await();
                }
                return next < arrived;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                lock.unlock();
            }
        }

        private boolean make(boolean wait) {
            assertThat(atWork.compareAndSet(false, true)).as("alone at work").isTrue();
            try {
                if (next == all || !isThere(wait)) {
                    return false;
                }
                queue.add(next++);
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                atWork.set(false);
            }
        }

        @Override
        public boolean getAsBoolean() {
            return make(false);
        }

        @Override
        public boolean await() {
            assertThat(atWork.compareAndSet(false, true)).as("alone at work").isTrue();
            try {
                return next < all && isThere(true);
            } finally {
                atWork.set(false);
            }
        }

        @Override
        public void stop() {
            stops.incrementAndGet();
            lock.lock();
            try {
                stopped = true;
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void resume() {
            resumed.incrementAndGet();
            start();
        }

        @Override
        public void run() {
            try {
                if (begun) {
                    queue.takeBack(this);
                } else {
                    begun = true;
                    queue.put(next++); // as a head, for which a consumer is woken at once
                }
                stopped = false; // what a body cannot be, so that this one can be taken back more than once
                boolean more = true;
                while (more && queue.ended().isEmpty()) {
                    if (!queue.isAwaited()) {
                        more = next < all && make(true);
                    } else if (!make(false)) {
                        if (queue.handOver(this)) {
                            return;
                        }
                        more = next < all && make(true);
                    }
                    queue.awaitRoom(this);
                }
                queue.wake();
                queue.end(new Completed());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        boolean isGone() {
            return !producer.get().isAlive();
        }
    }

    private final EventQueue<Integer> queue = new EventQueue<>(CAPACITY);

    /** Takes all; the last number, or what it stumbled over. */
    private Thread consume(AtomicInteger taken, Runnable meanwhile) {
        return Thread.ofVirtual().start(() -> {
            try {
                for (Integer item = queue.take(); item != null; item = queue.take()) {
                    if (item != taken.get()) {
                        return;
                    }
                    taken.incrementAndGet();
                    meanwhile.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void theProducerIsGoneWhileTheConsumerWaitsInItsPlace() {
        var numbers = new Numbers(100);
        var taken = new AtomicInteger();
        Thread consumer = consume(taken, () -> {});
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
        numbers.start();
        for (int i = 2; i <= 20; i++) {
            numbers.arrive(1);
            int count = i;
            Awaitility.await()
                    .until(() ->
                            taken.get() == count && numbers.isGone() && consumer.getState() == Thread.State.WAITING);
            queue.recallIfAway(); // the first time it has taken something, and then it waits
            queue.recallIfAway();
        }
        assertThat(numbers.resumed).hasValue(0);
        queue.abort(new Cancelled("enough"));
        Awaitility.await().until(() -> !consumer.isAlive() && numbers.isGone());
        assertThat(numbers.resumed).as("for the end").hasValue(1);
    }

    @Test
    void aConsumerThatStaysAwayLosesTheWork() {
        var numbers = new Numbers(100);
        var taken = new AtomicInteger();
        var away = new AtomicBoolean(true);
        Thread consumer = consume(taken, () -> {
            while (away.get() && taken.get() == 2) {
                LockSupport.parkNanos(1_000_000);
            }
        });
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
        numbers.start();
        Awaitility.await().until(() -> taken.get() == 1 && numbers.isGone());
        numbers.arrive(1);
        Awaitility.await().until(() -> taken.get() == 2);
        numbers.arrive(8);
        queue.recallIfAway();
        assertThat(numbers.resumed).as("it has been there since").hasValue(0);
        queue.recallIfAway();
        assertThat(numbers.resumed).hasValue(1);
        Awaitility.await()
                .until(() -> queue.size() == 8 || numbers.producer.get().getState() == Thread.State.WAITING);
        numbers.arrive(90);
        away.set(false);
        Awaitility.await().until(() -> !consumer.isAlive());
        assertThat(taken).hasValue(100);
    }

    /** The interleaving: the producer is called back while the consumer waits, is about to, or has just stopped. */
    @RepeatedTest(30)
    void raceOfAConsumerThatWaitsAndARecall(RepetitionInfo repetition) throws Exception {
        race(new Random(repetition.getCurrentRepetition()), queue::recall);
    }

    /** The interleaving: the timer finds the consumer away, which is back before the producer is called. */
    @RepeatedTest(30)
    void raceOfAConsumerThatComesBackAndTheTimer(RepetitionInfo repetition) throws Exception {
        Numbers numbers = race(new Random(repetition.getCurrentRepetition()), queue::recallIfAway);
        assertThat(numbers.stops).as("waits that were broken off").hasValue(0);
    }

    private Numbers race(Random random, Runnable call) throws InterruptedException {
        int all = 5_000;
        var numbers = new Numbers(all);
        var taken = new AtomicInteger();
        Thread consumer = consume(taken, () -> {});
        numbers.start();
        var done = new AtomicBoolean();
        Thread timer = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                call.run();
                LockSupport.parkNanos(1);
            }
        });
        for (int left = all - 1; left > 0; ) {
            int some = Math.min(left, 1 + random.nextInt(5));
            numbers.arrive(some);
            left -= some;
            if (random.nextInt(4) == 0) {
                LockSupport.parkNanos(1);
            }
        }
        boolean ends = consumer.join(SOON);
        done.set(true);
        timer.join();
        assertThat(ends).as("ends").isTrue();
        assertThat(taken).hasValue(all);
        assertThat(queue.endReason()).contains(new Completed());
        return numbers;
    }

    /** The interleaving: the queue ends while the consumer is about to wait in the producer's place. */
    @RepeatedTest(100)
    void raceOfAConsumerThatBeginsToWaitAndAnAbort(RepetitionInfo repetition) throws Exception {
        var numbers = new Numbers(Integer.MAX_VALUE);
        var taken = new AtomicInteger();
        Thread consumer = consume(taken, () -> {});
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> consumer.getState() == Thread.State.WAITING);
        numbers.start();
        for (int i = 0; i < repetition.getCurrentRepetition(); i++) {
            numbers.arrive(1);
            Thread.onSpinWait();
        }
        queue.abort(new Cancelled("now"));
        numbers.producer.get().interrupt(); // as whoever ends a stream does, for one that has not left
        assertThat(consumer.join(SOON)).as("freed").isTrue();
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(numbers::isGone);
        assertThat(queue.take()).isNull();
    }
}
