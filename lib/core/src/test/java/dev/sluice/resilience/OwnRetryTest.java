package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.internal.resilience.RequestGate;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A retry that the caller brings decides, within bounds, and its metrics and events tell the truth. */
class OwnRetryTest {
    private final RetryRegistry registry = RetryRegistry.ofDefaults();
    private final List<String> events = new ArrayList<>();

    private Retry retry(RetryConfig config) {
        Retry retry = registry.retry("own", config);
        retry.getEventPublisher()
                .onEvent(event -> events.add(event.getEventType() + " " + event.getNumberOfRetryAttempts()));
        return retry;
    }

    private static RequestGate gate(Retry retry) {
        return Gates.open(Resilience.builder().retry(retry).build(), new FakeTime());
    }

    @Test
    void anAnswerAfterTwoRetriesIsASuccessWithRetries() throws Exception {
        Retry retry = retry(RetryDefaults.config(4));
        RequestGate gate = gate(retry);
        for (int i = 0; i < 2; i++) {
            gate.beforeRequest();
            assertThat(gate.retries()).isEqualTo(i);
            assertThat(gate.onFailure(Failures.askingFor(Duration.ofMillis(100))))
                    .contains(Duration.ofMillis(100));
        }
        gate.beforeRequest();
        gate.onFirstEvent();
        gate.onFirstEvent();
        gate.onSuccess();
        assertThat(gate.retries()).isEqualTo(2);
        assertMetrics(retry, 0, 1, 0, 0);
        assertThat(events).containsExactly("RETRY 1", "RETRY 2", "SUCCESS 2");
    }

