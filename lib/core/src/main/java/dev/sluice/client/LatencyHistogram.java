package dev.sluice.client;

import java.time.Duration;

/**
 * Counts durations in buckets that are each an eighth wider than the one before: enough to tell a median from an outlier
 * in a kilobyte or two, however many there are. Not for use by several threads.
 */
final class LatencyHistogram {
    private static final int STEPS = 8;
    private static final int SHIFT = 3;

    /** Of a range of buckets, because the gaps of one stream are much alike. */
    private int[] counts = {};

    private int lowest;
    private long total;
    private long max;

    void add(long nanos) {
        long gap = Math.max(0, nanos);
        int bucket = bucket(gap);
        if (bucket < lowest || bucket >= lowest + counts.length) {
            widen(bucket);
        }
        counts[bucket - lowest]++;
        total++;
        max = Math.max(max, gap);
    }

    private void widen(int bucket) {
        int from = counts.length == 0 ? bucket : Math.min(lowest, bucket);
        int to = Math.max(lowest + counts.length, bucket + 1);
        from -= from % STEPS;
        int[] wider = new int[(to - from + STEPS - 1) / STEPS * STEPS];
        System.arraycopy(counts, 0, wider, Math.max(0, lowest - from), counts.length);
        counts = wider;
        lowest = from;
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
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Duration.ofNanos(Math.min(max, upperEnd(lowest + i)));
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
