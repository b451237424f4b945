package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.RateLimits;
import dev.sluice.internal.resilience.RequestGate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResilienceTest {
    private final FakeTime time = new FakeTime();

    @Test
    void thereAreTwoRetriesUnlessSet() throws Exception {
        for (Resilience one :
                new Resilience[] {Resilience.defaults(), Resilience.builder().build()}) {
            RequestGate gate = Gates.open(one, time);
            gate.acquire();
            for (int i = 0; i < 2; i++) {
                gate.beforeRequest();
                assertThat(gate.onFailure(Failures.broken())).isPresent();
            }
            gate.beforeRequest();
            assertThat(gate.onFailure(Failures.broken())).isEmpty();
            gate.close();
        }
    }

    @Test
    void theHeaderForRetriesIsThereIfSet() {
        assertThat(Gates.of(Resilience.defaults()).retryCountHeader()).isEmpty();
        assertThat(Gates.of(Resilience.builder()
                                .retryCountHeader("x-stainless-retry-count")
                                .build())
                        .retryCountHeader())
                .contains("x-stainless-retry-count");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:b", "a\nb", "ä"})
    void aHeaderNeedsAName(String name) {
        assertThatThrownBy(() -> Resilience.builder().retryCountHeader(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("name: ");
    }

    @Test
    void nullsAndNegativeWaitsAreRefusedByName() {
        var builder = Resilience.builder();
        Map<String, ThrowingCallable> nulls = new LinkedHashMap<>();
        nulls.put("retry", () -> builder.retry(null));
        nulls.put("breaker", () -> builder.circuitBreaker(null));
        nulls.put("limiter", () -> builder.rateLimiter(null));
        nulls.put("bulkhead", () -> builder.bulkhead(null));
        nulls.put("longestWait", () -> builder.respectRateLimits(null));
        nulls.put("name", () -> builder.retryCountHeader(null));
        nulls.put("time", () -> Gates.open(builder.build(), null));
        nulls.forEach((name, call) -> assertThatThrownBy(call)
                .isInstanceOf(NullPointerException.class)
                .hasMessage(name));
        assertThatThrownBy(() -> builder.respectRateLimits(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("longestWait: PT-1S, must not be negative (zero: refuse at once)");
    }

    @Test
    void aBuilderThatGoesOnChangesNothingThatWasBuilt() throws Exception {
        var builder = Resilience.builder().respectRateLimits(Duration.ofMinutes(1));
        Resilience first = builder.build();
        Resilience second = builder.noRetry().build();
        RequestGate gate = Gates.open(first, time);
        gate.onRateLimits(new RateLimits(new RateLimits.Window(1, 0, time.now().plusSeconds(30)), null, null, null));
        Gates.open(second, time).beforeRequest(); // does not wait: two accounts
        Gates.open(Resilience.builder().build(), time).beforeRequest();
        WaitingThread waiter = WaitingThread.at(gate::beforeRequest);
        WaitingThread.await(time, 1);
        time.advance(Duration.ofSeconds(30));
        waiter.returns();
        assertThat(gate.onFailure(Failures.broken())).isPresent();
    }
}
