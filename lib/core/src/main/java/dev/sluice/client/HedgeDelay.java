package dev.sluice.client;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** How long a provider may say nothing before another one is asked beside it. For any thread. */
final class HedgeDelay {
    private static final double SHARE = 0.95;
    private static final int FEWEST = 20;
    private static final int WINDOW = 100;
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final Duration set;
    private final boolean learns;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock. The older one has the last answers, one to two windows of them, and the newer one takes its
    // place.
    private LatencyHistogram older = new LatencyHistogram();
    private LatencyHistogram newer = new LatencyHistogram();
    private int inOlder;
    private int inNewer;

    private HedgeDelay(Duration set, boolean learns) {
        this.set = set;
        this.learns = learns;
    }

    /** Always the same. */
    static HedgeDelay fixed(Duration delay) {
        return new HedgeDelay(delay, false);
    }

    /** What 95 of 100 of the last answers of the first provider did not exceed; this as long as there were few. */
    static HedgeDelay ofLastAnswers(Duration untilKnown) {
        return new HedgeDelay(untilKnown, true);
    }

    /** How long to wait now. */
    Duration delay() {
        lock.lock();
        try {
            if (inOlder < FEWEST) {
                return set;
            }
            Duration known = older.percentile(SHARE, inOlder);
            return known.compareTo(SHORTEST) < 0 ? SHORTEST : known;
        } finally {
            lock.unlock();
        }
    }

    /** The first provider took so long to say something, or had said nothing when it was given up. */
    void note(long nanos) {
        if (!learns) {
            return;
        }
        lock.lock();
        try {
            older.add(nanos);
            inOlder++;
            if (inOlder > WINDOW) {
                newer.add(nanos);
                inNewer++;
            }
            if (inNewer == WINDOW) {
                older = newer;
                inOlder = inNewer;
                newer = new LatencyHistogram();
                inNewer = 0;
            }
        } finally {
            lock.unlock();
        }
    }
}
