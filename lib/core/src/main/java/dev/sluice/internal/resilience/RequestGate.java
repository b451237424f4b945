package dev.sluice.internal.resilience;

import dev.sluice.Limits.Limit;
import dev.sluice.RateLimits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts.Phase;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One stream's way past the gates: {@link #acquire} once; for each request {@link #beforeRequest}, then {@link #onRateLimits} and {@link
 * #onFirstEvent} as they happen, then one of {@link #onSuccess}, {@link #onFailure} and {@link #onCancelled}; {@link #close} once. For
 * the one thread that reads the stream, which waits here when it must; an interrupt ends every wait at once. A request that a
 * gate refused was none: it needs no verdict and holds nothing.
 */
public final class RequestGate implements AutoCloseable {
    private final TimeSource time;
    private final @Nullable Bulkhead bulkhead;
    private final @Nullable BreakerGate breaker;
    private final @Nullable RateLimiter limiter;
    private final @Nullable RequestPace pace;
    private final @Nullable ProviderRateLimitGate providerLimits;
    private final RetryGate retries;

    private boolean acquired;
    private boolean closed;

    /** A request is out that has no verdict yet. */
    private boolean open;

    /** That request starts an answer, and has passed the gates that count such requests. */
    private boolean counted;

    private long sentAt;
    private @Nullable Long firstEventAt;

    RequestGate(RequestGates gates, TimeSource time) {
        this.time = time;
        bulkhead = gates.bulkhead();
        breaker = gates.breaker() == null ? null : new BreakerGate(gates.breaker());
        limiter = gates.limiter();
        pace = gates.pace();
        providerLimits = gates.providerLimits();
        retries = new RetryGate(gates.retry());
    }

    /**
     * Takes the bulkhead's permit, which is held until {@link #close}. Waits as long as the bulkhead is configured to.
     *
     * @throws LimitExceeded if there is none in the bulkhead's time
     * @throws InterruptedException at once if the thread is, or gets, interrupted
     */
    public void acquire() throws InterruptedException {
        if (acquired) {
            throw new IllegalStateException("acquire: may be called once");
        }
        if (bulkhead != null && !bulkhead.tryAcquirePermission()) {
            if (Thread.interrupted()) { // which is how a bulkhead says that its wait was cut short
                throw new InterruptedException();
            }
            throw new LimitExceeded(Limit.STREAMS, bulkhead.getBulkheadConfig().getMaxConcurrentCalls());
        }
        acquired = true;
    }

    /**
     * Asks to send a request: first the breaker, then the rate limiter, then the provider's own rate limits if they are
     * providerLimits. Waits for the last two.
     *
     * @throws StreamException.CircuitOpen if the breaker says no
     * @throws LimitExceeded if a rate limiter says no, or would only let it out too late
     * @throws InterruptedException at once if the thread is, or gets, interrupted in a wait; what the rate limiter had
     *     reserved is spent, for it takes nothing back
     */
    public void beforeRequest() throws InterruptedException {
        askBreaker();
        boolean out = false;
        try {
            if (limiter != null) {
                reserve(limiter);
            }
            if (pace != null) {
                pace.await(time);
            }
            if (providerLimits != null) {
                providerLimits.await(time);
            }
            out = true;
        } finally {
            if (!out && breaker != null) {
                breaker.release();
            }
        }
        sent(true);
        retries.beforeRequest();
    }

    /**
     * Asks to send a request for the rest of an answer that the server keeps. Only the breaker is asked: such a request
     * starts no answer. It is not retried by the retry, see {@link #resumeDelay}.
     *
     * @throws StreamException.CircuitOpen if the breaker says no
     */
    public void beforeResume() {
        askBreaker();
        sent(false);
    }

    private void askBreaker() {
        if (open || closed) {
            throw new IllegalStateException(closed ? "the stream is closed" : "the request before has no verdict yet");
        }
        if (breaker != null) {
            breaker.acquire();
        }
    }

    private void sent(boolean isCounted) {
        open = true;
        counted = isCounted;
        firstEventAt = null;
        sentAt = time.nanos();
    }

