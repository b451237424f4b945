package dev.sluice.control;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time in which the work of an {@link EventQueue}'s producer is its consumer's: while the producer sleeps in the queue, the
 * work that takes no wait; after it has left, all of it. A piece of it is done under the queue's lock. Only to wait does the consumer
 * give the lock up, and then it still is the one that may touch what is the producer's, until it is back.
 */
final class Handover {
    /** How often a virtual thread stands in before it lets others run: some thousand items. */
    private static final int STINTS = 64;

    private final ReentrantLock lock; // the queue's
    private final Condition changed;
    private final Sleeper consumer;

    // Written under the lock.
    private volatile @Nullable BooleanSupplier work;
    private volatile boolean waiting;

    // Guarded by the lock.
    private @Nullable StandIn left; // the work, if the producer has left
    private boolean finished;

    private int stints; // the consumer's own
    private long takenWhenLastSeen; // the timer's own

    Handover(ReentrantLock lock, Sleeper consumer) {
        this.lock = lock;
        this.consumer = consumer;
        changed = lock.newCondition();
    }

    /** What the consumer may do; null if it is the producer's turn. */
    @Nullable
    BooleanSupplier work() {
        return work;
    }

    /** The producer sleeps until it is its turn again. */
    void lend(BooleanSupplier given) throws InterruptedException {
        lock.lock();
        try {
            work = given;
            consumer.wake(); // it may have emptied the queue this moment
            while (work != null && !finished) {
                changed.await();
            }
        } finally {
            work = null;
            lock.unlock();
        }
    }

    /** The producer leaves, if there is somebody to leave its work to. Returns whether it did. */
    boolean leave(StandIn given) {
        lock.lock();
        try {
            if (finished || !consumer.isKeen() || Thread.currentThread().isInterrupted()) {
                return false;
            }
            work = given;
            left = given;
            consumer.wake();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** It is the producer's turn again; the caller holds the lock. */
    void end() {
        if (left != null) {
            recall();
        } else if (work != null) {
            work = null;
            changed.signal();
        }
    }

    /** It is the producer's turn for good; the caller holds the lock. */
    void finish() {
        finished = true;
        end();
    }

    /** It is the producer's turn, if it has left. */
    void recall() {
        lock.lock();
        try {
            StandIn given = left;
            if (given != null) {
                work = null;
                left = null;
                given.resume();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the consumer has the work, does not wait in the producer's place, and has taken nothing since this was last asked. */
    boolean isAway(long taken) {
        boolean same = taken == takenWhenLastSeen;
        takenWhenLastSeen = taken;
        return same && isIdle();
    }

    private boolean isIdle() {
        return work != null && !waiting;
    }

    /** It is the producer's turn, if it has left and the consumer does not wait in its place. */
    void recallIfIdle() {
        lock.lock();
        try {
            if (isIdle()) { // still: it may be back
                consumer.tire();
                recall();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The producer is back, and sees to it that nobody waits in its place. */
    void takeBack(StandIn given) {
        lock.lock();
        try {
            if (waiting) {
                lock.unlock();
                try {
                    given.stop();
                } finally {
                    lock.lock();
                }
            }
            while (waiting) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The consumer, which holds the lock, waits in the place of a producer that has left. Returns whether there may be something to
     * do. False at once if it cannot: a platform thread would not hear an interrupt while it waits for a socket.
     */
    boolean waits() {
        StandIn given = left;
        if (given == null
                || !Thread.currentThread().isVirtual()
                || Thread.currentThread().isInterrupted()) {
            return false;
        }
        waiting = true;
        lock.unlock();
        try {
            return given.await();
        } finally {
            lock.lock();
            waiting = false;
            changed.signal(); // the producer, if it was called back meanwhile
        }
    }

    /**
     * A virtual thread that stands in has nothing to wait for, and so would keep its carrier from all others. To yield is not
     * enough: where two do, they yield to each other.
     */
    void letOthersRun() {
        if (++stints % STINTS == 0 && Thread.currentThread().isVirtual()) {
            LockSupport.parkNanos(this, 1);
        }
    }
}
