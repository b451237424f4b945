package dev.sluice.internal;

import dev.sluice.StreamException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of one thread's work that other threads may break off: they interrupt the thread and leave the reason. No
 * interrupt of theirs reaches the thread once the stretch is over. Nothing here blocks.
 */
public final class CancellationScope {
    /** Serialises who interrupts with the end, so that none comes after it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Thread worker;
    // Guarded by the lock.
    private @Nullable StreamException reason;
    private boolean over;

    /** A stretch that begins now, of this thread's work. */
    public CancellationScope(Thread worker) {
        this.worker = worker;
    }

    /** Breaks it off, from any thread. Only the first reason counts, and none after the end. */
    public void interrupt(StreamException why) {
        lock.lock();
        try {
            if (!over && reason == null) {
                reason = why;
                worker.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends it; called by the thread whose work it is, whose interrupt flag is cleared if it was broken off. Somebody else's
     * interrupt may be lost with that: who has business with the thread leaves a word elsewhere, before interrupting it.
     *
     * @return why it was broken off; null if it was not
     */
    public @Nullable StreamException end() {
        lock.lock();
        try {
            if (!over && reason != null) {
                var unused = Thread.interrupted();
            }
            over = true;
            return reason;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was broken off; the interrupt itself may have been lost. */
    public boolean isInterrupted() {
        lock.lock();
        try {
            return reason != null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it has ended. */
    public boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }
}
