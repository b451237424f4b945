package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.RateLimits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.test.peer.BlockingCall;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a breaker is told about each request, and that its permissions come back: as many as were taken, once. */
@Timeout(20)
class BreakerVerdictsTest {
    private static final int TRIALS = 3;

    private final FakeTime time = new FakeTime();
    private final CircuitBreaker breaker = CircuitBreakerRegistry.ofDefaults()
            .circuitBreaker(
                    "claude",
                    CircuitBreakerConfig.custom()
                            .permittedNumberOfCallsInHalfOpenState(TRIALS)
                            .slowCallDurationThreshold(Duration.ofSeconds(10))
                            .build());
    private final List<Duration> durations = new ArrayList<>();

    BreakerVerdictsTest() {
        breaker.getEventPublisher()
                .onSuccess(event -> durations.add(event.getElapsedDuration()))
                .onError(event -> durations.add(event.getElapsedDuration()));
    }

    private RequestGate gate() {
        return Gates.open(Resilience.builder().circuitBreaker(breaker).build(), time);
    }

    static List<StreamException> theServersFault() {
        return List.of(
                Failures.passing(500),
                Failures.passing(529),
                Failures.refused(500), // that a retry cannot help does not make it healthy
                Failures.passing(429),
                Failures.passing(408),
                Failures.inStream(true),
                Failures.broken(),
                new Truncated("cut"),
                new ProtocolError("odd", null),
                new TimedOut(Phase.HEADERS, Duration.ofSeconds(1)),
                new TimedOut(Phase.TOTAL, Duration.ofSeconds(1)),
                new LimitExceeded(Limit.LINE_BYTES, 1),
                new LimitExceeded(Limit.EVENT_BYTES, 1),
                new LimitExceeded(Limit.STREAM_BYTES, 1));
    }

    static List<StreamException> notTheServersFault() {
        return List.of(
                Failures.refused(400),
                Failures.refused(401),
                Failures.refused(404),
                Failures.refused(413),
                Failures.refused(307),
                Failures.inStream(false),
                new Cancelled("stop"),
                new CredentialsFailed("the token server is away", null, true),
                new LimitExceeded(Limit.CHUNKS, 1),
                new LimitExceeded(Limit.OUTPUT_TOKENS, 1),
                new LimitExceeded(Limit.COST_MICROS, 1));
    }

    @ParameterizedTest
    @MethodSource("theServersFault")
    void whatTheServerDidWrongIsAFailure(StreamException failure) throws Exception {
        RequestGate gate = gate();
        gate.beforeRequest();
        gate.onFailure(failure);
        assertCalls(0, 1);
    }

    @ParameterizedTest
    @MethodSource("theServersFault")
    void inATrialItCountsOnceAndTakesOnePermission(StreamException failure) throws Exception {
        halfOpen();
        RequestGate gate = gate();
        gate.beforeRequest();
        gate.onFailure(failure);
        gate.close();
        assertCalls(0, 1);
        assertThat(free()).isEqualTo(TRIALS - 1);
    }

    @ParameterizedTest
    @MethodSource("notTheServersFault")
    void whatSaysNothingAboutTheServerIsNoVerdict(StreamException failure) throws Exception {
        RequestGate gate = gate();
        gate.beforeRequest();
        gate.onFailure(failure);
        assertCalls(0, 0);
    }

    @ParameterizedTest
    @MethodSource("notTheServersFault")
    void inATrialItGivesThePermissionBackOnce(StreamException failure) throws Exception {
        halfOpen();
        RequestGate gate = gate();
        gate.beforeRequest();
        assertThat(free()).isEqualTo(TRIALS - 1);
        gate.onFailure(failure);
        gate.onFailure(failure);
        gate.onCancelled();
        gate.close();
        assertCalls(0, 0);
        assertThat(free()).isEqualTo(TRIALS);
    }

    @Test
    void aCompleteAnswerIsASuccessOnce() throws Exception {
        RequestGate gate = gate();
        gate.beforeRequest();
        gate.onFirstEvent();
        gate.onSuccess();
        gate.onSuccess();
        gate.onFailure(Failures.broken());
        gate.onCancelled();
        gate.close();
        assertCalls(1, 0);
    }