    @Test
    void anAnswerAtOnceIsASuccessWithoutRetry() throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        gate.onFirstEvent();
        assertMetrics(retry, 1, 0, 0, 0);
        gate.onSuccess();
        assertMetrics(retry, 1, 0, 0, 0);
        assertThat(gate.retries()).isZero();
    }

    @Test
    void anAnswerWithoutAnyEventCountsTheSame() throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        gate.onSuccess();
        assertMetrics(retry, 1, 0, 0, 0);
    }

    @Test
    void whenAllTriesFailTheLastFailureIsTheEnd() throws Exception {
        Retry retry = retry(RetryConfig.custom()
                .maxAttempts(2)
                .waitDuration(Duration.ofMillis(5))
                .build());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.broken())).contains(Duration.ofMillis(5));
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.broken())).isEmpty();
        assertThat(gate.retries()).isEqualTo(1);
        assertMetrics(retry, 0, 0, 0, 1);
        assertThat(events).containsExactly("RETRY 1", "ERROR 2");
    }

    static List<StreamException> notToBeTriedAgain() {
        return List.of(Failures.refused(400), new CircuitOpen("open", null), new LimitExceeded(Limit.REQUESTS, 1));
    }

    @ParameterizedTest
    @MethodSource("notToBeTriedAgain")
    void aRetryThatWouldTryAnythingAgainIsNotAskedWhereThatCannotHelp(StreamException failure) throws Exception {
        Retry retry = retry(RetryConfig.ofDefaults());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        assertThat(gate.onFailure(failure)).isEmpty();
        assertThat(events).isEmpty(); // and no retry is announced that never comes
        assertMetrics(retry, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @MethodSource("notToBeTriedAgain")
    void aRetryThatRefusesAsWellCountsTheFailure(StreamException failure) throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        assertThat(gate.onFailure(failure)).isEmpty();
        assertThat(events).containsExactly("IGNORED_ERROR 0");
        assertMetrics(retry, 0, 0, 1, 0);
    }

    @Test
    void aPredicateThatChangesItsMindDoesNotRepeatWhatCannotHelp() throws Exception {
        var asked = new AtomicInteger();
        RequestGate gate = gate(retry(RetryConfig.custom()
                .retryOnException(failure -> asked.getAndIncrement() > 0)
                .build()));
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.refused(400))).isEmpty();
        gate.beforeRequest();
        assertThat(gate.retries()).isZero();
    }

    @Test
    void itsOwnPredicateMayRefuseMore() throws Exception {
        Retry retry = retry(RetryConfig.custom()
                .retryExceptions(ConnectionFailed.class)
                .waitDuration(Duration.ofMillis(7))
                .build());
        RequestGate refused = gate(retry);
        refused.beforeRequest();
        assertThat(refused.onFailure(Failures.passing(503))).isEmpty();
        RequestGate again = gate(retry);
        again.beforeRequest();
        assertThat(again.onFailure(Failures.broken())).contains(Duration.ofMillis(7));
        assertThat(events).containsExactly("IGNORED_ERROR 0", "RETRY 1");
    }

    @ParameterizedTest
    @CsvSource({
        "10, 0, 10",
        "10, 10, 10",
        "10, 3000, 3000",
        "10, 60000, 60000",
        "90000, 70000, 90000",
        "90000, 1, 90000"
    })
    void theLongerOfItsDelayAndTheServersCounts(long own, long asked, long delay) throws Exception {
        RequestGate gate = gate(
                retry(RetryConfig.custom().waitDuration(Duration.ofMillis(own)).build()));
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.askingFor(Duration.ofMillis(asked)))).contains(Duration.ofMillis(delay));
    }

    @Test
    void aServerThatAsksForMoreThanAMinuteIsNotAskedAgainBeforeThatAndNoRetryIsAnnounced() throws Exception {
        RequestGate gate = gate(
                retry(RetryConfig.custom().waitDuration(Duration.ofMillis(10)).build()));
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.askingFor(Duration.ofHours(1)))).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void onceTheFirstEventWasHandedOverNothingIsTriedAgain() throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        gate.onFirstEvent();
        assertThat(gate.onFailure(Failures.broken())).isEmpty();
        assertMetrics(retry, 1, 0, 0, 0);
    }

    @Test
    void aContinuationHasRetriesOfItsOwn() throws Exception {
        Retry retry = retry(RetryDefaults.config(1));
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.broken())).isPresent();
        gate.beforeRequest();
        gate.onFirstEvent();
        assertThat(gate.onFailure(Failures.broken())).isEmpty();
        gate.beforeRequest(); // goes on where the answer broke
        assertThat(gate.retries()).isEqualTo(1);
        assertThat(gate.onFailure(Failures.broken())).isPresent();
        gate.beforeRequest();
        assertThat(gate.retries()).isEqualTo(2);
        assertThat(gate.onFailure(Failures.broken())).isEmpty();
        assertMetrics(retry, 0, 1, 0, 1);
    }

    @Test
    void aCancelIsNeitherTriedAgainNorCounted() throws Exception {
        Retry retry = retry(RetryConfig.ofDefaults());
        RequestGate gate = gate(retry);
        gate.beforeRequest();
        assertThat(gate.onFailure(new Cancelled("stop"))).isEmpty();
        RequestGate other = gate(retry);
        other.beforeRequest();
        other.onCancelled();
        assertThat(other.onFailure(Failures.broken())).as("after the verdict").isEmpty();
        assertMetrics(retry, 0, 0, 0, 0);
        assertThat(events).isEmpty();
    }

    @Test
    void withoutARetryNothingIsTriedAgain() throws Exception {
        for (Resilience once :
                List.of(Resilience.none(), Resilience.builder().noRetry().build())) {
            RequestGate gate = Gates.open(once, new FakeTime());
            gate.beforeRequest();
            assertThat(gate.onFailure(Failures.askingFor(Duration.ZERO))).isEmpty();
            gate.beforeRequest();
            gate.onFirstEvent();
            gate.onSuccess();
            assertThat(gate.retries()).isZero();
        }
    }

    @Test
    void aRetryThatItsOwnFunctionCallsOffIsNone() throws Exception {
        RequestGate gate = gate(retry(RetryConfig.custom()
                .intervalBiFunction((attempt, outcome) -> -1L)
                .build()));
        gate.beforeRequest();
        assertThat(gate.onFailure(Failures.askingFor(Duration.ofSeconds(1)))).isEmpty();
        gate.beforeRequest();
        assertThat(gate.retries()).isZero();
    }

    @Test
    void eachRequestNeedsAVerdictBeforeTheNext() throws Exception {
        RequestGate gate = gate(retry(RetryDefaults.config()));
        gate.beforeRequest();
        assertThatThrownBy(gate::beforeRequest)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the request before has no verdict yet");
    }

    private static void assertMetrics(Retry retry, long at1st, long later, long failedAt1st, long failedLater) {
        var metrics = retry.getMetrics();
        assertThat(new long[] {
                    metrics.getNumberOfSuccessfulCallsWithoutRetryAttempt(),
                    metrics.getNumberOfSuccessfulCallsWithRetryAttempt(),
                    metrics.getNumberOfFailedCallsWithoutRetryAttempt(),
                    metrics.getNumberOfFailedCallsWithRetryAttempt()
                })
                .containsExactly(at1st, later, failedAt1st, failedLater);
    }
}
