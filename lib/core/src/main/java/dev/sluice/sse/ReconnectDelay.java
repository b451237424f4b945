package dev.sluice.sse;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next connection: the reconnection time of the standard, and twice as long for each further
 * failure in a row, up to a longest backoff, which what the server asks for may exceed. Chance only makes it longer, since
 * the server's time is the least.
 *
 * @param first the reconnection time
 * @param longest the longest backoff
 * @param jitter by which part of itself a delay may grow by chance
 * @param random the chance
 */
record ReconnectDelay(Duration first, Duration longest, double jitter, RandomGenerator random) {
    /** A server that says {@code retry: 0} and then fails is not asked in a tight loop. */
    private static final long LEAST_MILLIS_AFTER_FAILURE = 100;

    private static final int MOST_DOUBLINGS = 30; // of at most 24 days: fits

    /**
     * The wait after so many failures in a row.
     *
     * @param asked what the server asked for with its refusal; zero if it did not
     */
    Duration after(int failures, Duration asked) {
        long millis = first.toMillis();
        if (failures > 0) {
            long least = Math.max(millis, LEAST_MILLIS_AFTER_FAILURE);
            long grown = least << Math.min(failures - 1, MOST_DOUBLINGS);
            millis = Math.min(grown, Math.max(least, longest.toMillis()));
        }
        long wanted =
                Math.max(millis, asked.compareTo(SseReader.MAX_RETRY) > 0 ? SseReader.MAX_RETRY.toMillis() : up(asked));
        return Duration.ofMillis(Math.round(wanted * (1 + jitter * random.nextDouble())));
    }

    /** The same with the reconnection time that the server set. */
    ReconnectDelay withFirst(Duration retry) {
        return new ReconnectDelay(retry, longest, jitter, random);
    }

    /** Never before the server's time. */
    private static long up(Duration asked) {
        return asked.plusNanos(999_999).toMillis();
    }
}
