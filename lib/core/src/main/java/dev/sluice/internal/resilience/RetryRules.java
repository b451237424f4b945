package dev.sluice.internal.resilience;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.LimitExceeded;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Which failures a retry may help, and how long the server asks to wait before it. */
public final class RetryRules {
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 8_000;
    private static final double JITTER = 0.25;

    private RetryRules() {}

    /** Whether another try may help, and is ours to make. */
    public static boolean mayHelp(Throwable failure) {
        return failure instanceof StreamException known
                && known.retryable()
                && !(known instanceof CircuitOpen)
                && !(known instanceof LimitExceeded);
    }

    /** Whether the server asks for a longer wait than a retry makes on its word. */
    public static boolean asksForTooLong(Throwable failure) {
        return requestedDelay(failure)
                .filter(delay -> delay.compareTo(LONGEST_DELAY) > 0)
                .isPresent();
    }

    /** The delay before a retry that the server says nothing about, which doubles from the first to the fifth. */
    public static Duration backoff(int attempt, RandomGenerator random) {
        int doublings = Math.min(attempt - 1, Long.numberOfTrailingZeros(LONGEST_MILLIS / FIRST_MILLIS));
        return Duration.ofMillis(Math.round((FIRST_MILLIS << doublings) * (1 - JITTER * random.nextDouble())));
    }

    /** How long the server asks to wait. */
    public static Optional<Duration> requestedDelay(Throwable failure) {
        return failure instanceof ApiError error ? error.retryAfter() : Optional.empty();
    }
}
