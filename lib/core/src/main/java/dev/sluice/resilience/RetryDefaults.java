package dev.sluice.resilience;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.internal.resilience.RetryRules;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * The retry rules of Anthropic's official SDKs, for a Resilience4j retry of one's own: {@code
 * RetryRegistry.of(RetryDefaults.config())}. A {@link StreamException#retryable() retryable} failure is retried up to
 * two times, after 0.5 s doubling to 8 s. Each delay is up to a quarter shorter by chance. A delay that the server asks
 * for replaces that one, and a date that has passed means at once. A server that asks for more than 60 s is not asked
 * again: {@link ApiError#retryAfter()} says when to come back. A refusal by a circuit breaker or a limit of the
 * caller's is not retried either.
 */
public final class RetryDefaults {
    private static final int MAX_RETRIES = 2;

    private RetryDefaults() {}

    /** A retry with two retries. The name is for its metrics and events. */
    public static Retry retry(String name) {
        return Retry.of(Objects.requireNonNull(name, "name"), config());
    }

    /** Two retries. */
    public static RetryConfig config() {
        return config(MAX_RETRIES);
    }

    /** That many retries after the first try; 0 for none. */
    public static RetryConfig config(int maxRetries) {
        return config(maxRetries, () -> ThreadLocalRandom.current().nextLong());
    }

    /**
     * That many retries, with the chance from elsewhere.
     *
     * @param random is asked by the threads of all streams that share the retry
     */
    public static RetryConfig config(int maxRetries, RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        if (maxRetries < 0) {
            throw new IllegalArgumentException("maxRetries: " + maxRetries + ", must be at least 0");
        }
        return RetryConfig.custom()
                .maxAttempts((int) Math.min(Integer.MAX_VALUE, maxRetries + 1L))
                .retryOnException(failure -> RetryRules.mayHelp(failure) && !RetryRules.asksForTooLong(failure))
                .intervalBiFunction((attempt, outcome) -> Optional.ofNullable(
                                outcome.isLeft() && !RetryRules.asksForTooLong(outcome.getLeft())
                                        ? outcome.getLeft()
                                        : null)
                        .flatMap(RetryRules::requestedDelay)
                        .map(RetryDefaults::wholeMillis)
                        .orElseGet(() -> RetryRules.backoff(attempt, random).toMillis()))
                .build();
    }

    /** Rounded up: never before the server's time. */
    private static long wholeMillis(Duration delay) {
        return delay.plusNanos(999_999).toMillis();
    }
}
