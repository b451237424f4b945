package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.test.peer.BlockingCall;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each request, retries included, waits for the rate limiter. */
@Timeout(20)
class RateLimiterGateTest {
    private static final Duration PERIOD =
            Duration.ofHours(8); // the limiter's own clock does not reach its end in a test

    private final FakeTime time = new FakeTime();

    private static RateLimiterConfig.Builder twoRequests(Duration timeout) {
        return RateLimiterConfig.custom()
                .limitForPeriod(2)
                .limitRefreshPeriod(PERIOD)
                .timeoutDuration(timeout);
    }

    private static RateLimiter limiter(RateLimiterConfig.Builder config) {
        return RateLimiterRegistry.ofDefaults().rateLimiter("requests", config.build());
    }

    private RequestGate attempts(RateLimiter limiter) {
        return Gates.open(Resilience.builder().rateLimiter(limiter).build(), time);
    }

    private static int left(RateLimiter limiter) {
        return limiter.getMetrics().getAvailablePermissions();
    }

    @Test
    void aRetryIsARequestLikeAnyOther() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO));
        RequestGate attempts = attempts(limiter);
        attempts.begin();
        assertThat(left(limiter)).isEqualTo(1);
        assertThat(attempts.failed(Failures.broken())).isPresent();
        attempts.begin();
        assertThat(left(limiter)).isZero();
        assertThat(attempts.failed(Failures.broken())).isPresent();
        assertThatThrownBy(attempts::begin)
                .isInstanceOfSatisfying(LimitExceeded.class, e -> {
                    assertThat(e.limit()).isEqualTo(Limit.REQUESTS);
                    assertThat(e.value()).isEqualTo(2);
                })
                .hasMessageContaining("2 requests");
        assertThat(attempts.retries()).isEqualTo(1);
    }

    @Test
    void aRequestWaitsForTheNextPeriodByTheClockOfTheClient() throws Exception {
        RateLimiter limiter = limiter(twoRequests(PERIOD));
        RequestGate attempts = attempts(limiter);
        attempts.begin();
        attempts.succeeded();
        attempts.begin();
        attempts.succeeded();
        WaitingThread waiter = WaitingThread.at(attempts::begin);
        WaitingThread.await(time, 1);
        time.advance(PERIOD.minusMinutes(5));
        assertThat(waiter.waits()).isTrue();
        time.advance(Duration.ofMinutes(5));
        waiter.returns();
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void anInterruptEndsTheWaitAtOnce() throws Exception {
        RateLimiter limiter = limiter(twoRequests(PERIOD));
        limiter.drainPermissions();
        RequestGate attempts = attempts(limiter);
        BlockingCall waiting = BlockingCall.at(() -> {
            attempts.begin();
            return "let out";
        });
        WaitingThread.await(time, 1);
        assertThat(waiting.interrupt().failsWithin(Duration.ofSeconds(2))).isInstanceOf(InterruptedException.class);
        assertThat(time.scheduled()).isZero();
        attempts.close();
    }

    @Test
    void anInterruptFromBeforeIsNoticedEvenWithoutAWait() {
        RequestGate attempts = attempts(limiter(twoRequests(Duration.ZERO)));
        Thread.currentThread().interrupt();
        assertThatThrownBy(attempts::begin).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void itLearnsOfFailures() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO)
                .drainPermissionsOnResult(
                        end -> end.isLeft() && end.getLeft() instanceof ApiError error && error.status() == 429));
        RequestGate attempts = attempts(limiter);
        attempts.begin();
        assertThat(left(limiter)).isEqualTo(1);
        attempts.failed(Failures.passing(429));
        assertThat(left(limiter)).isZero();
    }

    @Test
    void itLearnsOfAnswers() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO).drainPermissionsOnResult(end -> end.isRight()));
        RequestGate attempts = attempts(limiter);
        attempts.begin();
        assertThat(left(limiter)).isEqualTo(1);
        attempts.succeeded();
        assertThat(left(limiter)).isZero();
    }

    @Test
    void itLearnsNothingOfCancels() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO).drainPermissionsOnResult(end -> true));
        RequestGate attempts = attempts(limiter);
        attempts.begin();
        attempts.failed(new Cancelled("stop"));
        assertThat(left(limiter)).isEqualTo(1);
    }
}
