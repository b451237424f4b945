package dev.sluice.control;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one thread to another that ends once, for a reason. One thread puts and one takes; any thread may end
 * it.
 *
 * <ul>
 *   <li>Order: items are taken in the order they were put.
 *   <li>Bound: the queue holds at most its capacity of items. {@link #put} waits as long as it is full.
 *   <li>Bytes: it is full, too, when its items have as many bytes as it may hold. So it holds at most one item beyond that.
 *   <li>Nothing is lost: an item is in the queue before {@link #put} waits, so an interrupt or an end finds it there.
 *   <li>Waking: a consumer that waits is woken by {@link #flush}, by an end, and when the queue is half full.
 *   <li>End: what is in the queue when it {@linkplain #end ends} is still taken; only then there is an {@link #endReason}.
 *   <li>Abort: what is in the queue when it is {@linkplain #abort aborted} is dropped.
 *   <li>Once: the first end counts. An abort wins over an end that has not been reached yet.
 *   <li>Prompt: an end or an abort frees both threads at once.
 * </ul>
 *
 * @param <T> what is handed over
 */
public final class EventQueue<T> {
    /*
     * To wake a thread costs more than anything else here. So a producer that has more to put does not wake the consumer, and
     * a producer that waits is woken when half of the queue is free. The consumer takes a batch under the lock and hands its
     * items out without it. A batch counts as held until its last item is handed out; that is when its room is given back.
     */

    /** How many bytes a stream's queue has, unless the caller says otherwise: 4 MiB. */
    public static final long DEFAULT_BYTES = 4 << 20;

    /** How many items a batch has at most. */
    private static final int LARGEST_BATCH = 32;

    private final int capacity;
    private final long maxBytes;
    private final int batchItems;

    private final ReentrantLock lock = new ReentrantLock(); // never held while a thread waits, reads or runs foreign code
    private final Condition filled = lock.newCondition();
    private final Condition freed = lock.newCondition();

    // Guarded by the lock.
    private final ArrayDeque<Batch> batches = new ArrayDeque<>(2);
    private int items;
    private long bytes;
    private boolean consumerWaits;
    private boolean producerWaits;

    private volatile @Nullable EndReason end; // written under the lock
    private volatile boolean aborted; // written under the lock

    /** The consumer's own: what it has taken out of the lock's care. */
    private Batch taken = new Batch();

    /**
     * A queue.
     *
     * @param capacity how many items it holds at most
     * @param maxBytes how many bytes its items have at most, beyond one item that is always let in
     */
    public EventQueue(int capacity, long maxBytes) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + ", must be at least 1");
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + ", must be at least 1");
        }
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        batchItems = Math.clamp(capacity / 8, 1, LARGEST_BATCH);
    }

    /**
     * Queues an item, then waits until there is room for another. A consumer that waits may sleep on until {@link #flush}.
     *
     * @param size how many bytes the item takes; an estimate will do
     * @return whether the queue goes on; if not, nothing more is wanted
     * @throws InterruptedException if the thread is interrupted while it waits; the item is queued all the same
     */
    public boolean put(T item, long size) throws InterruptedException {
        lock.lock();
        try {
            if (end == null) {
                add(item, size);
                if (!isHalfFree()) {
                    wakeConsumer();
                }
                if (isFull()) {
                    awaitRoom();
                }
            }
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes a consumer that waits although something is in the queue. The producer calls it before it waits for anything else. */
    public void flush() {
        lock.lock();
        try {
            if (!batches.isEmpty()) {
                wakeConsumer();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next item; waits while there is none.
     *
     * @return the item; null when the queue has ended and nothing is left in it, at once and every time
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if another thread waits here already
     */
    @SuppressWarnings("unchecked")
    public @Nullable T take() throws InterruptedException {
        if (taken.isEmpty()) {
            awaitBatch();
        }
        if (aborted || taken.isEmpty()) {
            return null;
        }
        T item = (T) taken.remove();
        return !taken.isEmpty() || release(taken) ? item : null;
    }

    /**
     * Ends the queue after what is in it. Does not wait.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean end(EndReason reason) {
        return end(null, reason);
    }

    /**
     * Queues the last item and ends the queue in one step, so that nobody sees the one without the other. Does not wait: there
     * is always room for the last one.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean end(@Nullable T last, EndReason reason) {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            if (last != null) {
                add(last, 0);
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
            if (end != null && items == 0) {
                return false;
            }
            aborted = true;
            batches.clear();
            items = 0;
            bytes = 0;
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
            return items == 0 ? Optional.ofNullable(end) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Why the queue was ended, though something may be left in it; empty while it has not been. */
    public Optional<EndReason> ended() {
        return Optional.ofNullable(end);
    }

    /** How many items the queue holds. A batch counts until its last item is taken. */
    public int size() {
        lock.lock();
        try {
            return items;
        } finally {
            lock.unlock();
        }
    }

    // All that follows is called with the lock held, except release and awaitBatch, which take it.

    private void add(T item, long size) {
        Objects.requireNonNull(item, "item"); // null is what take() says at the end
        Batch last = batches.peekLast();
        if (last == null || last.size() >= batchItems || last.bytes() > maxBytes / batchItems) {
            last = new Batch();
            batches.add(last);
        }
        last.add(item, size);
        items++;
        bytes += size;
    }

    private boolean isFull() {
        return items >= capacity || bytes >= maxBytes;
    }

    private boolean isHalfFree() {
        return items <= capacity / 2 && bytes <= maxBytes / 2;
    }

    private void awaitRoom() throws InterruptedException {
        producerWaits = true;
        try {
            while (end == null && !isHalfFree()) {
                freed.await();
            }
        } finally {
            producerWaits = false;
        }
    }

    private void awaitBatch() throws InterruptedException {
        lock.lock();
        try {
            while (batches.isEmpty() && end == null) {
                if (consumerWaits) {
                    throw new IllegalStateException("Another thread is waiting for the next already; one thread takes");
                }
                consumerWaits = true;
                try {
                    filled.await();
                } finally {
                    consumerWaits = false;
                }
            }
            Batch next = batches.poll();
            if (next != null) {
                taken = next;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives the room of a batch back whose last item was taken out. Returns whether that may be handed out: no abort was first. */
    private boolean release(Batch batch) {
        lock.lock();
        try {
            if (aborted) {
                return false;
            }
            items -= batch.size();
            bytes -= batch.bytes();
            if (producerWaits && isHalfFree()) {
                freed.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void wakeConsumer() {
        if (consumerWaits) {
            filled.signal();
        }
    }

    private void finish(EndReason reason) {
        end = reason;
        filled.signalAll();
        freed.signalAll();
    }
}
