package dev.sluice.relay;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One timer for all watchers, which looks at each of them a few times in the shortest of their limits. It costs nothing for
 * each event, and there is none while nobody watches.
 */
final class WatcherTimer {
    private static final Duration OFTEN_ENOUGH = Duration.ofSeconds(1);

    private final TimeSource time;
    private final Duration period;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

    /** Guards the schedule only: watchers are checked without it, since a check takes the watcher's own lock. */
    private final ReentrantLock lock = new ReentrantLock();

    private TimeSource.@Nullable Scheduled next; // guarded by the lock

    WatcherTimer(RelaySettings settings) {
        time = settings.time();
        period = Collections.min(
                List.of(
                        OFTEN_ENOUGH,
                        settings.heartbeat().dividedBy(4),
                        settings.patience().dividedBy(4)),
                Comparator.naturalOrder());
    }

    /** All that watch now. */
    Set<Watcher> watchers() {
        return watchers;
    }

    void add(Watcher watcher) {
        watchers.add(watcher);
        lock.lock();
        try {
            if (next == null) {
                next = time.schedule(period, this::beat);
            }
        } finally {
            lock.unlock();
        }
    }

    void remove(Watcher watcher) {
        watchers.remove(watcher);
        lock.lock();
        try {
            if (watchers.isEmpty() && next != null) {
                next.cancel();
                next = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void beat() {
        long now = time.nanos();
        watchers.forEach(watcher -> watcher.look(now));
        lock.lock();
        try {
            next = watchers.isEmpty() ? null : time.schedule(period, this::beat);
        } finally {
            lock.unlock();
        }
    }
}
