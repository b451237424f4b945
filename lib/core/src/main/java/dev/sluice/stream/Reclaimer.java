package dev.sluice.stream;

import dev.sluice.control.EventQueue;
import dev.sluice.control.Time;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sees to it that streams are read while their consumers do something else: takes the reading back, within two rounds of a
 * timer, from each that did it itself and has not come back for more. One for all streams of a client. Safe for any thread;
 * nothing here waits.
 */
final class Reclaimer {
    private static final Duration ROUND = Duration.ofMillis(100);

    private final Time time;
    private final Set<EventQueue<?>> queues = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    Reclaimer(Time time) {
        this.time = time;
    }

    /** From now on a consumer may read this one's stream. No effect if it is known. */
    void watch(EventQueue<?> queue) {
        if (queues.add(queue)) {
            schedule();
        }
    }

    /** It is over. */
    void forget(EventQueue<?> queue) {
        queues.remove(queue);
    }

    private void round() {
        scheduled.set(false);
        schedule(); // first: whatever becomes of this round, there is another
        queues.forEach(EventQueue::recallIfAway);
    }

    private void schedule() {
        if (!queues.isEmpty() && scheduled.compareAndSet(false, true)) {
            time.schedule(ROUND, this::round);
        }
    }
}
