package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Failed;
import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts.Phase;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Stopping, by each way, a stream that waits to be let out. As in {@link CancelTest} the promise is 50 ms, and the median is
 * held to it; any one stop has a second, because the machine may be busy.
 */
@Timeout(60)
class ResilienceWaitsTest {
    private static final Duration PROMPT = Duration.ofMillis(50);
    private static final Duration LATEST = Duration.ofSeconds(1);
    private static final Duration TOTAL = Duration.ofSeconds(20);
    private static final Duration MUCH_LONGER = Duration.ofMinutes(5);
    private static final List<Duration> TOOK = new CopyOnWriteArrayList<>();

    private final FakeTime time = new FakeTime();
    private final Bulkhead bulkhead = Bulkhead.of(
            "one",
            BulkheadConfig.custom()
                    .maxConcurrentCalls(1)
                    .maxWaitDuration(MUCH_LONGER)
                    .build());
    private final RateLimiter limiter = RateLimiter.of(
            "two",
            RateLimiterConfig.custom()
                    .limitForPeriod(2)
                    .limitRefreshPeriod(MUCH_LONGER)
                    .timeoutDuration(MUCH_LONGER.multipliedBy(2))
                    .build());
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "one",
            CircuitBreakerConfig.custom()
                    .permittedNumberOfCallsInHalfOpenState(1)
                    .build());
    private final Resilience resilience = Resilience.builder()
            .bulkhead(bulkhead)
            .rateLimiter(limiter)
            .circuitBreaker(breaker)
            .build();

    @AfterAll
    static void theMedianIsPrompt() {
        List<Duration> took = TOOK.stream().sorted().toList();
        if (!took.isEmpty()) { // else another test was asked for
            assertThat(took.get(took.size() / 2)).as("of %s", took).isLessThan(PROMPT);
        }
    }

    /** What a stream may wait for before a request. */
    enum Wait {
        RETRY_DELAY,
        RATE_LIMITER,
        BULKHEAD
    }

    /** How it may be stopped meanwhile. */
    enum Way {
        INTERRUPT,
        CANCEL,
        CLIENT,
        TOTAL_TIMEOUT
    }

    static Stream<Arguments> everyWaitAndWay() {
        return Arrays.stream(Wait.values())
                .flatMap(wait -> Arrays.stream(Way.values()).map(way -> arguments(wait, way)));
    }

    @ParameterizedTest
    @MethodSource("everyWaitAndWay")
    void everyWayInEveryWaitFreesTheConsumerTheReaderAndThePermits(Wait wait, Way way) throws Exception {
        prepare(wait);
        try (var peer = ScriptedPeer.serving(
                        Script.json(529, errorJson("overloaded_error", "x"), "retry-after", "50"));
                var client = ClientFixture.client(
                        peer.uri(""), settings -> settings.time(time).resilience(resilience))) {
            stopIn(wait, way, client);
            assertThat(peer.requests()).hasSize(wait == Wait.RETRY_DELAY ? 1 : 0);
            assertThat(client.running()).isZero();
        }
        assertPermitsAreBack(wait);
        assertThat(time.scheduled()).as("timers left").isZero();
    }

    /** Takes what the stream will have to wait for. */
    private void prepare(Wait wait) {
        switch (wait) {
            case RETRY_DELAY -> {}
            case RATE_LIMITER -> {
                assertThat(limiter.acquirePermission(2)).isTrue();
                breaker.transitionToOpenState();
                breaker.transitionToHalfOpenState(); // one permit, which the waiting stream holds
            }
            case BULKHEAD -> assertThat(bulkhead.tryAcquirePermission()).isTrue();
        }
    }

    private void stopIn(Wait wait, Way way, LlmClient client) throws Exception {
        MessageStream stream = client.stream(ClientFixture.REQUEST, StreamController.withTimeout(TOTAL));
        var freed = new CompletableFuture<Long>();
        Thread consumer = Thread.ofVirtual().start(() -> {
            ClientFixture.collect(stream);
            freed.complete(System.nanoTime());
        });
        awaitWaiting(wait, stream);
        Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);

        long before = System.nanoTime();
        switch (way) {
            case INTERRUPT -> consumer.interrupt();
            case CANCEL -> stream.cancel("stop");
            case CLIENT -> client.close();
            case TOTAL_TIMEOUT -> time.advance(TOTAL);
        }
        Duration took = Duration.ofNanos(freed.get(5, TimeUnit.SECONDS) - before);
        assertThat(took).as("the consumer returns").isLessThan(LATEST);
        TOOK.add(took);
        assertThat(stream.reader().join(Duration.ofSeconds(2)))
                .as("the reader ends")
                .isTrue();
        assertThat(stream.endReason()).get().satisfies(end -> assertIsEndOf(way, end));
    }

    private static void assertIsEndOf(Way way, EndReason end) {
        if (way == Way.TOTAL_TIMEOUT) {
            assertThat(end)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.exception())
                                    .isInstanceOfSatisfying(
                                            TimedOut.class,
                                            why -> assertThat(why.phase()).isEqualTo(Phase.TOTAL)));
        } else {
            assertThat(end).isInstanceOf(Cancelled.class);
        }
    }

    /** Until the reader waits, and for this. */
    private void awaitWaiting(Wait wait, MessageStream stream) {
        Awaitility.await().until(() -> switch (wait) {
            case RETRY_DELAY -> stream.metrics().retries() == 1 && isParked(stream.reader());
            case RATE_LIMITER -> limiter.getMetrics().getAvailablePermissions() < 0 && isParked(stream.reader());
            case BULKHEAD -> isParked(stream.reader());
        });
    }

    private static boolean isParked(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    private void assertPermitsAreBack(Wait wait) {
        if (wait == Wait.BULKHEAD) {
            assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isZero();
            bulkhead.onComplete();
        }
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(1);
        assertThat(breaker.tryAcquirePermission()).isTrue();
    }
}
