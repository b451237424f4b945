package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.test.peer.BlockingCall;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream holds one permit of the bulkhead, from before its first request to its end. */
@Timeout(20)
class BulkheadPermitTest {
    private static final int PERMITS = 2;

    private final FakeTime time = new FakeTime();

    private static Bulkhead bulkhead(Duration longestWait) {
        return BulkheadRegistry.ofDefaults()
                .bulkhead(
                        "streams",
                        BulkheadConfig.custom()
                                .maxConcurrentCalls(PERMITS)
                                .maxWaitDuration(longestWait)
                                .build());
    }

    private RequestGate attempts(Bulkhead bulkhead) {
        return Gates.open(Resilience.builder().bulkhead(bulkhead).build(), time);
    }

    private static int free(Bulkhead bulkhead) {
        return bulkhead.getMetrics().getAvailableConcurrentCalls();
    }

    @Test
    void aStreamHoldsOnePermitThroughAllItsRequestsAndGivesItBackOnce() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ZERO);
        var events = new ArrayList<String>();
        bulkhead.getEventPublisher()
                .onEvent(event -> events.add(event.getEventType().name()));
        RequestGate attempts = attempts(bulkhead);
        attempts.enter();
        for (int i = 0; i < 2; i++) {
            attempts.begin();
            assertThat(attempts.failed(Failures.broken())).isPresent();
            assertThat(free(bulkhead)).isEqualTo(PERMITS - 1);
        }
        attempts.begin();
        attempts.answered();
        attempts.succeeded();
        assertThat(free(bulkhead)).isEqualTo(PERMITS - 1);
        attempts.close();
        attempts.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
        assertThat(events).containsExactly("CALL_PERMITTED", "CALL_FINISHED");
    }

    @Test
    void whenAllPermitsAreTakenAStreamIsRefusedAndGivesNothingBack() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ZERO);
        List<RequestGate> running = List.of(attempts(bulkhead), attempts(bulkhead));
        for (RequestGate one : running) {
            one.enter();
        }
        RequestGate late = attempts(bulkhead);
        assertThatThrownBy(late::enter)
                .isInstanceOfSatisfying(LimitExceeded.class, e -> {
                    assertThat(e.limit()).isEqualTo(Limit.STREAMS);
                    assertThat(e.value()).isEqualTo(PERMITS);
                    assertThat(e.retryable()).isTrue();
                })
                .hasMessageContaining("2 streams");
        late.close();
        assertThat(free(bulkhead)).isZero();
        running.forEach(RequestGate::close);
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
    }

    @Test
    void aStreamWaitsForAPermitAsLongAsTheBulkheadSays() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ofSeconds(15));
        RequestGate first = attempts(bulkhead);
        first.enter();
        attempts(bulkhead).enter();
        RequestGate late = attempts(bulkhead);
        WaitingThread waiter = WaitingThread.at(late::enter);
        assertThat(waiter.waits()).isTrue();
        first.close();
        waiter.returns();
        assertThat(free(bulkhead)).isZero();
        late.close();
        assertThat(free(bulkhead)).isEqualTo(1);
    }

    @Test
    void anInterruptEndsTheWaitAtOnceAndTakesNoPermit() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ofMinutes(10));
        RequestGate one = attempts(bulkhead);
        one.enter();
        RequestGate two = attempts(bulkhead);
        two.enter();
        RequestGate late = attempts(bulkhead);
        BlockingCall waiting = BlockingCall.at(() -> {
                    late.enter();
                    return "a permit";
                })
                .awaitBlocked();
        assertThat(waiting.interrupt().failsWithin(Duration.ofSeconds(2))).isInstanceOf(InterruptedException.class);
        assertThat(waiting.stillInterrupted()).isFalse();
        late.close();
        assertThat(free(bulkhead)).isZero();
        one.close();
        two.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
    }

    @Test
    void anInterruptFromBeforeIsNoticed() {
        Bulkhead bulkhead = bulkhead(Duration.ofMinutes(10));
        Thread.currentThread().interrupt();
        RequestGate attempts = attempts(bulkhead);
        assertThatThrownBy(attempts::enter).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        attempts.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
    }

    @Test
    void closingInTheMiddleOfARequestGivesEverythingBack() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ZERO);
        CircuitBreaker breaker = CircuitBreaker.of(
                "b",
                CircuitBreakerConfig.custom()
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        RequestGate attempts = Gates.open(Resilience.builder()
                .bulkhead(bulkhead)
                .circuitBreaker(breaker)
                .build(), time);
        attempts.enter();
        attempts.begin();
        assertThat(breaker.tryAcquirePermission()).isFalse();
        attempts.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
        assertThat(breaker.tryAcquirePermission()).isTrue();
        assertThatThrownBy(attempts::begin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aStreamEntersOnce() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ZERO);
        RequestGate attempts = attempts(bulkhead);
        attempts.enter();
        assertThatThrownBy(attempts::enter)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("enter: ");
        attempts.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
    }
}
