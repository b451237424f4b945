package dev.sluice.control;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
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
     * What costs is waking a thread that waits, then a lock or a cache line that two threads write, then nothing much. So the
     * producer collects what it puts quietly and adds it under the lock a batch at a time; the consumer takes all that is
     * there at once, by exchanging batches, and hands itself one item after another without the lock; a producer that knows
     * that it has more to add lets the consumer sleep until it is done; and one that found the queue full is woken when half
     * of it is free, or sleeps on while a consumer that has emptied the queue can stand in for it. Batches start small and
     * grow up to the capacity, because most streams are idle most of the time and a process has thousands.
     *
     * An item that wakes the consumer is queued before its producer waits for room, so that whatever was received is in the
     * queue when the end comes, even if its producer never runs again.
     */

    /** In a smaller queue than this every place counts, and a producer is woken for each. */
    private static final int SMALL = 16;

    /** How many items a producer keeps to itself at most. */
    private static final int MOST_COLLECTED = 32;

    private final int capacity;
    private final int enoughRoom;
    private final int mostCollected;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final Sleeper consumer = new Sleeper(lock);
    private final Handover handover = new Handover(lock, consumer);

    // The producer's own: what it put quietly and is not in the queue yet, whether a consumer may sleep though there is
    // more, and how many it may put before it must add them.
    private final Batch collected = new Batch();
    private boolean unannounced;
    private int collectable = 1; // never more than there was room for; 0 if it found the queue full
    private final Patience producerPatience = new Patience();
    private final BooleanSupplier roomy = this::isRoomy;

    /** What is in the queue and not taken; guarded by the lock. */
    private Batch added = new Batch();

    /** How many items have been added since the beginning; written under the lock. */
    private volatile long addedCount;

    // Guarded by the lock: whether the consumer is standing in, and how much it has added.
    private boolean standingIn;
    private int addedByStandIn;

    /** Written under the lock, so that a consumer that makes room knows whether somebody waits for it. */
    private volatile boolean producerWaits;

    // The consumer's own: what it has taken out of the lock's care, and how much that is since the beginning.
    private Batch taken = new Batch();
    private long takenCount;
    private final Patience consumerPatience = new Patience();
    private final BooleanSupplier more = this::hasMore;

    /**
     * How many items have been handed out since the beginning. While the queue has not ended only the consumer moves it on;
     * then, whoever does owns what it passed: the consumer or an abort.
     */
    private final AtomicLong handedOut = new AtomicLong();

    private volatile @Nullable EndReason end; // written under the lock
    private volatile boolean aborted; // written under the lock

    /** A queue for at most this many items. */
    public EventQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + ", must be at least 1");
        }
        this.capacity = capacity;
        enoughRoom = capacity < SMALL ? capacity - 1 : capacity / 2;
        mostCollected = Math.clamp(capacity / 8, 1, MOST_COLLECTED);
    }

    /**
     * Queues an item, then waits until there is room for another.
     *
     * @return whether the queue goes on; if not, nothing more is wanted
     * @throws InterruptedException if the thread is interrupted while it waits; the item is queued all the same
     */
    public boolean put(T item) throws InterruptedException {
        collected.add(item);
        flush(true);
        return awaitRoom();
    }

    /**
     * As {@link #put}, but a consumer that waits is not woken for this item, and one that looks may not find it yet: only
     * after {@link #wake}, which the producer must call before it does anything else than to add more, or when the queue is
     * half full.
     */
    public boolean putQuietly(T item) throws InterruptedException {
        collect(item);
        return awaitRoom();
    }

    /**
     * As {@link #putQuietly}, but does not wait when the queue is full now: the producer does so before it goes on, with {@link
     * #awaitRoom(BooleanSupplier)}, or else the next item waits before it is queued.
     *
     * @throws InterruptedException if the thread is interrupted while it waits; the item is not queued then
     */
    public void add(T item) throws InterruptedException {
        if (standingIn) {
            added.add(item);
            addedByStandIn++;
            return;
        }
        awaitRoom();
        collect(item);
    }

    /**
     * Waits while the queue is full. To wake the producer costs more than hundreds of items; so a consumer that has emptied the
     * queue first does itself what of the producer's work takes no wait.
     *
     * @param standIn does a piece of that work, {@linkplain #add adds} what comes of it, and says whether there may be more.
     *     Runs on the consumer's thread, only while this method waits, so that it may use what is the producer's, and with
     *     the queue's lock held: it must not wait, and not throw. Null if nobody else can do it: then the producer is woken
     *     when half of the queue is free
     * @return whether the queue goes on; if not, nothing more is wanted
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public boolean awaitRoom(@Nullable BooleanSupplier standIn) throws InterruptedException {
        if (standIn != null && collectable == 0 && capacity >= SMALL) {
            handover.lend(standIn);
        }
        return awaitRoom();
    }

    private boolean awaitRoom() throws InterruptedException {
        if (collectable == 0) {
            sleepUntilRoomy();
            collectable = Math.clamp(room(), 1, mostCollected);
        }
        return end == null;
    }

    /** Makes sure that all that was put is in the queue, and wakes a consumer that waits though there is something for it. */
    public void wake() {
        if (!unannounced) {
            return;
        }
        unannounced = false;
        lock.lock();
        try {
            addCollected();
            if (added.size > 0) {
                consumer.wake();
            }
        } finally {
            lock.unlock();
        }
        countRoom();
    }

    private void collect(T item) {
        collected.add(item);
        unannounced = true;
        if (collected.size >= collectable) {
            flush(false);
        }
    }

    private void flush(boolean wake) {
        lock.lock();
        try {
            if (addCollected() && (wake || added.size > capacity / 2)) {
                consumer.wake();
            }
        } finally {
            lock.unlock();
        }
        countRoom();
    }

    /** Says how much may be collected, now that all that was is added. */
    private void countRoom() {
        collectable = end == null ? Math.clamp(room(), 0, mostCollected) : 1;
    }

    /** Adds what was collected; drops it if the queue has ended, and says so. */
    private boolean addCollected() {
        if (end == null) {
            added.add(collected);
            count(collected.size);
        }
        collected.clear();
        return end == null;
    }

    private void count(int more) {
        long before = addedCount;
        addedCount = before + more;
    }

    private long room() {
        return capacity - (addedCount - handedOut.get());
    }

    /** Whether a producer that found the queue full may go on: half is free, or a single place in a small queue. */
    private boolean isRoomy() {
        return addedCount - handedOut.get() <= enoughRoom || end != null;
    }

    /** Whether a virtual thread waited for the last item, and so may as well wait for what items are made of. For the producer. */
    public boolean isAwaited() {
        return consumer.isKeen();
    }

    /**
     * Leaves all of the producer's work to the consumer, with its waits, if a virtual thread waited for the last item. Then the producer
     * must not touch the queue, nor what its work needs, before it is {@linkplain StandIn#resume called back} and has {@linkplain
     * #takeBack taken it back}. Does not wait.
     *
     * @return whether it is left to the consumer
     */
    public boolean handOver(StandIn standIn) {
        wake();
        return capacity >= SMALL && handover.leave(standIn);
    }

    /** The producer goes on; waits for the consumer if it is {@linkplain StandIn#await waiting}, which ends at once. */
    public void takeBack(StandIn standIn) {
        handover.takeBack(standIn);
        countRoom();
    }

    /** Calls a producer back that has left its work to the consumer. Does not wait. */
    public void recall() {
        handover.recall();
    }

    /**
     * Calls a producer back that has left its work to a consumer which does something else now, and so reads nothing ahead: one
     * that has taken nothing since this was last called. For a timer, now and then. Does not wait.
     */
    public void recallIfAway() {
        if (handover.isAway(handedOut.get()) && isRoomy()) {
            handover.recallIfIdle();
        }
    }

    private void sleepUntilRoomy() throws InterruptedException {
        if (producerPatience.sees(roomy)) {
            return;
        }
        lock.lock();
        try {
            while (!isRoomy()) {
                producerWaits = true;
                freed.await();
            }
        } finally {
            producerWaits = false;
            lock.unlock();
        }
    }

    /** Does some of the work of a producer that sleeps. Returns whether anything came of it. Holds the lock. */
    private boolean standsIn(BooleanSupplier work) {
        boolean more = !Thread.currentThread().isInterrupted(); // which the work would take for the producer's
        standingIn = true;
        addedByStandIn = 0;
        while (more && addedByStandIn < mostCollected && end == null) {
            more = work.getAsBoolean();
        }
        standingIn = false;
        count(addedByStandIn);
        return addedByStandIn > 0 || end != null;
    }

    /** Tells the producer that nobody stands in for it any more. An interrupt is more likely to be the end of it all. */
    private void dismiss() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        consumer.tire();
        handover.end();
    }

    /**
     * Queues the last item and ends the queue in one step, so that nobody sees the one without the other. Does not wait.
     *
     * @return whether this was the end; false if there was one before
     */
    public boolean putLast(T item, EndReason reason) {
        lock.lock();
        try {
            if (!addCollected()) {
                return false;
            }
            added.add(item);
            count(1);
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
     * @throws IllegalStateException if another thread waits here already
     */
    public @Nullable T take() throws InterruptedException {
        T item = next();
        if (item == null) {
            awaitItem();
            item = next();
        }
        if (producerWaits && isRoomy()) {
            tellOfRoom();
        }
        return item;
    }

    private void awaitItem() throws InterruptedException {
        if (handover.work() != null) {
            handover.letOthersRun();
            takeAll(true);
        } else {
            takeAll(!consumerPatience.sees(more));
        }
    }

    /** Whether a consumer that has handed out all that it took may go on. */
    private boolean hasMore() {
        return addedCount > takenCount || end != null;
    }

    /** The next of what was taken; null if all has been handed out or dropped. */
    @SuppressWarnings("unchecked")
    private @Nullable T next() {
        long index = handedOut.getPlain();
        if (aborted || index >= takenCount) { // beyond it while an abort is dropping what was not taken
            return null;
        }
        if (end == null) {
            handedOut.setRelease(index + 1); // an abort is an end whatever it drops, so this need not be agreed upon
        } else if (!handedOut.compareAndSet(index, index + 1)) {
            return null; // dropped this moment
        }
        return (T) taken.remove((int) (index - takenCount) + taken.size);
    }

    private void takeAll(boolean wait) throws InterruptedException {
        lock.lock();
        try {
            while (wait && added.size == 0 && end == null) {
                BooleanSupplier work = handover.work();
                if (work != null) {
                    if (!standsIn(work) && !handover.waits()) {
                        dismiss();
                    }
                    continue;
                }
                if (producerWaits) {
                    tellOfRoom(); // it had begun to wait when the last item was taken
                }
                consumer.sleep();
            }
            Batch empty = taken;
            taken = added;
            added = empty;
            added.size = 0;
            takenCount = addedCount;
        } finally {
            lock.unlock();
        }
    }

    private void tellOfRoom() {
        lock.lock();
        try {
            producerWaits = false; // it is on its way: once is enough
            freed.signal();
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
            long dropped = addedCount - handedOut.getAndSet(addedCount);
            if (end != null && dropped == 0) {
                return false;
            }
            aborted = true;
            added.clear();
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
        return Optional.ofNullable(end);
    }

    /** How many items are in the queue; what was put quietly may not be yet. */
    public int size() {
        lock.lock();
        try {
            return count();
        } finally {
            lock.unlock();
        }
    }

    private int count() {
        return aborted ? 0 : (int) (addedCount - handedOut.get());
    }

    private void finish(EndReason reason) {
        end = reason;
        consumer.wake();
        handover.finish();
        freed.signalAll();
    }
}