    @Test
    void aCancelIsNoVerdictHoweverItComes() throws Exception {
        List<Consumer<RequestGate>> ways =
                List.of(RequestGate::onCancelled, RequestGate::close, gate -> gate.onFailure(new Cancelled("stop")));
        halfOpen();
        for (var way : ways) {
            for (boolean answered : new boolean[] {false, true}) {
                RequestGate gate = gate();
                gate.beforeRequest();
                if (answered) {
                    gate.onFirstEvent();
                }
                way.accept(gate);
                gate.close();
                assertCalls(0, 0);
                assertThat(free()).isEqualTo(TRIALS);
            }
        }
    }

    @Test
    void trialsThatSucceedCloseTheBreaker() throws Exception {
        halfOpen();
        for (int i = 0; i < TRIALS; i++) {
            RequestGate gate = gate();
            gate.beforeRequest();
            gate.onFirstEvent();
            gate.onSuccess();
        }
        assertThat(breaker.getState()).isEqualTo(State.CLOSED);
    }

    // A stream lives long: it may have begun before the breaker opened.
    @Test
    void aStreamFromBeforeTheBreakerOpenedGivesItNoTrialMore() throws Exception {
        RequestGate old = gate();
        old.beforeRequest();
        halfOpen();
        old.onCancelled();
        assertThat(free()).isEqualTo(TRIALS);
    }

    @Test
    void aTrialThatIsStoppedAfterTheBreakerClosedIsHarmless() throws Exception {
        halfOpen();
        RequestGate trial = gate();
        trial.beforeRequest();
        breaker.transitionToClosedState();
        trial.onCancelled();
        assertThat(breaker.tryAcquirePermission()).isTrue();
        assertCalls(0, 0);
    }

