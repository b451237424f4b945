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

    private static RequestGate attempts(Retry retry) {
        return Gates.open(Resilience.builder().retry(retry).build(), new FakeTime());
    }

    @Test
    void anAnswerAfterTwoRetriesIsASuccessWithRetries() throws Exception {
        Retry retry = retry(RetryDefaults.config(4));
        RequestGate attempts = attempts(retry);
        for (int i = 0; i < 2; i++) {
            attempts.begin();
            assertThat(attempts.retries()).isEqualTo(i);
            assertThat(attempts.failed(Failures.askingFor(Duration.ofMillis(100))))
                    .contains(Duration.ofMillis(100));
        }
        attempts.begin();
        attempts.answered();
        attempts.answered();
        attempts.succeeded();
        assertThat(attempts.retries()).isEqualTo(2);
        assertMetrics(retry, 0, 1, 0, 0);
        assertThat(events).containsExactly("RETRY 1", "RETRY 2", "SUCCESS 2");
    }

    @Test
    void anAnswerAtOnceIsASuccessWithoutRetry() throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate attempts = attempts(retry);
        attempts.begin();
        attempts.answered();
        assertMetrics(retry, 1, 0, 0, 0);
        attempts.succeeded();
        assertMetrics(retry, 1, 0, 0, 0);
        assertThat(attempts.retries()).isZero();
    }

    @Test
    void anAnswerWithoutAnyEventCountsTheSame() throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate attempts = attempts(retry);
        attempts.begin();
        attempts.succeeded();
        assertMetrics(retry, 1, 0, 0, 0);
    }

    @Test
    void whenAllTriesFailTheLastFailureIsTheEnd() throws Exception {
        Retry retry = retry(RetryConfig.custom()
                .maxAttempts(2)
                .waitDuration(Duration.ofMillis(5))
                .build());
        RequestGate attempts = attempts(retry);
        attempts.begin();
        assertThat(attempts.failed(Failures.broken())).contains(Duration.ofMillis(5));
        attempts.begin();
        assertThat(attempts.failed(Failures.broken())).isEmpty();
        assertThat(attempts.retries()).isEqualTo(1);
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
        RequestGate attempts = attempts(retry);
        attempts.begin();
        assertThat(attempts.failed(failure)).isEmpty();
        assertThat(events).isEmpty(); // and no retry is announced that never comes
        assertMetrics(retry, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @MethodSource("notToBeTriedAgain")
    void aRetryThatRefusesAsWellCountsTheFailure(StreamException failure) throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate attempts = attempts(retry);
        attempts.begin();
        assertThat(attempts.failed(failure)).isEmpty();
        assertThat(events).containsExactly("IGNORED_ERROR 0");
        assertMetrics(retry, 0, 0, 1, 0);
    }

    @Test
    void aPredicateThatChangesItsMindDoesNotRepeatWhatCannotHelp() throws Exception {
        var asked = new AtomicInteger();
        RequestGate attempts = attempts(retry(RetryConfig.custom()
                .retryOnException(failure -> asked.getAndIncrement() > 0)
                .build()));
        attempts.begin();
        assertThat(attempts.failed(Failures.refused(400))).isEmpty();
        attempts.begin();
        assertThat(attempts.retries()).isZero();
    }

    @Test
    void itsOwnPredicateMayRefuseMore() throws Exception {
        Retry retry = retry(RetryConfig.custom()
                .retryExceptions(ConnectionFailed.class)
                .waitDuration(Duration.ofMillis(7))
                .build());
        RequestGate refused = attempts(retry);
        refused.begin();
        assertThat(refused.failed(Failures.passing(503))).isEmpty();
        RequestGate again = attempts(retry);
        again.begin();
        assertThat(again.failed(Failures.broken())).contains(Duration.ofMillis(7));
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
        RequestGate attempts = attempts(
                retry(RetryConfig.custom().waitDuration(Duration.ofMillis(own)).build()));
        attempts.begin();
        assertThat(attempts.failed(Failures.askingFor(Duration.ofMillis(asked))))
                .contains(Duration.ofMillis(delay));
    }

    @Test
    void aServerThatAsksForMoreThanAMinuteIsNotAskedAgainBeforeThatAndNoRetryIsAnnounced() throws Exception {
        RequestGate attempts = attempts(
                retry(RetryConfig.custom().waitDuration(Duration.ofMillis(10)).build()));
        attempts.begin();
        assertThat(attempts.failed(Failures.askingFor(Duration.ofHours(1)))).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void onceTheFirstEventWasHandedOverNothingIsTriedAgain() throws Exception {
        Retry retry = retry(RetryDefaults.config());
        RequestGate attempts = attempts(retry);
        attempts.begin();
        attempts.answered();
        assertThat(attempts.failed(Failures.broken())).isEmpty();
        assertMetrics(retry, 1, 0, 0, 0);
    }

    @Test
    void aContinuationHasRetriesOfItsOwn() throws Exception {
        Retry retry = retry(RetryDefaults.config(1));
        RequestGate attempts = attempts(retry);
        attempts.begin();
        assertThat(attempts.failed(Failures.broken())).isPresent();
        attempts.begin();
        attempts.answered();
        assertThat(attempts.failed(Failures.broken())).isEmpty();
        attempts.begin(); // goes on where the answer broke
        assertThat(attempts.retries()).isEqualTo(1);
        assertThat(attempts.failed(Failures.broken())).isPresent();
        attempts.begin();
        assertThat(attempts.retries()).isEqualTo(2);
        assertThat(attempts.failed(Failures.broken())).isEmpty();
        assertMetrics(retry, 0, 1, 0, 1);
    }

    @Test
    void aCancelIsNeitherTriedAgainNorCounted() throws Exception {
        Retry retry = retry(RetryConfig.ofDefaults());
        RequestGate attempts = attempts(retry);
        attempts.begin();
        assertThat(attempts.failed(new Cancelled("stop"))).isEmpty();
        RequestGate other = attempts(retry);
        other.begin();
        other.abandoned();
        assertThat(other.failed(Failures.broken())).as("after the verdict").isEmpty();
        assertMetrics(retry, 0, 0, 0, 0);
        assertThat(events).isEmpty();
    }

    @Test
    void withoutARetryNothingIsTriedAgain() throws Exception {
        for (Resilience once :
                List.of(Resilience.none(), Resilience.builder().noRetry().build())) {
            RequestGate attempts = Gates.open(once, new FakeTime());
            attempts.begin();
            assertThat(attempts.failed(Failures.askingFor(Duration.ZERO))).isEmpty();
            attempts.begin();
            attempts.answered();
            attempts.succeeded();
            assertThat(attempts.retries()).isZero();
        }
    }

    @Test
    void aRetryThatItsOwnFunctionCallsOffIsNone() throws Exception {
        RequestGate attempts = attempts(retry(RetryConfig.custom()
                .intervalBiFunction((attempt, outcome) -> -1L)
                .build()));
        attempts.begin();
        assertThat(attempts.failed(Failures.askingFor(Duration.ofSeconds(1)))).isEmpty();
        attempts.begin();
        assertThat(attempts.retries()).isZero();
    }

    @Test
    void eachRequestNeedsAVerdictBeforeTheNext() throws Exception {
        RequestGate attempts = attempts(retry(RetryDefaults.config()));
        attempts.begin();
        assertThatThrownBy(attempts::begin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("begin: ");
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
