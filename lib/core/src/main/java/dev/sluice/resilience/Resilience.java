package dev.sluice.resilience;

import dev.sluice.StreamException;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.resilience.ProviderRateLimitGate;
import dev.sluice.internal.resilience.RequestGates;
import dev.sluice.internal.resilience.RequestPace;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests a client sends, and which it retries. {@link Builder#maxRetries}, {@link Builder#maxConcurrent} and {@link
 * Builder#requestsPerMinute} are enough for most programs. The caller's own Resilience4j instances may take their place, so that
 * registries, metrics and events show them. Immutable and safe for use by any thread. Clients that share one share its
 * limits. Nothing here blocks.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="resilience"}
 */
public final class Resilience {
    static {
        InternalParts.share(Resilience.class, RequestGates.class, resilience -> resilience.gates);
    }

    /** For a gate whose waits end by the limits of the request alone. */
    private static final Duration UNLIMITED = Duration.ofDays(36_500);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final RequestGates gates;

    private Resilience(Builder builder) {
        gates = new RequestGates(
                builder.retry,
                builder.breaker,
                builder.limiter,
                builder.pace,
                builder.bulkhead,
                builder.longestWait == null ? null : new ProviderRateLimitGate(builder.longestWait),
                Optional.ofNullable(builder.retryCountHeader));
    }

    /** Two retries by the rules of {@link RetryDefaults}; nothing else. */
    public static Resilience defaults() {
        return builder().build();
    }

    /** Nothing is tried twice and nothing held back. */
    public static Resilience none() {
        return builder().noRetry().build();
    }

    /** {@link #defaults()}, to be changed. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the settings of a {@link Resilience}. Not for use by several threads. */
    public static final class Builder {
        private @Nullable Retry retry = RetryDefaults.retry("sluice");
        private @Nullable CircuitBreaker breaker;
        private @Nullable RateLimiter limiter;
        private @Nullable RequestPace pace;
        private @Nullable Bulkhead bulkhead;
        private @Nullable Duration longestWait;
        private @Nullable String retryCountHeader;

        private Builder() {}

        /**
         * The caller's own retry, in place of the default. It decides how often and when, within bounds. A failure that
         * is not {@link StreamException#retryable()}, or that a gate here caused, is not retried. Nothing is retried
         * once the first event was queued. If a server asks for a longer delay than the retry's own, it gets it. If
         * that is more than 60 s, the request fails at once.
         */
        public Builder retry(Retry retry) {
            this.retry = Objects.requireNonNull(retry, "retry");
            return this;
        }

        /**
         * How often a request that failed is sent again, by the rules of {@link RetryDefaults}; 2 if nothing is set. It takes
         * the place of {@link #retry}.
         */
        public Builder maxRetries(int retries) {
            retry = Retry.of("sluice", RetryDefaults.config(retries));
            return this;
        }

        /**
         * How many streams and other requests may run at once; no limit if nothing is set. Further ones are not refused. They wait
         * in the order of their arrival, until one ends or their own time is over: {@code total}, or a cancel. It takes
         * the place of {@link #bulkhead}.
         */
        public Builder maxConcurrent(int streams) {
            return bulkhead(Bulkhead.of(
                    "sluice",
                    BulkheadConfig.custom()
                            .maxConcurrentCalls(Checks.atLeast("maxConcurrent", streams, 1))
                            .maxWaitDuration(UNLIMITED)
                            .build()));
        }

        /**
         * How many requests may be sent in a minute, retries included; no limit if nothing is set. They are sent at even
         * intervals, as most providers count them: 60 in a minute are one each second. Further ones are not refused. They wait for
         * their turn, until their own time is over, and then give up their turn. It takes the place of {@link #rateLimiter}.
         */
        public Builder requestsPerMinute(int requests) {
            pace = new RequestPace(MINUTE.dividedBy(Checks.atLeast("requestsPerMinute", requests, 1)));
            limiter = null;
            return this;
        }

        /** No retries. */
        public Builder noRetry() {
            retry = null;
            return this;
        }

        /**
         * The caller's own circuit breaker. It is asked before each request, retries included, and learns once how each
         * ended. A complete answer is a success, a fault of the server a failure. A cancel or an invalid request is
         * neither. The duration of a call is the time to its first event. So a slow call is a server that is slow to
         * answer, not a long answer.
         */
        public Builder circuitBreaker(CircuitBreaker breaker) {
            this.breaker = Objects.requireNonNull(breaker, "breaker");
            return this;
        }

        /** The caller's own rate limiter. Each request, retries included, waits for it as long as it is configured to. */
        public Builder rateLimiter(RateLimiter limiter) {
            this.limiter = Objects.requireNonNull(limiter, "limiter");
            pace = null;
            return this;
        }

        /**
         * The caller's own bulkhead. Each stream waits for it as long as it is configured to. It holds its permit from
         * before the first request until it ends, retries and their delays included.
         */
        public Builder bulkhead(Bulkhead bulkhead) {
            this.bulkhead = Objects.requireNonNull(bulkhead, "bulkhead");
            return this;
        }

        /**
         * Holds requests back while the provider's own rate limits, from its latest response, say that nothing is left.
         * They wait until the time that it gave for that to change. One {@link Resilience} is then for one account. The
         * provider's times are compared with the clock of this machine.
         *
         * @param longestWait a request that would have to wait longer fails at once, with
         *     {@link StreamException.LimitExceeded}
         */
        public Builder respectRateLimits(Duration longestWait) {
            this.longestWait = Checks.notNegative("longestWait", longestWait, "refuse at once");
            return this;
        }

        /** The header for the number of the retry; none unless set. The SDKs' is {@code x-stainless-retry-count}. */
        public Builder retryCountHeader(String name) {
            if (Objects.requireNonNull(name, "name").isEmpty()
                    || name.chars().anyMatch(c -> c <= ' ' || c == ':' || c >= 127)) {
                throw new IllegalArgumentException("name: '" + name + "', must be the name of a header");
            }
            retryCountHeader = name;
            return this;
        }

        /** The resilience. */
        public Resilience build() {
            return new Resilience(this);
        }
    }
}
