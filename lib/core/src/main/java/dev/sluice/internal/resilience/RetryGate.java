package dev.sluice.internal.resilience;

import dev.sluice.StreamException;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream's dealings with the retry, if there is one. The retry says whether and when, but not against {@link
 * StreamException#retryable()} and not sooner than the server asks. One thread's.
 */
final class RetryGate {
    private final @Nullable Retry retry;

    /** The count of the tries of one request; null when it is over, and none is left. */
    private Retry.@Nullable AsyncContext<Object> tries;

    private boolean announced;
    private int started;

    RetryGate(@Nullable Retry retry) {
        this.retry = retry;
    }

    /** A request goes out: the retry that was announced, or the first try of the next. */
    void beforeRequest() {
        if (announced) {
            announced = false;
            started++;
        } else if (retry != null) {
            tries = retry.asyncContext();
        }
    }

    /** The retry's job is done. */
    void onFirstEvent() {
        if (tries != null) {
            tries.onComplete();
            tries = null;
        }
    }

    /** The delay before the next try; empty if there is none. */
    Optional<Duration> onFailure(StreamException failure) {
        var context = tries;
        tries = null;
        if (context == null || retry == null) {
            return Optional.empty();
        }
        boolean mayHelp = RetryRules.mayHelp(failure) && !isInVain(retry, failure);
        if (!mayHelp && retry.getRetryConfig().getExceptionPredicate().test(failure)) {
            return Optional.empty(); // without a word, for it would announce a retry that never comes
        }
        long millis = context.onError(failure);
        if (!mayHelp || millis < 0) {
            return Optional.empty();
        }
        tries = context;
        announced = true;
        Duration own = Duration.ofMillis(millis);
        return Optional.of(RetryRules.requestedDelay(failure)
                .filter(asked -> asked.compareTo(own) > 0)
                .orElse(own));
    }

    /** Whether the server asks for a longer wait than is made on its word, and the retry's own delay is shorter than that. */
    private static boolean isInVain(Retry retry, StreamException failure) {
        if (!RetryRules.asksForTooLong(failure)) {
            return false;
        }
        long own = retry.getRetryConfig().<Object>getIntervalBiFunction().apply(1, Either.left(failure));
        return RetryRules.requestedDelay(failure).orElseThrow().compareTo(Duration.ofMillis(own)) > 0;
    }

    int count() {
        return started;
    }
}
