package dev.sluice.relay.http;

import dev.sluice.control.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How often each may start a run: a bucket of tokens for each name, filled evenly. Who has not been seen for longest is
 * forgotten first, which gives him a full bucket.
 */
final class StartLimit {
    private static final int NAMES = 10_000;

    private final int starts;
    private final long nanosPerStart;
    private final Time time;
    private final ReentrantLock lock = new ReentrantLock();

    /** For each name when its bucket will be full. */
    private final Map<String, Long> full = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > NAMES;
        }
    };

    StartLimit(int starts, Duration per, Time time) {
        this.starts = starts;
        this.nanosPerStart = Math.max(1, per.toNanos() / starts);
        this.time = time;
    }

    /** Takes a token, or throws. */
    void take(String name) {
        long now = time.nanos();
        lock.lock();
        try {
            long last = full.getOrDefault(name, now);
            long next = (last - now > 0 ? last : now) + nanosPerStart;
            long over = next - now - nanosPerStart * starts;
            if (over > 0) {
                throw Problem.tooManyRequests(1 + (over - 1) / 1_000_000_000);
            }
            full.put(name, next);
        } finally {
            lock.unlock();
        }
    }
}
