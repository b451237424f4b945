package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.resilience.RequestGate;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryDefaultsTest {
    private static final double LEAST = 0;
    private static final double MOST = Math.nextDown(1.0);

    @ParameterizedTest
    @CsvSource({"1, 375, 500", "2, 750, 1000", "3, 1500, 2000", "4, 3000, 4000", "5, 6000, 8000", "6, 6000, 8000"})
    void delaysDoubleUpToEightSecondsLessAQuarterByChance(int attempt, long shortest, long longest) throws Exception {
        assertThat(delays(attempt, LEAST).getLast()).isEqualTo(Duration.ofMillis(longest));
        assertThat(delays(attempt, MOST).getLast()).isEqualTo(Duration.ofMillis(shortest));
        assertThat(delays(attempt, 0.5).getLast()).isEqualTo(Duration.ofMillis((shortest + longest + 1) / 2));
        var random = new Random(attempt);
        for (int i = 0; i < 200; i++) {
            assertThat(delays(attempt, random).getLast())
                    .isBetween(Duration.ofMillis(shortest), Duration.ofMillis(longest));
        }
    }

    // no overflow
    @ParameterizedTest
    @ValueSource(ints = {31, 63, 64, 65, 1_000_000, Integer.MAX_VALUE})
    void howeverManyTriesEightSecondsAreTheLongest(int attempt) {
        RetryConfig config = RetryDefaults.config(Integer.MAX_VALUE, fixed(LEAST));
        assertThat(config.getMaxAttempts()).isEqualTo(Integer.MAX_VALUE);
        assertThat(config.<Object>getIntervalBiFunction().apply(attempt, left(Failures.passing(503))))
                .isEqualTo(8000);
    }

    @Test
    void theChanceIsOneUnlessAnotherIsGiven() throws Exception {
        var seen = new ArrayList<Duration>();
        for (int i = 0; i < 50; i++) {
            seen.add(firstDelay(RetryDefaults.retry("r"), Failures.passing(500)).orElseThrow());
        }
        assertThat(seen).allMatch(delay -> delay.toMillis() >= 375 && delay.toMillis() <= 500);
        assertThat(seen.stream().distinct().count()).isGreaterThan(5);
    }

    // RetryAfter reads the headers; a date in the past is zero there.
    @ParameterizedTest
    @CsvSource({
        "PT0S, PT0S",
        "PT0.0005S, PT0.001S",
        "PT0.01S, PT0.01S",
        "PT0.1S, PT0.1S",
        "PT1.234S, PT1.234S",
        "PT5S, PT5S",
        "PT20S, PT20S",
        "PT60S, PT60S"
    })
    void theServersDelayReplacesOursUpToAMinute(Duration asked, Duration delay) throws Exception {
        for (double chance : new double[] {LEAST, MOST}) {
            Retry retry = Retry.of("r", RetryDefaults.config(2, fixed(chance)));
            assertThat(firstDelay(retry, Failures.askingFor(asked))).contains(delay);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT60.001S", "PT61S", "PT1H", "PT2562047788015215H"})
    void aServerThatAsksForMoreThanAMinuteIsNotAskedAgain(Duration asked) throws Exception {
        Retry retry = RetryDefaults.retry("r");
        assertThat(firstDelay(retry, Failures.askingFor(asked))).isEmpty();
        assertThat(retry.getMetrics().getNumberOfFailedCallsWithRetryAttempt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "5, 5"})
    void thereAreAsManyRetriesAsConfigured(int maxRetries, int retries) throws Exception {
        assertThat(delays(Retry.of("r", RetryDefaults.config(maxRetries)), 99)).hasSize(retries);
    }

    @Test
    void twoRetriesUnlessConfigured() throws Exception {
        assertThat(delays(RetryDefaults.retry("r"), 99)).hasSize(2);
        assertThat(delays(RetryRegistry.of(RetryDefaults.config()).retry("r"), 99))
                .hasSize(2);
        assertThat(RetryDefaults.retry("mine").getName()).isEqualTo("mine");
    }

    static List<StreamException> mayPass() {
        return List.of(
                Failures.passing(408),
                Failures.passing(409),
                Failures.passing(429),
                Failures.passing(500),
                Failures.passing(529),
                Failures.passing(400), // x-should-retry: true
                Failures.inStream(true), // overloaded_error as the first event
                Failures.broken(),
                new TimedOut(Phase.CONNECT, Duration.ofSeconds(1)),
                new TimedOut(Phase.HEADERS, Duration.ofSeconds(1)),
                new TimedOut(Phase.FIRST_EVENT, Duration.ofSeconds(1)),
                new TimedOut(Phase.IDLE, Duration.ofSeconds(1)),
                new Truncated("cut"));
    }

    static List<Throwable> staysAsItIs() {
        return List.of(
                Failures.refused(400),
                Failures.refused(401),
                Failures.refused(404),
                Failures.refused(500), // x-should-retry: false
                Failures.inStream(false),
                new TimedOut(Phase.TOTAL, Duration.ofSeconds(1)),
                new ProtocolError("odd", null),
                new Cancelled("stop"),
                new CircuitOpen("open", null),
                new LimitExceeded(Limit.REQUESTS, 1),
                new LimitExceeded(Limit.STREAMS, 1),
                new LimitExceeded(Limit.LINE_BYTES, 1),
                new IllegalStateException("somebody else's"));
    }

    @ParameterizedTest
    @MethodSource("mayPass")
    void whatMayPassIsTriedAgain(StreamException failure) throws Exception {
        assertThat(firstDelay(RetryDefaults.retry("r"), failure)).isPresent();
        assertThat(RetryDefaults.config().getExceptionPredicate()).accepts(failure);
    }

    @ParameterizedTest
    @MethodSource("staysAsItIs")
    void theRestIsNot(Throwable failure) throws Exception {
        if (failure instanceof StreamException ours) {
            assertThat(firstDelay(RetryDefaults.retry("r"), ours)).isEmpty();
        }
        assertThat(RetryDefaults.config().getExceptionPredicate()).rejects(failure);
    }

    @Test
    void inARetryThatJudgesResultsTooThoseWaitLikeAnything() {
        RetryConfig config = RetryDefaults.config(2, fixed(LEAST));
        assertThat(config.<Object>getIntervalBiFunction().apply(2, Either.right("a result")))
                .isEqualTo(1000);
    }

    @Test
    void settingsThatMakeNoSenseAreRefusedByName() {
        assertThatThrownBy(() -> RetryDefaults.config(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxRetries: -1, must be at least 0");
        assertThatThrownBy(() -> RetryDefaults.config(1, null)).hasMessage("random");
        assertThatThrownBy(() -> RetryDefaults.retry(null)).hasMessage("name");
    }

    private static Optional<Duration> firstDelay(Retry retry, StreamException failure) throws InterruptedException {
        RequestGate gate = Gates.open(Resilience.builder().retry(retry).build(), new FakeTime());
        gate.beforeRequest();
        return gate.onFailure(failure);
    }

    private static List<Duration> delays(int retries, double chance) throws InterruptedException {
        return delays(retries, fixed(chance));
    }

    private static List<Duration> delays(int retries, RandomGenerator random) throws InterruptedException {
        return delays(Retry.of("r", RetryDefaults.config(retries, random)), 99);
    }

    private static List<Duration> delays(Retry retry, int tries) throws InterruptedException {
        RequestGate gate = Gates.open(Resilience.builder().retry(retry).build(), new FakeTime());
        var delays = new ArrayList<Duration>();
        for (int i = 0; i < tries; i++) {
            gate.beforeRequest();
            Optional<Duration> delay = gate.onFailure(Failures.passing(503));
            if (delay.isEmpty()) {
                return delays;
            }
            delays.add(delay.get());
        }
        throw new AssertionError("never stops");
    }

    private static Either<Throwable, Object> left(Throwable failure) {
        return Either.left(failure);
    }

    private static RandomGenerator fixed(double chance) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError();
            }

            @Override
            public double nextDouble() {
                return chance;
            }
        };
    }
}
