package dev.sluice.stream;

import java.time.Duration;

/**
 * Counts durations in buckets that are each an eighth wider than the one before: enough to tell a median from an outlier
 * in two kilobytes, however many there are. Not for use by several threads.
 */
final class Gaps {
    private static final int STEPS = 8;
    private static final int SHIFT = 3;

    private int[] counts = new int[0];
    private long total;
    private long max;

    void add(long nanos) {
        long gap = Math.max(0, nanos);
        int bucket = bucket(gap);
        if (bucket >= counts.length) {
            counts = java.util.Arrays.copyOf(counts, Math.max(bucket + 1, counts.length + 64));
        }
        counts[bucket]++;
        total++;
        max = Math.max(max, gap);
    }

    /**
     * The gap that the given share of all gaps does not exceed; zero if there are none.
     *
     * @param most how many gaps there are, with those of no length, which need not be added one by one
     */
    Duration percentile(double share, long most) {
        long none = Math.max(0, most - total);
        long rank = (long) Math.ceil(share * (total + none));
        if (rank <= none) {
            return Duration.ZERO;
        }
        long seen = none;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= rank) {
                return Duration.ofNanos(Math.min(max, upperEnd(bucket)));
            }
        }
        return Duration.ZERO;
    }

    Duration max() {
        return Duration.ofNanos(max);
    }

    /** Values below 8 have a bucket each; above, the three bits below the highest choose among eight. */
    private static int bucket(long value) {
        if (value < STEPS) {
            return (int) value;
        }
        int magnitude = 63 - Long.numberOfLeadingZeros(value);
        int step = (int) (value >>> (magnitude - SHIFT)) & (STEPS - 1);
        return (magnitude - SHIFT + 1) * STEPS + step;
    }

    private static long upperEnd(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int magnitude = bucket / STEPS + SHIFT - 1;
        long width = 1L << (magnitude - SHIFT);
        return (STEPS + bucket % STEPS + 1) * width - 1;
    }
}