    @Test
    void eachRetryIsARequestOfItsOwn() throws Exception {
        RequestGate gate = gate();
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.passing(503))).isPresent();
        gate.beforeRequest();
        gate.onFirstEvent();
        gate.onSuccess();
        assertCalls(1, 1);
    }

    @Test
    void anOpenBreakerSaysItsNameItsStateAndWhatToDo() {
        breaker.transitionToOpenState();
        assertRefused("'claude' is OPEN", "try again later");
        breaker.transitionToForcedOpenState();
        assertRefused("'claude' is FORCED_OPEN", "until the application closes it");
        breaker.transitionToHalfOpenState();
        for (int i = 0; i < TRIALS; i++) {
            assertThat(breaker.tryAcquirePermission()).isTrue();
        }
        assertRefused("'claude' is HALF_OPEN", "try again when they have ended");
    }

    private void assertRefused(String what, String advice) {
        RequestGate gate = gate();
        assertThatThrownBy(gate::beforeRequest)
                .isInstanceOf(CircuitOpen.class)
                .hasMessageContaining(what)
                .hasMessageContaining(advice);
        assertThat(gate.onFailure(new CircuitOpen("as it was thrown", null))).isEmpty();
        gate.close();
        assertThat(gate.retries()).isZero();
        assertCalls(0, 0);
    }

    @Test
    void theDurationIsTheTimeToTheFirstEventNotThatOfTheAnswer() throws Exception {
        RequestGate gate = gate();
        gate.beforeRequest();
        time.advance(Duration.ofSeconds(2));
        gate.onFirstEvent();
        time.advance(Duration.ofMinutes(5));
        gate.onFirstEvent();
        gate.onSuccess();
        gate.beforeRequest();
        time.advance(Duration.ofSeconds(3));
        gate.onFirstEvent();
        time.advance(Duration.ofMinutes(5));
        gate.onFailure(Failures.broken());
        assertThat(durations).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(3));
        assertThat(breaker.getMetrics().getNumberOfSlowCalls()).isZero();
    }

    @Test
    void withoutAnEventItIsTheTimeToTheFailure() throws Exception {
        RequestGate gate = gate();
        gate.beforeRequest();
        time.advance(Duration.ofSeconds(1));
        gate.onFirstEvent();
        gate.onSuccess();
        gate.beforeRequest();
        time.advance(Duration.ofSeconds(11));
        gate.onFailure(new TimedOut(Phase.HEADERS, Duration.ofSeconds(11)));
        assertThat(durations).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(11));
        assertThat(breaker.getMetrics().getNumberOfSlowCalls()).isEqualTo(1);
    }

    @Test
    void waitsAtTheGatesAreNotPartOfIt() throws Exception {
        RequestGate gate = Gates.open(
                Resilience.builder()
                        .circuitBreaker(breaker)
                        .respectRateLimits(Duration.ofMinutes(1))
                        .build(),
                time);
        gate.onRateLimits(nothingLeftUntil(time.now().plusSeconds(30)));
        WaitingThread waiter = WaitingThread.at(gate::beforeRequest);
        WaitingThread.await(time, 1);
        time.advance(Duration.ofSeconds(30));
        waiter.returns();
        time.advance(Duration.ofSeconds(2));
        gate.onFirstEvent();
        gate.onSuccess();
        assertThat(durations).containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void aRefusalAtALaterGateGivesThePermissionBack() throws Exception {
        RateLimiter spent = RateLimiter.of("spent", limit(Duration.ZERO));
        assertThat(spent.acquirePermission()).isTrue();
        halfOpen();
        RequestGate gate = Gates.open(
                Resilience.builder().circuitBreaker(breaker).rateLimiter(spent).build(), time);
        for (int i = 0; i < 2 * TRIALS; i++) {
            assertThatThrownBy(gate::beforeRequest).isInstanceOf(LimitExceeded.class);
        }
        gate.close();
        assertThat(free()).isEqualTo(TRIALS);
        RequestGate follower = Gates.open(
                Resilience.builder()
                        .circuitBreaker(breaker)
                        .respectRateLimits(Duration.ZERO)
                        .build(),
                time);
        follower.onRateLimits(nothingLeftUntil(time.now().plusSeconds(1)));
        assertThatThrownBy(follower::beforeRequest).isInstanceOf(LimitExceeded.class);
        assertThat(free()).isEqualTo(TRIALS);
        assertCalls(0, 0);
    }

    @Test
    void anInterruptAtALaterGateGivesThePermissionBack() throws Exception {
        RateLimiter spent = RateLimiter.of("spent", limit(Duration.ofHours(9)));
        assertThat(spent.acquirePermission()).isTrue();
        halfOpen();
        RequestGate limited = Gates.open(
                Resilience.builder().circuitBreaker(breaker).rateLimiter(spent).build(), time);
        RequestGate following = Gates.open(
                Resilience.builder()
                        .circuitBreaker(breaker)
                        .respectRateLimits(Duration.ofMinutes(1))
                        .build(),
                time);
        following.onRateLimits(nothingLeftUntil(time.now().plusSeconds(30)));
        for (RequestGate gate : List.of(limited, following)) {
            BlockingCall waiting = BlockingCall.at(begin(gate)).awaitBlocked();
            WaitingThread.await(time, 1);
            assertThat(free()).isEqualTo(TRIALS - 1);
            assertThat(waiting.interrupt().failsWithin(Duration.ofSeconds(2))).isInstanceOf(InterruptedException.class);
            assertThat(free()).isEqualTo(TRIALS);
            assertThat(time.scheduled()).isZero();
        }
        assertCalls(0, 0);
    }

    private static Callable<?> begin(RequestGate gate) {
        return () -> {
            gate.beforeRequest();
            return "a permission";
        };
    }

    private static RateLimits nothingLeftUntil(Instant reset) {
        return new RateLimits(new RateLimits.Window(50, 0, reset), null, null, null);
    }

    private static RateLimiterConfig limit(Duration timeout) {
        return RateLimiterConfig.custom()
                .limitForPeriod(1)
                .limitRefreshPeriod(Duration.ofHours(8))
                .timeoutDuration(timeout)
                .build();
    }

    private void halfOpen() {
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
    }

    /** How many trial permissions a half-open breaker has left. */
    private int free() {
        int taken = 0;
        while (breaker.tryAcquirePermission()) {
            taken++;
        }
        for (int i = 0; i < taken; i++) {
            breaker.releasePermission();
        }
        return taken;
    }

    private void assertCalls(int succeeded, int failed) {
        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(succeeded);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(failed);
    }
}
