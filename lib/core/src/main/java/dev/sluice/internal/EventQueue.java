package dev.sluice.internal;

import dev.sluice.EndReason;
import dev.sluice.internal.base.Checks;
import java.util.ArrayDeque;
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
 *   <li>Visible: an item that was put can be taken after {@link #flush}, at the latest. The producer flushes before it blocks.
 *   <li>Bound: the queue holds at most its capacity of items. {@link #put} waits as long as it is full.
 *   <li>Bytes: it is full, too, when its items have as many bytes as it may hold. So it holds at most one item beyond that.
 *   <li>Kept: an item is in the queue before {@link #put} waits for room, so an interrupt or an end finds it there.
 *   <li>End: what is in the queue when it {@linkplain #end ends} is still taken; only then there is an {@link #endReason}.
 *   <li>Abort: what is in the queue when it is {@linkplain #abort aborted} is dropped.
 *   <li>Once: the first end counts. An abort wins over an end that has not been reached yet.
 *   <li>Prompt: an end or an abort frees both threads at once.
 * </ul>
 *
 * @param <T> the items
 */
public final class EventQueue<T> {
    /*
     * To wake a thread costs more than anything else here, and a lock that two threads want comes next. So items move
     * in batches: the producer fills one without the lock, and the consumer reads one without it. A waiting consumer is
     * woken when the producer flushes or half of the queue is full. A waiting producer is woken when half of it is
     * free.
     */

    /** How many bytes the items of a queue may have unless the caller says otherwise: 4 MiB. */
    public static final long DEFAULT_BYTES = 4 << 20;

    /** How many items a batch has at most. */
    private static final int LARGEST_BATCH = 32;

    /** In a queue with fewer places than this, a producer that waits is woken for each of them. */
    private static final int SMALL = 16;

    private final int capacity;
    private final long maxBytes;
    private final int batchItems;
    private final int halfItems;

    /** Held for a few instructions: never while a thread waits, reads, or runs foreign code. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition handedOver = lock.newCondition();
    private final Condition freed = lock.newCondition();

    // Guarded by the lock. A batch counts as held until its last item is taken.
    private final ArrayDeque<Batch<T>> batches = new ArrayDeque<>(2);
    private int heldItems;
    private long heldBytes;
    private boolean consumerWaits;
    private volatile @Nullable EndReason end; // read without the lock, too
    private volatile boolean aborted; // read without the lock, too

    // The producer's own: what it has collected, and how much that may become. By now there may be more room.
    private Batch<T> collected = new Batch<>(1);
    private int roomItems;
    private long roomBytes;

    /** The consumer's own: the batch that it takes from. */
    private Batch<T> taken = new Batch<>(1);

    private static final class Batch<T> {
        final ArrayDeque<T> items;
        int count;
        long bytes;

        Batch(int expected) {
            items = new ArrayDeque<>(expected);
        }

        void add(T item, long size) {
            items.add(item);
            count++;
            bytes += size;
        }
    }

    /**
     * A queue.
     *
     * @param capacity how many items it holds at most
     * @param maxBytes how many bytes its items have at most, beyond one item that is always let in
     */
    public EventQueue(int capacity, long maxBytes) {
        this.capacity = Checks.atLeast("capacity", capacity, 1);
        this.maxBytes = Checks.atLeast("maxBytes", maxBytes, 1);
        batchItems = Math.clamp(capacity / 8, 1, LARGEST_BATCH);
        halfItems = capacity < SMALL ? capacity - 1 : capacity / 2;
        roomItems = capacity;
        roomBytes = maxBytes;
    }

    /**
     * Queues an item, then waits until there is room for another. The consumer may not see it before {@link #flush}.
     *
     * @param size how many bytes the item takes; an estimate will do
     * @return whether the queue is still open; if not, nothing more is wanted
     * @throws InterruptedException if the thread is interrupted while it waits; the item is queued all the same
     */
    public boolean put(T item, long size) throws InterruptedException {
        collected.add(item, size);
        if (collected.count >= batchItems || collected.count >= roomItems || collected.bytes >= roomBytes) {
            lock.lock();
            try {
                publishBatch();
                if (!isHalfFree()) {
                    wakeConsumer();
                }
                if (isFull()) {
                    awaitRoom();
                }
            } finally {
                noteRoom();
                lock.unlock();
            }
        }
        return end == null;
    }

    /** Lets the consumer take all that was put, and wakes it. Does not wait. For the producer, before it blocks elsewhere. */
    public void flush() {
        lock.lock();
        try {
            publishBatch();
            wakeConsumer();
        } finally {
            noteRoom();
            lock.unlock();
        }
    }

    /**
     * As {@link #take}, but an interrupt sets the thread's flag again, runs the action, and gives null.
     *
     * @param onInterrupt ends what the consumer consumes
     */
    @Nullable
    public T takeUnlessInterrupted(Runnable onInterrupt) {
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            onInterrupt.run();
            return null;
        }
    }

    /**
     * Takes the next item; waits while there is none.
     *
     * @return the item; null when the queue has ended and nothing is left in it, at once and every time
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if another thread waits here already
     */
    public @Nullable T take() throws InterruptedException {
        if (taken.items.isEmpty()) {
            awaitBatch();
        }
        if (aborted) {
            return null;
        }
        T item = taken.items.poll();
        return item == null || !taken.items.isEmpty() || release(taken) ? item : null;
    }

    /**
     * Ends the queue after what is in it; a producer that ends it flushes first. Does not wait.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean end(EndReason reason) {
        lock.lock();
        try {
            return end == null && finish(reason);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Queues the last item and ends the queue in one step, so that nobody sees the one without the other. Does not wait: there
     * is always room for the last one. For the producer.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean end(T last, EndReason reason) {
        collected.add(last, 0);
        lock.lock();
        try {
            publishBatch();
            return end == null && finish(reason);
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
            if (end != null && heldItems == 0) {
                return false;
            }
            aborted = true;
            batches.clear();
            heldItems = 0;
            heldBytes = 0;
            return finish(reason);
        } finally {
            lock.unlock();
        }
    }

    /** Why the queue ended; empty while it has not, or while something is left in it. */
    public Optional<EndReason> endReason() {
        lock.lock();
        try {
            return heldItems == 0 ? ended() : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The reason for the queue's end, even if it still holds items; empty while it is open. */
    public Optional<EndReason> ended() {
        return Optional.ofNullable(end);
    }

    /** How many items the queue holds, without those that were not flushed; for tests. */
    public int size() {
        lock.lock();
        try {
            return heldItems;
        } finally {
            lock.unlock();
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
                    handedOver.await();
                } finally {
                    consumerWaits = false;
                }
            }
            Batch<T> next = batches.poll();
            taken = next == null ? taken : next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives back the room of a batch whose last item was taken. False if that may not be delivered: an abort was first.
     */
    private boolean release(Batch<T> batch) {
        lock.lock();
        try {
            if (aborted) {
                return false;
            }
            heldItems -= batch.count;
            heldBytes -= batch.bytes;
            if (isHalfFree()) {
                freed.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    // The methods below are called with the lock held.

    private void publishBatch() {
        if (end == null && collected.count > 0) {
            batches.add(collected);
            heldItems += collected.count;
            heldBytes += collected.bytes;
        }
        collected = collected.count == 0 ? collected : new Batch<>(collected.count); // as large as the last one
    }

    private void wakeConsumer() {
        if (consumerWaits && !batches.isEmpty()) {
            handedOver.signal();
        }
    }

    private void awaitRoom() throws InterruptedException {
        while (end == null && !isHalfFree()) {
            freed.await();
        }
    }

    private boolean isFull() {
        return heldItems >= capacity || heldBytes >= maxBytes;
    }

    private boolean isHalfFree() {
        return heldItems <= halfItems && heldBytes <= maxBytes / 2;
    }

    private void noteRoom() {
        roomItems = capacity - heldItems;
        roomBytes = maxBytes - heldBytes;
    }

    private boolean finish(EndReason reason) {
        end = reason;
        handedOver.signalAll();
        freed.signalAll();
        return true;
    }
}
