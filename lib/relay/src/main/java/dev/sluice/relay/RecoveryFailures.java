package dev.sluice.relay;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts, for each run, how often this machine failed to take it over, or lost it without being shut down. Forgets the oldest runs beyond
 * a bound. For any thread.
 */
final class RecoveryFailures {
    private static final int MOST_RUNS = 10_000;
    private static final int MOST_DOUBLINGS = 4; // sixteen seconds, a fraction of what a log waits for a new writer

    private final ReentrantLock lock = new ReentrantLock(); // held for a few instructions

    /** By the run's id; guarded by the lock. */
    private final Map<String, Count> counts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MOST_RUNS;
        }
    };

    /**
     * The failures of one run.
     *
     * @param ofFactory how often in a row the factory failed, after which the run is given up
     * @param all these and all others, such as a log that could not be reached
     */
    record Count(int ofFactory, int all) {
        private static final Count NONE = new Count(0, 0);

        /** How long to wait before the next attempt: two seconds after the first failure, then twice as long each time, up to sixteen. */
        Duration pause() {
            return all == 0 ? Duration.ZERO : Duration.ofSeconds(1L << Math.min(all, MOST_DOUBLINGS));
        }
    }

    /** Counts one more failure of a run; returns its failures. */
    Count add(String runId, boolean isOfFactory) {
        lock.lock();
        try {
            Count before = counts.getOrDefault(runId, Count.NONE);
            var now = new Count(before.ofFactory() + (isOfFactory ? 1 : 0), before.all() + 1);
            counts.put(runId, now);
            return now;
        } finally {
            lock.unlock();
        }
    }

    /** The factory has made the run. Its failures before that do not count any more. */
    void factoryWorks(String runId) {
        lock.lock();
        try {
            counts.computeIfPresent(runId, (id, before) -> new Count(0, before.all()));
        } finally {
            lock.unlock();
        }
    }

    Count of(String runId) {
        lock.lock();
        try {
            return counts.getOrDefault(runId, Count.NONE);
        } finally {
            lock.unlock();
        }
    }

    void forget(String runId) {
        lock.lock();
        try {
            counts.remove(runId);
        } finally {
            lock.unlock();
        }
    }
}
