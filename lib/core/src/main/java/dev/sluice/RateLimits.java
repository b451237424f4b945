package dev.sluice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much a provider lets one account ask, as a response's headers reported it at that moment. It is no promise. A
 * value that the provider did not report is null.
 *
 * @param requests requests
 * @param tokens tokens in all
 * @param inputTokens prompt tokens
 * @param outputTokens tokens of answers
 */
public record RateLimits(
        @Nullable Window requests,
        @Nullable Window tokens,
        @Nullable Window inputTokens,
        @Nullable Window outputTokens) {

    /**
     * The amount that may be used in one period.
     *
     * @param limit how much in the whole period
     * @param remaining how much is left of it
     * @param reset when all of it is there again; null if the provider did not say
     */
    public record Window(
            long limit, long remaining, @Nullable Instant reset) {}
}
