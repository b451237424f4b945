package dev.sluice.examples.server;

import com.sun.net.httpserver.Headers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The rate limits that the server reports. It counts, but never refuses. Any thread. */
final class RateLimits {
    private static final long WINDOW_SECONDS = 60;

    private final AtomicLong requests = new AtomicLong(4_000);
    private final AtomicLong input = new AtomicLong(2_000_000);
    private final AtomicLong output = new AtomicLong(400_000);

    /** Counts a request and writes what is left. */
    void report(Headers headers, int inputTokens, int outputTokens) {
        String reset = Instant.now()
                .plusSeconds(WINDOW_SECONDS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        long requestsLeft = requests.decrementAndGet();
        long inputLeft = input.addAndGet(-inputTokens);
        long outputLeft = output.addAndGet(-outputTokens);
        write(headers, "requests", 4_000, requestsLeft, reset);
        write(headers, "input-tokens", 2_000_000, inputLeft, reset);
        write(headers, "output-tokens", 400_000, outputLeft, reset);
        write(headers, "tokens", 2_400_000, inputLeft + outputLeft, reset);
    }

    private static void write(Headers headers, String what, long limit, long left, String reset) {
        headers.set("anthropic-ratelimit-" + what + "-limit", Long.toString(limit));
        headers.set("anthropic-ratelimit-" + what + "-remaining", Long.toString(Math.max(0, left)));
        headers.set("anthropic-ratelimit-" + what + "-reset", reset);
    }
}
