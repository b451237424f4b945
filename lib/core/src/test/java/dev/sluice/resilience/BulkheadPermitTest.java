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

    private RequestGate gate(Bulkhead bulkhead) {
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
        RequestGate gate = gate(bulkhead);
        gate.acquire();
        for (int i = 0; i < 2; i++) {
            gate.beforeRequest();
            assertThat(gate.onFailure(Failures.broken())).isPresent();
            assertThat(free(bulkhead)).isEqualTo(PERMITS - 1);
        }
        gate.beforeRequest();
        gate.onFirstEvent();
        gate.onSuccess();
        assertThat(free(bulkhead)).isEqualTo(PERMITS - 1);
        gate.close();
        gate.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
        assertThat(events).containsExactly("CALL_PERMITTED", "CALL_FINISHED");
    }

    @Test
    void whenAllPermitsAreTakenAStreamIsRefusedAndGivesNothingBack() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ZERO);
        List<RequestGate> running = List.of(gate(bulkhead), gate(bulkhead));
        for (RequestGate one : running) {
            one.acquire();
        }
        RequestGate late = gate(bulkhead);
        assertThatThrownBy(late::acquire)
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
        RequestGate first = gate(bulkhead);
        first.acquire();
        gate(bulkhead).acquire();
        RequestGate late = gate(bulkhead);
        WaitingThread waiter = WaitingThread.at(late::acquire);
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
        RequestGate one = gate(bulkhead);
        one.acquire();
        RequestGate two = gate(bulkhead);
        two.acquire();
        RequestGate late = gate(bulkhead);
        BlockingCall waiting = BlockingCall.at(() -> {
                    late.acquire();
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
        RequestGate gate = gate(bulkhead);
        assertThatThrownBy(gate::acquire).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        gate.close();
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
        RequestGate gate = Gates.open(
                Resilience.builder().bulkhead(bulkhead).circuitBreaker(breaker).build(), time);
        gate.acquire();
        gate.beforeRequest();
        assertThat(breaker.tryAcquirePermission()).isFalse();
        gate.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
        assertThat(breaker.tryAcquirePermission()).isTrue();
        assertThatThrownBy(gate::beforeRequest)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aStreamEntersOnce() throws Exception {
        Bulkhead bulkhead = bulkhead(Duration.ZERO);
        RequestGate gate = gate(bulkhead);
        gate.acquire();
        assertThatThrownBy(gate::acquire)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("acquire: ");
        gate.close();
        assertThat(free(bulkhead)).isEqualTo(PERMITS);
    }
}
