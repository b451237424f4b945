package dev.sluice.redis;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The writes that wait for Redis, up to a number of bytes. Any thread adds, one takes. */
final class WriteBuffer {
    private static final int BATCH_BYTES = 256 * 1024;
    private static final int BATCH_WRITES = 2_000;

    private final int most;
    private final TimeSource time;
    /** Guards every field below. A thread waits on its conditions only, never for Redis. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wanted = lock.newCondition(); // the one consumer waits for a write, or for a ring
    private final Condition freed = lock.newCondition(); // producers wait for room
    private final Deque<PendingWrite> waiting = new ArrayDeque<>();
    private long bytes; // of what waits and what was taken and is not done
    private boolean rung; // the consumer must wake up even if nothing waits, to renew the leases

    WriteBuffer(int most, TimeSource time) {
        this.most = most;
        this.time = time;
    }

    /**
     * Adds something, waiting for room if there is none. The end of a stream always has room.
     *
     * @return whether it was added
     */
    boolean add(PendingWrite write, Duration wait) {
        lock.lock();
        try {
            if (!write.end && !hasRoom(write, wait)) {
                return false;
            }
            bytes += write.bytes();
            waiting.add(write);
            wanted.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(PendingWrite write, Duration wait) {
        if (fits(write)) {
            return true;
        }
        if (!wait.isPositive()) {
            return false;
        }
        long until = time.nanos() + wait.toNanos();
        var wake = time.schedule(wait, this::wakeAll);
        try {
            while (!fits(write) && time.nanos() - until < 0) {
                freed.await();
            }
            return fits(write);
        } catch (InterruptedException e) {
            // An interrupted thread has little left to write, and its write may be the report of the interrupt.
            Thread.currentThread().interrupt();
            return true;
        } finally {
            wake.cancel();
        }
    }

    private boolean fits(PendingWrite write) {
        return bytes == 0 || bytes + write.bytes() <= most;
    }

    private void wakeAll() {
        lock.lock();
        try {
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets who waits in {@link #take} go. */
    void ring() {
        lock.lock();
        try {
            rung = true;
            wanted.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something or the bell rings, and takes as much as goes into one batch. */
    List<PendingWrite> take() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !rung) {
                wanted.await();
            }
            rung = false;
            var batch = new ArrayList<PendingWrite>();
            int taken = 0;
            while (!waiting.isEmpty() && taken < BATCH_BYTES && batch.size() < BATCH_WRITES) {
                var write = waiting.remove();
                taken += write.bytes();
                batch.add(write);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** The taken writes are done, or never will be. */
    void done(List<PendingWrite> batch) {
        lock.lock();
        try {
            batch.forEach(write -> bytes -= write.bytes());
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what can no longer be written. */
    void dropLost() {
        lock.lock();
        try {
            var lost = new ArrayList<PendingWrite>();
            waiting.removeIf(write -> write.writer.isLost() && lost.add(write));
            done(lost);
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
