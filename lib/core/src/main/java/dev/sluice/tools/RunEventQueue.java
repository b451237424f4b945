package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.internal.EventQueue;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leads the events of a run's threads into one bounded queue, one after another. A thread that puts into a full queue
 * waits, and all others wait behind it: so a slow consumer slows the model and the tools.
 */
final class RunEventQueue {
    private final EventQueue<RunEvent> queue;

    /** Makes one producer of many. Held while the queue is full; an abort frees its holder, and does not need the lock. */
    private final ReentrantLock producing = new ReentrantLock();

    RunEventQueue(int capacity, long maxBytes) {
        queue = new EventQueue<>(capacity, maxBytes);
    }

    /**
     * Queues an event, then waits until there is room for another; if that is interrupted the event is queued and the
     * interrupt is kept.
     *
     * @return whether it was queued; if not, the run is over
     * @throws InterruptedException if the thread is interrupted before it could queue it
     */
    boolean put(RunEvent event) throws InterruptedException {
        return put(() -> event);
    }

    /**
     * As {@link #put(RunEvent)}, with the event made, or not, when it is this thread's turn: nobody else queues one meanwhile.
     *
     * @return whether there was an event and it was queued
     */
    boolean put(Supplier<@Nullable RunEvent> inTurn) throws InterruptedException {
        producing.lockInterruptibly();
        try {
            RunEvent event = inTurn.get();
            return event != null && queue.ended().isEmpty() && queued(event);
        } finally {
            producing.unlock();
        }
    }

    private boolean queued(RunEvent event) {
        try {
            var unused = queue.put(event, RunEventSize.of(event));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is queued all the same
        }
        queue.flush();
        return true;
    }

    /** Queues the last event and ends the run: a later put is refused. Not interruptible. */
    void putLast(RunEvent event, EndReason reason) {
        producing.lock();
        try {
            queue.end(event, reason);
        } finally {
            producing.unlock();
        }
    }

    /** Ends the run behind what is queued, with no event. Not interruptible. */
    void end(EndReason reason) {
        producing.lock();
        try {
            queue.flush();
            var unused = queue.end(reason);
        } finally {
            producing.unlock();
        }
    }

    /** Ends the run now and drops what is queued. Does not wait. Returns whether it had not ended before. */
    boolean abort(EndReason reason) {
        return queue.abort(reason);
    }

    /** Takes the next event; waits while there is none. Null at the end, and after an interrupt, which runs the action. */
    @Nullable
    RunEvent takeUnlessInterrupted(Runnable onInterrupt) {
        return queue.takeUnlessInterrupted(onInterrupt);
    }

    /** Why the run ended, once nothing is left to take. */
    Optional<EndReason> endReason() {
        return queue.endReason();
    }

    /** Why the run has ended, even if something is left to take. */
    Optional<EndReason> ended() {
        return queue.ended();
    }

    /** Whether the run has ended, even if something is left to take. */
    boolean isOver() {
        return queue.ended().isPresent();
    }

    /** How many events are queued, for tests. */
    int size() {
        return queue.size();
    }
}
