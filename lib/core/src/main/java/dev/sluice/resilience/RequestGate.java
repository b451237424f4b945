package dev.sluice.resilience;

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
import org.jspecify.annotations.Nullable;

/**
 * One stream's way past the gates: {@link #enter} once; for each request {@link #begin}, then {@link #told} and {@link
 * #answered} as they happen, then one of {@link #succeeded}, {@link #failed} and {@link #abandoned}; {@link #close} once. For
 * the one thread that reads the stream, which waits here when it must; an interrupt ends every wait at once. A request that a
 * gate refused was none: it needs no verdict and holds nothing.
 */
public final class RequestGate implements AutoCloseable {
    private final TimeSource time;
    private final @Nullable Bulkhead bulkhead;
    private final @Nullable BreakerGate breaker;
    private final @Nullable RateLimiter limiter;
    private final @Nullable ProviderRateLimitGate followed;
    private final RetryGate retries;

    private boolean entered;
    private boolean closed;

    /** A request is out that has no verdict yet. */
    private boolean open;

    private long beganAt;
    private @Nullable Long answeredAt;

    RequestGate(Resilience gates, TimeSource time) {
        this.time = time;
        bulkhead = gates.bulkhead;
        breaker = gates.breaker == null ? null : new BreakerGate(gates.breaker);
        limiter = gates.limiter;
        followed = gates.followed;
        retries = new RetryGate(gates.retry);
    }

    /**
     * Takes the bulkhead's permit, which is held until {@link #close}. Waits as long as the bulkhead is configured to.
     *
     * @throws LimitExceeded if there is none in the bulkhead's time
     * @throws InterruptedException at once if the thread is, or gets, interrupted
     */
    public void enter() throws InterruptedException {
        if (entered) {
            throw new IllegalStateException("enter: may be called once");
        }
        if (bulkhead != null && !bulkhead.tryAcquirePermission()) {
            if (Thread.interrupted()) { // which is how a bulkhead says that its wait was cut short
                throw new InterruptedException();
            }
            throw new LimitExceeded(Limit.STREAMS, bulkhead.getBulkheadConfig().getMaxConcurrentCalls());
        }
        entered = true;
    }

    /**
     * Asks to send a request: first the breaker, then the rate limiter, then the provider's own rate limits if they are
     * followed. Waits for the last two.
     *
     * @throws StreamException.CircuitOpen if the breaker says no
     * @throws LimitExceeded if a rate limiter says no, or would only let it out too late
     * @throws InterruptedException at once if the thread is, or gets, interrupted in a wait; what the rate limiter had
     *     reserved is spent, for it takes nothing back
     */
    public void begin() throws InterruptedException {
        if (open || closed) {
            throw new IllegalStateException(
                    closed ? "begin: the stream is closed" : "begin: the request before has no verdict yet");
        }
        if (breaker != null) {
            breaker.enter();
        }
        boolean out = false;
        try {
            if (limiter != null) {
                reserve(limiter);
            }
            if (followed != null) {
                followed.await(time);
            }
            out = true;
        } finally {
            if (!out && breaker != null) {
                breaker.release();
            }
        }
        open = true;
        answeredAt = null;
        beganAt = time.nanos();
        retries.begun();
    }

    private void reserve(RateLimiter limiter) throws InterruptedException {
        long nanos = limiter.reservePermission();
        if (nanos < 0) {
            throw new LimitExceeded(
                    Limit.REQUESTS, limiter.getRateLimiterConfig().getLimitForPeriod());
        }
        time.sleep(Duration.ofNanos(nanos));
    }

    /** The request that {@link #begin} let out is not sent: there is no verdict on it. Does nothing after a verdict. */
    public void unsent() {
        if (open && followed != null) {
            followed.unsent();
        }
        abandoned();
    }

    /** The head of a response, whatever its status, told these limits. */
    public void told(RateLimits limits) {
        if (followed != null) {
            followed.told(limits);
        }
    }

    /** The first event is queued: no retry from here on. The next {@link #begin} starts to count anew. */
    public void answered() {
        if (open && answeredAt == null) {
            answeredAt = time.nanos();
            retries.answered();
        }
    }

    /** The answer is complete. Does nothing after a verdict. */
    public void succeeded() {
        if (!open) {
            return;
        }
        answered();
        open = false;
        if (breaker != null) {
            breaker.succeeded(untilAnswered());
        }
        if (limiter != null) {
            limiter.onSuccess();
        }
    }

    /**
     * The request failed, which the breaker is told unless it says nothing about the server: a request that the provider
     * rejects for what is in it, a cancel, a limit on what the caller asks for. Does nothing after a verdict.
     *
     * @return how long to wait before the next try, which then is {@link #begin}; empty if there is none
     */
    public Optional<Duration> failed(StreamException failure) {
        return judge(failure) ? retries.failed(failure) : Optional.empty();
    }

    /**
     * The stream failed while the request ran, and there is no retry. The breaker is told as by {@link #failed}, with one
     * exception: when the time of the whole is over after the first event, nobody knows whether the server was slow, the
     * answer long or the consumer busy, so that there is no verdict. Does nothing after a verdict.
     */
    public void streamFailed(StreamException failure) {
        if (answeredAt != null && failure instanceof TimedOut timeout && timeout.phase() == Phase.TOTAL) {
            abandoned();
        } else {
            judge(failure);
        }
    }

    /** Returns whether there was a request without a verdict, and not the caller that stopped it. */
    private boolean judge(StreamException failure) {
        if (!open) {
            return false;
        }
        if (failure instanceof Cancelled) {
            abandoned();
            return false;
        }
        open = false;
        if (followed != null && failure instanceof CredentialsFailed) {
            followed.unsent();
        }
        if (breaker != null) {
            breaker.failed(untilAnswered(), failure);
        }
        if (limiter != null) {
            limiter.onError(failure);
        }
        return true;
    }

    /** The caller stopped it, which says nothing about the server. Does nothing after a verdict. */
    public void abandoned() {
        if (open) {
            open = false;
            if (breaker != null) {
                breaker.release();
            }
        }
    }

    /** The time to the first event, or to now: how long the rest takes is a matter of the answer's length. */
    private long untilAnswered() {
        return (answeredAt == null ? time.nanos() : answeredAt) - beganAt;
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
            abandoned();
        } finally {
            if (entered && bulkhead != null) {
                bulkhead.onComplete();
            }
        }
    }
}
