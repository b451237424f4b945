package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.RateLimits;
import dev.sluice.RateLimits.Window;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.test.peer.BlockingCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** While the provider says that nothing is left, requests wait for the time it gave. */
@Timeout(20)
class ProviderRateLimitGateTest {
    private final FakeTime time = new FakeTime();
    private final Instant start = time.now();
    private final Resilience account =
            Resilience.builder().respectRateLimits(Duration.ofMinutes(2)).build();

    private Window window(long remaining, double resetSeconds) {
        return new Window(50, remaining, start.plusNanos((long) (resetSeconds * 1e9)));
    }

    private static RateLimits requests(Window window) {
        return new RateLimits(window, null, null, null);
    }

    private void told(RateLimits limits) {
        Gates.open(account, time).onRateLimits(limits);
    }

    /** A request that must not wait. */
    private void goesOut() throws InterruptedException {
        Gates.open(account, time).beforeRequest();
        assertThat(time.scheduled()).isZero();
    }

    private WaitingThread waits() {
        int before = time.scheduled();
        WaitingThread waiter = WaitingThread.at(() -> Gates.open(account, time).beforeRequest());
        WaitingThread.await(time, before + 1);
        return waiter;
    }

    @Test
    void aRequestWaitsUntilTheTimeThatTheProviderGave() throws Exception {
        told(requests(window(0, 30)));
        WaitingThread waiter = waits();
        time.advance(Duration.ofMillis(29_999));
        assertThat(waiter.waits()).isTrue();
        time.advance(Duration.ofMillis(1));
        waiter.returns();
        goesOut(); // the window is forgotten
        goesOut();
    }

    static List<RateLimits> tokensAtNothing() {
        Window empty = new Window(40_000, 0, new FakeTime().now().plusSeconds(10));
        return List.of(
                new RateLimits(null, empty, null, null),
                new RateLimits(null, null, empty, null),
                new RateLimits(null, null, null, empty));
    }

    @ParameterizedTest
    @MethodSource("tokensAtNothing")
    void soItDoesForTokensOfAnyKind(RateLimits limits) throws Exception {
        told(limits);
        WaitingThread waiter = waits();
        time.advance(Duration.ofSeconds(10));
        waiter.returns();
    }

    @Test
    void ofSeveralWindowsTheLastToFillCounts() throws Exception {
        told(new RateLimits(window(0, 10), window(0, 40), window(0, 20), window(7, 90)));
        WaitingThread waiter = waits();
        time.advance(Duration.ofSeconds(39));
        assertThat(waiter.waits()).isTrue();
        time.advance(Duration.ofSeconds(1));
        waiter.returns();
    }

    @Test
    void requestsSinceTheLastWordCount() throws Exception {
        told(requests(window(2, 30)));
        goesOut();
        goesOut();
        WaitingThread waiter = waits();
        time.advance(Duration.ofSeconds(30));
        waiter.returns();
        told(requests(window(1, 60)));
        goesOut();
        waits();
    }

    @Test
    void aRequestWithoutCredentialsWasNotSentAndDoesNotCount() throws Exception {
        told(requests(window(1, 30)));
        RequestGate gate = Gates.open(account, time);
        gate.beforeRequest();
        assertThat(gate.onFailure(new CredentialsFailed("log in first", null, false)))
                .isEmpty();
        goesOut();
        waits();
    }

    @Test
    void requestsDoNotUseUpTokens() throws Exception {
        told(new RateLimits(null, window(1, 30), window(1, 30), window(1, 30)));
        for (int i = 0; i < 5; i++) {
            goesOut();
        }
    }

    @Test
    void whatSaysNothingHoldsNothingBack() throws Exception {
        goesOut();
        for (RateLimits limits : List.of(
                new RateLimits(null, null, null, null),
                requests(window(1, 30)),
                requests(window(0, 0)),
                requests(window(0, -5)),
                requests(new Window(50, 0, null)),
                requests(new Window(50, 0, Instant.MAX)), // to believe it would be to never ask again
                requests(window(0, Duration.ofDays(1).toSeconds())))) {
            told(limits);
            goesOut();
        }
    }

    @Test
    void whoWouldWaitTooLongIsRefusedAtOnce() throws Exception {
        told(requests(window(0, 120.5)));
        assertThatThrownBy(() -> Gates.open(account, time).beforeRequest())
                .isInstanceOfSatisfying(LimitExceeded.class, e -> {
                    assertThat(e.limit()).isEqualTo(Limit.REQUESTS);
                    assertThat(e.value()).isEqualTo(50);
                });
        time.advance(Duration.ofMillis(500));
        waits();
    }

    @Test
    void itIsTheLastWindowToFillThatIsTooLong() {
        told(new RateLimits(window(0, 10), window(0, 200), null, null));
        assertThatThrownBy(() -> Gates.open(account, time).beforeRequest()).isInstanceOf(LimitExceeded.class);
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void aWindowThatIsOverDoesNotHideOneThatIsNot() throws Exception {
        told(new RateLimits(window(1, 30), window(0, -1), null, null));
        goesOut();
        waits();
    }

    @Test
    void whoWaitsLooksAgainAndTheWaitsAddUp() throws Exception {
        told(requests(window(0, 100)));
        BlockingCall impatient = BlockingCall.at(() -> {
            Gates.open(account, time).beforeRequest();
            return "let out";
        });
        WaitingThread.await(time, 1);
        time.advance(Duration.ofSeconds(90));
        WaitingThread patient = waits();
        told(requests(window(0, 130))); // 130 s are too long for the first, not for the second
        time.advance(Duration.ofSeconds(10));
        assertThat(impatient.failsWithin(Duration.ofSeconds(2))).isInstanceOf(LimitExceeded.class);
        WaitingThread.await(time, 1);
        assertThat(patient.waits()).isTrue();
        time.advance(Duration.ofSeconds(30));
        patient.returns();
    }

    @Test
    void ofThoseThatWaitedNoMoreGoOutThanTheNextWordAllows() throws Exception {
        told(requests(window(0, 30)));
        var waiting = new ArrayList<WaitingThread>();
        for (int i = 0; i < 20; i++) {
            waiting.add(waits());
        }
        told(requests(window(5, 60))); // the account has some again, and its window is a new one
        time.advance(Duration.ofSeconds(30));
        WaitingThread.await(time, 15);
        assertThat(waiting).filteredOn(WaitingThread::waits).hasSize(15);
        time.advance(Duration.ofSeconds(30));
        for (WaitingThread waiter : waiting) {
            waiter.returns();
        }
    }

    @Test
    void anInterruptEndsTheWaitAtOnceAndCountsNoRequest() throws Exception {
        told(requests(window(0, 30)));
        RequestGate gate = Gates.open(account, time);
        BlockingCall waiting = BlockingCall.at(() -> {
            gate.beforeRequest();
            return "let out";
        });
        WaitingThread.await(time, 1);
        assertThat(waiting.interrupt().failsWithin(Duration.ofSeconds(2))).isInstanceOf(InterruptedException.class);
        assertThat(time.scheduled()).isZero();
        told(requests(window(1, 60)));
        goesOut();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyWaitsUnlessAskedTo(boolean retries) throws Exception {
        Resilience other = retries ? Resilience.defaults() : Resilience.none();
        RequestGate gate = Gates.open(other, time);
        gate.onRateLimits(requests(window(0, 30)));
        gate.beforeRequest();
        assertThat(time.scheduled()).isZero();
    }
}
