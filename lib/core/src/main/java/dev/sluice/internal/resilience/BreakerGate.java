package dev.sluice.internal.resilience;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.util.concurrent.TimeUnit;

/** One stream's dealings with a circuit breaker: for each permission one verdict, or the permission back. One thread's. */
final class BreakerGate {
    private final CircuitBreaker breaker;

    /** The permission is one of the few that a half-open breaker has to give. */
    private boolean trial;

    BreakerGate(CircuitBreaker breaker) {
        this.breaker = breaker;
    }

    void acquire() {
        if (!breaker.tryAcquirePermission()) {
            throw refused(breaker.getName(), breaker.getState());
        }
        trial = breaker.getState() == State.HALF_OPEN;
    }

    void onSuccess(long nanos) {
        breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
    }

    void onFailure(long nanos, StreamException failure) {
        if (isNoVerdictOnTheServer(failure)) {
            release();
        } else {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
        }
    }

    /**
     * No verdict. A half-open breaker takes back whatever it is given, so that a stream from before, when the breaker was
     * closed, would have it let out one request too many.
     */
    void release() {
        if (trial || breaker.getState() != State.HALF_OPEN) {
            breaker.releasePermission();
        }
    }

    private static boolean isNoVerdictOnTheServer(StreamException failure) {
        return switch (failure) {
            case ApiError error -> !error.retryable() && error.status() < 500;
            case Cancelled cancelled -> true;
            case CredentialsFailed failed -> true; // nothing was sent
            case LimitExceeded exceeded ->
                switch (exceeded.limit()) {
                    case LINE_BYTES, EVENT_BYTES, STREAM_BYTES -> false;
                    default -> true; // limits on what the caller asks for
                };
            default -> false;
        };
    }

    private static CircuitOpen refused(String name, State state) {
        String advice = switch (state) {
            case HALF_OPEN -> "its trial requests are still on their way; try again when they have ended";
            case FORCED_OPEN -> "the application opened it, and it stays open until the application closes it";
            default -> "too many requests before this one failed; try again later";
        };
        return new CircuitOpen(
                "The circuit breaker '" + name + "' is " + state + " and did not let the request out: " + advice, null);
    }
}
