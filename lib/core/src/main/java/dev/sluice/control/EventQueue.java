package dev.sluice.control;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one thread to another that ends once, for a reason. One thread puts and one takes; any thread may
 * end it. What is queued when it {@linkplain #end ends} is still handed out; what is queued when it is
 * {@linkplain #abort aborted} is dropped.
 *
 * @param <T> what is handed over
 */
public final class EventQueue<T> {
    /*
     * A ring that starts small and grows up to the capacity, because most streams are idle most of the time and a
     * process has thousands. An item is queued before its producer waits for room, so that whatever was received is in
     * the queue when the end comes, even if its producer never runs again.
     */
    private static final int FIRST_SIZE = 8;

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition freed = lock.newCondition();

    // All guarded by the lock.
    private @Nullable Object[] ring = new Object[FIRST_SIZE];
    private int head;
    private int size;
    private @Nullable EndReason end;

    /** A queue for at most this many items. */
    public EventQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + ", must be at least 1");
        }
        this.capacity = capacity;
    }

    /**
     * Queues an item, then waits until there is room for another.
     *
     * @return whether the queue goes on; if not, nothing more is wanted
     * @throws InterruptedException if the thread is interrupted while it waits; the item is queued all the same
     */
    public boolean put(T item) throws InterruptedException {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            append(item);
            while (size >= capacity && end == null) {
                freed.await();
            }
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Queues the last item and ends the queue in one step, so that nobody sees the one without the other. Does not wait.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean putLast(T item, EndReason reason) {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            append(item);
            finish(reason);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next item; waits while there is none.
     *
     * @return the item; null when the queue has ended and nothing is left in it, at once and every time
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    @SuppressWarnings("unchecked")
    public @Nullable T take() throws InterruptedException {
        lock.lock();
        try {
            while (size == 0) {
                if (end != null) {
                    return null;
                }
                arrived.await();
            }
            T item = (T) ring[head];
            ring[head] = null;
            head = (head + 1) % ring.length;
            // One producer waits, and only in a queue that was full.
            if (size-- == capacity) {
                freed.signal();
            }
            return item;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the queue after what is in it. Does not wait.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean end(EndReason reason) {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            finish(reason);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the queue now and drops what is in it. Wins over an end that has not been reached yet. Does not wait.
     *
     * @return whether this was the end; false if there was one before and nothing was left in the queue
     */
    public boolean abort(EndReason reason) {
        lock.lock();
        try {
            if (end != null && size == 0) {
                return false;
            }
            ring = new Object[FIRST_SIZE];
            head = 0;
            size = 0;
            finish(reason);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Why the queue ended; empty while it has not, or while something is left in it. */
    public Optional<EndReason> endReason() {
        lock.lock();
        try {
            return size == 0 ? Optional.ofNullable(end) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Why the queue was ended, though something may be left in it; empty while it has not been. */
    public Optional<EndReason> ended() {
        lock.lock();
        try {
            return Optional.ofNullable(end);
        } finally {
            lock.unlock();
        }
    }

    /** How many items are in the queue. */
    public int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    private void append(T item) {
        Objects.requireNonNull(item, "item"); // null is what take() says at the end
        if (size == ring.length) {
            grow();
        }
        ring[(head + size++) % ring.length] = item;
        if (size == 1) {
            arrived.signal();
        }
    }

    private void grow() {
        @Nullable Object[] larger = new Object[ring.length * 2];
        int first = ring.length - head;
        System.arraycopy(ring, head, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, head);
        ring = larger;
        head = 0;
    }

    private void finish(EndReason reason) {
        end = reason;
        arrived.signalAll();
        freed.signalAll();
    }
}
