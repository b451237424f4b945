package dev.sluice.relay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** How often this machine could not take each run over. It forgets the oldest runs beyond a bound. For any thread. */
final class RecoveryFailures {
    private static final int MOST_RUNS = 10_000;

    private final ReentrantLock lock = new ReentrantLock(); // held for a few instructions

    /** By the run's id; guarded by the lock. */
    private final Map<String, Integer> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > MOST_RUNS;
        }
    };

    /** Counts one more; returns how many there are. */
    int add(String runId) {
        lock.lock();
        try {
            return failures.merge(runId, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    int of(String runId) {
        lock.lock();
        try {
            return failures.getOrDefault(runId, 0);
        } finally {
            lock.unlock();
        }
    }

    void forget(String runId) {
        lock.lock();
        try {
            failures.remove(runId);
        } finally {
            lock.unlock();
        }
    }
}
