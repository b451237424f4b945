package dev.sluice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much a provider lets one account ask, as a response's headers told it: a moment's look, not a promise. What the
 * provider did not tell is null.
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
     * What may be used in one period.
     *
     * @param limit how much in the whole period
     * @param remaining how much is left of it
     * @param reset when all of it is there again; null if the provider did not tell
     */
    public record Window(
            long limit, long remaining, @Nullable Instant reset) {}
}
