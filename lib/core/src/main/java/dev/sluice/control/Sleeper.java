package dev.sluice.control;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the one consumer of an {@link EventQueue} sleeps. All but what says otherwise is done under the queue's lock. A condition
 * would allocate for each event of a stream that seldom speaks.
 */
final class Sleeper {
    private final ReentrantLock lock;
    private @Nullable Thread asleep;
    private boolean keen;

    Sleeper(ReentrantLock lock) {
        this.lock = lock;
    }

    /**
     * Gives the lock up until this is woken, and now and then for less.
     *
     * @throws InterruptedException if the thread is interrupted before
     * @throws IllegalStateException if another thread sleeps here already
     */
    void sleep() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (asleep != null) {
            throw new IllegalStateException("Another thread is waiting for the next already; one thread takes");
        }
        Thread me = Thread.currentThread();
        asleep = me;
        lock.unlock();
        try {
            LockSupport.park(this);
        } finally {
            lock.lock();
            if (me.equals(asleep)) { // and not whoever came since this one was woken
                asleep = null;
            }
        }
    }

    void wake() {
        if (asleep != null) {
            keen = asleep.isVirtual();
            LockSupport.unpark(asleep);
            asleep = null; // it is on its way: once is enough
        }
    }

    /**
     * Whether a virtual thread was the last that was woken, and has not {@linkplain #tire had enough} since. Needs no lock if the
     * producer asks: whoever else changes it then does so at the end, or before the producer's turn.
     */
    boolean isKeen() {
        return keen;
    }

    /** It does not wait in the producer's place any more, before it has slept once more. */
    void tire() {
        keen = false;
    }
}
