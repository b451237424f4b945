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

    private RequestGate gate(RateLimiter limiter) {
        return Gates.open(Resilience.builder().rateLimiter(limiter).build(), time);
    }

    private static int left(RateLimiter limiter) {
        return limiter.getMetrics().getAvailablePermissions();
    }

    @Test
    void aRetryIsARequestLikeAnyOther() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO));
        RequestGate gate = gate(limiter);
        gate.beforeRequest();
        assertThat(left(limiter)).isEqualTo(1);
        assertThat(gate.onFailure(Failures.broken())).isPresent();
        gate.beforeRequest();
        assertThat(left(limiter)).isZero();
        assertThat(gate.onFailure(Failures.broken())).isPresent();
        assertThatThrownBy(gate::beforeRequest)
                .isInstanceOfSatisfying(LimitExceeded.class, e -> {
                    assertThat(e.limit()).isEqualTo(Limit.REQUESTS);
                    assertThat(e.value()).isEqualTo(2);
                })
                .hasMessageContaining("2 requests");
        assertThat(gate.retries()).isEqualTo(1);
    }

    @Test
    void aRequestWaitsForTheNextPeriodByTheClockOfTheClient() throws Exception {
        RateLimiter limiter = limiter(twoRequests(PERIOD));
        RequestGate gate = gate(limiter);
        gate.beforeRequest();
        gate.onSuccess();
        gate.beforeRequest();
        gate.onSuccess();
        WaitingThread waiter = WaitingThread.at(gate::beforeRequest);
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
        RequestGate gate = gate(limiter);
        BlockingCall waiting = BlockingCall.at(() -> {
            gate.beforeRequest();
            return "let out";
        });
        WaitingThread.await(time, 1);
        assertThat(waiting.interrupt().failsWithin(Duration.ofSeconds(2))).isInstanceOf(InterruptedException.class);
        assertThat(time.scheduled()).isZero();
        gate.close();
    }

    @Test
    void anInterruptFromBeforeIsNoticedEvenWithoutAWait() {
        RequestGate gate = gate(limiter(twoRequests(Duration.ZERO)));
        Thread.currentThread().interrupt();
        assertThatThrownBy(gate::beforeRequest).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void itLearnsOfFailures() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO)
                .drainPermissionsOnResult(
                        end -> end.isLeft() && end.getLeft() instanceof ApiError error && error.status() == 429));
        RequestGate gate = gate(limiter);
        gate.beforeRequest();
        assertThat(left(limiter)).isEqualTo(1);
        gate.onFailure(Failures.passing(429));
        assertThat(left(limiter)).isZero();
    }

    @Test
    void itLearnsOfAnswers() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO).drainPermissionsOnResult(end -> end.isRight()));
        RequestGate gate = gate(limiter);
        gate.beforeRequest();
        assertThat(left(limiter)).isEqualTo(1);
        gate.onSuccess();
        assertThat(left(limiter)).isZero();
    }

    @Test
    void itLearnsNothingOfCancels() throws Exception {
        RateLimiter limiter = limiter(twoRequests(Duration.ZERO).drainPermissionsOnResult(end -> true));
        RequestGate gate = gate(limiter);
        gate.beforeRequest();
        gate.onFailure(new Cancelled("stop"));
        assertThat(left(limiter)).isEqualTo(1);
    }
}
