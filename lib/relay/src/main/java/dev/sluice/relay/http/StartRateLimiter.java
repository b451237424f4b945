package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limits how often runs are started: a token bucket for each name, filled evenly. It keeps the buckets of the 10,000 names that
 * were seen last.
 */
final class StartRateLimiter {
    private static final int NAMES = 10_000;

    private final String whose;
    private final int starts;
    private final long nanosPerStart;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();

    /** For each name when its bucket will be full; guarded by the lock. */
    private final Map<String, Long> full = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > NAMES;
        }
    };

    /**
     * A limiter whose buckets are full.
     *
     * @param whose what a name stands for, for messages: {@code "this session"}
     */
    StartRateLimiter(String whose, int starts, Duration per, TimeSource time) {
        this.whose = whose;
        this.starts = starts;
        this.nanosPerStart = Math.max(1, per.toNanos() / starts);
        this.time = time;
    }

    /** Takes a token, or throws the {@link Problem} that says when there is one. */
    void take(String name) {
        long now = time.nanos();
        lock.lock();
        try {
            long last = full.getOrDefault(name, now);
            long next = (last - now > 0 ? last : now) + nanosPerStart;
            long over = next - now - nanosPerStart * starts;
            if (over > 0) {
                throw Problem.tooManyStarts(whose, 1 + (over - 1) / 1_000_000_000);
            }
            full.put(name, next);
        } finally {
            lock.unlock();
        }
    }
}
