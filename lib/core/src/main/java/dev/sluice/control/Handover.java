package dev.sluice.control;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time in which the work of an {@link EventQueue}'s producer is its consumer's: while the producer sleeps in the queue, the
 * work that takes no wait; after it has left, all of it. A piece of it is done under the queue's lock, as is all that is here but
 * what says otherwise. Only to wait does the consumer give the lock up, and then it still is the one that may touch what is the
 * producer's, until it is back.
 */
final class Handover {
    private final ReentrantLock lock;
    private final Condition changed;

    // Written under the lock.
    private volatile @Nullable BooleanSupplier work;
    private volatile boolean waiting;

    /** The work, if the producer has left; guarded by the lock. */
    private @Nullable StandIn left;

    Handover(ReentrantLock lock) {
        this.lock = lock;
        changed = lock.newCondition();
    }

    /** What the consumer may do; null if it is the producer's turn. Needs no lock. */
    @Nullable
    BooleanSupplier work() {
        return work;
    }

    /** Whether it is the consumer's turn, and it is not waiting. Needs no lock. */
    boolean isIdle() {
        return work != null && !waiting;
    }

    /** The producer sleeps until it is its turn again. */
    void lend(BooleanSupplier given) throws InterruptedException {
        work = given;
        try {
            while (work != null) {
                changed.await();
            }
        } finally {
            work = null;
        }
    }

    /** The producer leaves. */
    void leave(StandIn given) {
        work = given;
        left = given;
    }

    /** It is the producer's turn again. */
    void end() {
        if (left != null) {
            recall();
        } else if (work != null) {
            work = null;
            changed.signal();
        }
    }

    /** The same, if it has left. */
    void recall() {
        StandIn given = left;
        if (given != null) {
            work = null;
            left = null;
            given.resume();
        }
    }

    /** The producer is back, and sees to it that nobody waits in its place. */
    void takeBack(StandIn given) {
        if (!waiting) {
            return;
        }
        lock.unlock();
        try {
            given.stop();
        } finally {
            lock.lock();
        }
        while (waiting) {
            changed.awaitUninterruptibly();
        }
    }

    /**
     * The consumer waits in the place of a producer that has left. Returns whether there may be something to do. False at once
     * if it cannot: a platform thread would not hear an interrupt while it waits for a socket.
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
}
