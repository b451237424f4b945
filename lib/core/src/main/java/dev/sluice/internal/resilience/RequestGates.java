package dev.sluice.internal.resilience;

import dev.sluice.TimeSource;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gates that all streams of a {@code Resilience} pass. Each may be null, and then lets everything through.
 *
 * @param retry decides whether and when a request is sent again
 * @param breaker asked before each request
 * @param limiter each request waits for it
 * @param pace the same by {@code requestsPerMinute}
 * @param bulkhead each stream holds one of its permits
 * @param providerLimits shared by all streams, because they share the provider's account
 * @param retryCountHeader the header that tells the server which retry a request is
 */
public record RequestGates(
        @Nullable Retry retry,
        @Nullable CircuitBreaker breaker,
        @Nullable RateLimiter limiter,
        @Nullable RequestPace pace,
        @Nullable Bulkhead bulkhead,
        @Nullable ProviderRateLimitGate providerLimits,
        Optional<String> retryCountHeader) {

    /** Opens the way of one stream past the gates. */
    public RequestGate open(TimeSource time) {
        return new RequestGate(this, Objects.requireNonNull(time, "time"));
    }
}
