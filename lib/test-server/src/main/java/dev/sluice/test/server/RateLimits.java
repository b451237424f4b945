package dev.sluice.test.server;

import java.util.concurrent.atomic.AtomicLong;

/** The rate limits that the server reports. It counts, but never refuses. Any thread. */
final class RateLimits {
    static final long WINDOW_SECONDS = 60;
    /** How much there is in a window. */
    static final Left ALL = new Left(4_000, 2_000_000, 400_000);

    private final AtomicLong requests = new AtomicLong(ALL.requests);
    private final AtomicLong input = new AtomicLong(ALL.input);
    private final AtomicLong output = new AtomicLong(ALL.output);

    /** Counts a request; returns what is left. */
    Left count(int inputTokens, int outputTokens) {
        return new Left(
                Math.max(0, requests.decrementAndGet()),
                Math.max(0, input.addAndGet(-inputTokens)),
                Math.max(0, output.addAndGet(-outputTokens)));
    }

    /**
     * How much may still be asked.
     *
     * @param requests how many requests
     * @param input how many tokens of input
     * @param output how many tokens of output
     */
    record Left(long requests, long input, long output) {
        long tokens() {
            return input + output;
        }
    }
}
