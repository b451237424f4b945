package dev.sluice.relay;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Lets the thread that shuts a relay down wait until its runs and watchers are gone. For any thread. */
final class ShutdownWait {
    private final BooleanSupplier nobodyIsThere;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private volatile boolean isAwaited;

    ShutdownWait(BooleanSupplier nobodyIsThere) {
        this.nobodyIsThere = nobodyIsThere;
    }

    /** Waits. Returns whether there was a moment without runs and watchers; not if this thread is interrupted, which is kept. */
    boolean await(Duration atMost) {
        long left = atMost.toNanos();
        isAwaited = true;
        lock.lock();
        try {
            while (!nobodyIsThere.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = fewer.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // interrupted: cut off the rest at once
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** A run or a watcher is gone: looks again. */
    void check() {
        if (isAwaited) {
            lock.lock();
            try {
                fewer.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