    private void reserve(RateLimiter limiter) throws InterruptedException {
        long nanos = limiter.reservePermission();
        if (nanos < 0) {
            throw new LimitExceeded(
                    Limit.REQUESTS, limiter.getRateLimiterConfig().getLimitForPeriod());
        }
        time.sleep(Duration.ofNanos(nanos));
    }

    /** The request that {@link #beforeRequest} let out is not sent: there is no verdict on it. Does nothing after a verdict. */
    public void onNotSent() {
        if (open && counted && providerLimits != null) {
            providerLimits.onNotSent();
        }
        onCancelled();
    }

    /** The head of a response, whatever its status, told these limits. */
    public void onRateLimits(RateLimits limits) {
        if (providerLimits != null) {
            providerLimits.onRateLimits(limits);
        }
    }

    /** The first event is handed over: no retry from here on. The next {@link #beforeRequest} starts to count anew. */
    public void onFirstEvent() {
        if (open && firstEventAt == null) {
            firstEventAt = time.nanos();
            retries.onFirstEvent();
        }
    }

    /** The answer is complete. Does nothing after a verdict. */
    public void onSuccess() {
        if (!open) {
            return;
        }
        onFirstEvent();
        open = false;
        if (breaker != null) {
            breaker.onSuccess(nanosToFirstEvent());
        }
        if (limiter != null && counted) {
            limiter.onSuccess();
        }
    }

    /**
     * The request failed, which the breaker is told unless it says nothing about the server: a request that the provider
     * rejects for what is in it, a cancel, a limit on what the caller asks for. Does nothing after a verdict.
     *
     * @return how long to wait before the next try, which then is {@link #beforeRequest}; empty if there is none
     */
    public Optional<Duration> onFailure(StreamException failure) {
        return recordFailure(failure) ? retries.onFailure(failure) : Optional.empty();
    }

    /**
     * How long to wait after a failure before the answer is resumed; empty if the server asks for more than is waited on its word.
     *
     * @param inVain how many times it has been resumed in a row without a new event
     */
    public static Optional<Duration> resumeDelay(StreamException failure, int inVain) {
        if (RetryRules.asksForTooLong(failure)) {
            return Optional.empty();
        }
        Duration own = inVain == 0 ? Duration.ZERO : RetryRules.backoff(inVain, ThreadLocalRandom.current());
        return Optional.of(RetryRules.requestedDelay(failure)
                .filter(asked -> asked.compareTo(own) > 0)
                .orElse(own));
    }

    /**
     * The stream failed while the request ran, and there is no retry. The breaker is told as by {@link #onFailure}, with one
     * exception: when the time of the whole is over after the first event, nobody knows whether the server was slow, the
     * answer long or the consumer busy, so that there is no verdict. Does nothing after a verdict.
     */
    public void onStreamFailure(StreamException failure) {
        if (firstEventAt != null && failure instanceof TimedOut timeout && timeout.phase() == Phase.TOTAL) {
            onCancelled();
        } else {
            recordFailure(failure);
        }
    }

    /** Returns whether there was a request without a verdict, and not the caller that stopped it. */
    private boolean recordFailure(StreamException failure) {
        if (!open) {
            return false;
        }
        if (failure instanceof Cancelled) {
            onCancelled();
            return false;
        }
        open = false;
        if (providerLimits != null && counted && failure instanceof CredentialsFailed) {
            providerLimits.onNotSent();
        }
        if (breaker != null) {
            breaker.onFailure(nanosToFirstEvent(), failure);
        }
        if (limiter != null && counted) {
            limiter.onError(failure);
        }
        return true;
    }

    /** The caller stopped it, which says nothing about the server. Does nothing after a verdict. */
    public void onCancelled() {
        if (open) {
            open = false;
            if (breaker != null) {
                breaker.release();
            }
        }
    }

    /** The time to the first event, or to now: how long the rest takes is a matter of the answer's length. */
    private long nanosToFirstEvent() {
        return (firstEventAt == null ? time.nanos() : firstEventAt) - sentAt;
    }

    /** How many requests have been retries, in all. */
    public int retries() {
        return retries.count();
    }

    /** Gives back what is held; a request without a verdict is abandoned. A second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            onCancelled();
        } finally {
            if (acquired && bulkhead != null) {
                bulkhead.onComplete();
            }
        }
    }
}
