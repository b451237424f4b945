package dev.sluice.control;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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
     * What costs is waking a thread that waits, then the lock, then nothing much. So the consumer takes all that is there at
     * once, by exchanging arrays, and hands itself one item after another without the lock; a producer that knows that it
     * has more to add lets the consumer sleep until it is done; and one that found the queue full is woken when half of it
     * is free. The arrays start small and grow up to the capacity, because most streams are idle most of the time and a
     * process has thousands.
     *
     * An item is queued before its producer waits for room, so that whatever was received is in the queue when the end
     * comes, even if its producer never runs again.
     */
    private static final int FIRST_SIZE = 8;

    /** In a smaller queue than this every place counts, and a producer is woken for each. */
    private static final int SMALL = 16;

    private final int capacity;
    private final int enoughRoom;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition freed = lock.newCondition();

    // Guarded by the lock.
    private @Nullable Object[] added = new Object[FIRST_SIZE];
    private int size;
    private @Nullable EndReason end;
    private boolean consumerWaits;

    /** Written under the lock, so that a consumer that makes room knows whether somebody waits for it. */
    private volatile boolean producerWaits;

    // What the consumer has taken out of the lock's care; written under the lock, by the consumer or for good by an
    // abort.
    private @Nullable Object[] taken = new Object[0];
    private int takenSize;

    /** How many of those have been handed out. Whoever moves it on owns what it passed: the consumer or an abort. */
    private final AtomicInteger handedOut = new AtomicInteger();

    /** A queue for at most this many items. */
    public EventQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + ", must be at least 1");
        }
        this.capacity = capacity;
        enoughRoom = capacity < SMALL ? capacity - 1 : capacity / 2;
    }

    /**
     * Queues an item, then waits until there is room for another.
     *
     * @return whether the queue goes on; if not, nothing more is wanted
     * @throws InterruptedException if the thread is interrupted while it waits; the item is queued all the same
     */
    public boolean put(T item) throws InterruptedException {
        return add(item, true);
    }

    /**
     * As {@link #put}, but a consumer that waits is not woken for this item: by {@link #wake}, which the producer must call
     * before it does anything else than to add more, or when the queue is half full.
     */
    public boolean putQuietly(T item) throws InterruptedException {
        return add(item, false);
    }

    /** Wakes a consumer that waits though there is something for it. */
    public void wake() {
        lock.lock();
        try {
            if (size > 0) {
                wakeConsumer();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean add(T item, boolean wake) throws InterruptedException {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            append(item);
            if (wake || size > capacity / 2) {
                wakeConsumer();
            }
            if (count() >= capacity) {
                awaitRoom();
            }
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    /** Once it waits it does so until half is free, or a single place in a small queue. */
    private void awaitRoom() throws InterruptedException {
        try {
            producerWaits = true; // before the count is looked at: a consumer that did not see this is seen there
            while (count() >= capacity && end == null) {
                freed.await();
            }
        } finally {
            producerWaits = false;
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
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on the yield
    public @Nullable T take() throws InterruptedException {
        T item = next();
        if (item == null) {
            if (isEmpty()) {
                Thread.yield(); // the producer may be about to add: to look again costs less than to be woken
            }
            item = refill();
        }
        if (producerWaits) {
            tellOfRoom();
        }
        return item;
    }

    /** The next of what was taken; null if all has been handed out or dropped. */
    @SuppressWarnings("unchecked")
    private @Nullable T next() {
        int index = handedOut.get();
        if (index >= takenSize || !handedOut.compareAndSet(index, index + 1)) {
            return null; // nothing left, or dropped this moment
        }
        T item = (T) taken[index];
        taken[index] = null;
        return item;
    }

    private boolean isEmpty() {
        lock.lock();
        try {
            return size == 0 && end == null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable T refill() throws InterruptedException {
        lock.lock();
        try {
            while (size == 0) {
                if (end != null) {
                    return null;
                }
                consumerWaits = true;
                arrived.await();
            }
            @Nullable Object[] empty = taken.length == 0 ? new Object[FIRST_SIZE] : taken;
            taken = added;
            takenSize = size;
            added = empty;
            size = 0;
            handedOut.set(0);
            return next();
        } finally {
            consumerWaits = false;
            lock.unlock();
        }
    }

    private void tellOfRoom() {
        lock.lock();
        try {
            if (count() <= enoughRoom) {
                freed.signal();
            }
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
            int dropped = size + takenSize - handedOut.getAndSet(takenSize);
            if (end != null && dropped == 0) {
                return false;
            }
            added = new Object[FIRST_SIZE];
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
            return count() == 0 ? Optional.ofNullable(end) : Optional.empty();
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
            return count();
        } finally {
            lock.unlock();
        }
    }

    private int count() {
        return size + takenSize - handedOut.get();
    }

    private void append(T item) {
        Objects.requireNonNull(item, "item"); // null is what take() says at the end
        if (size == added.length) {
            added = Arrays.copyOf(added, size * 2);
        }
        added[size++] = item;
    }

    private void wakeConsumer() {
        if (consumerWaits) {
            consumerWaits = false; // it is on its way: once is enough
            arrived.signal();
        }
    }

    private void finish(EndReason reason) {
        end = reason;
        arrived.signalAll();
        freed.signalAll();
    }
}
