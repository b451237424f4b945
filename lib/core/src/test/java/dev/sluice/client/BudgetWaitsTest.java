package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.FakeTime;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamController;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Meters;
import dev.sluice.continuation.Continuation;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that wait, wherever that is, when their budget is exhausted: they are refused at once, and hold nothing then. */
@Timeout(60)
class BudgetWaitsTest {
    private static final int WAITING = 100;
    private static final Duration MUCH_LONGER = Duration.ofHours(5);
    private static final LimitReached EXHAUSTED = new LimitReached(Limit.OUTPUT_TOKENS, 300);

    private final FakeTime time = new FakeTime();
    private final Budget budget = Budget.outputTokens(EXHAUSTED.value());
    private final Bulkhead bulkhead = bulkhead(1);
    private final RateLimiter limiter = RateLimiter.of(
            "one",
            RateLimiterConfig.custom()
                    .limitForPeriod(1)
                    .limitRefreshPeriod(MUCH_LONGER)
                    .timeoutDuration(MUCH_LONGER.multipliedBy(2 * WAITING))
                    .build());

    private static Bulkhead bulkhead(int places) {
        return Bulkhead.of(
                "places",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(places)
                        .maxWaitDuration(MUCH_LONGER)
                        .build());
    }

    private ClientFixture fixture(Resilience.Builder resilience, Script... scripts) {
        return ClientFixture.with(settings -> settings.time(time).resilience(resilience.build()), scripts);
    }

    private void exhaust() {
        Meters.open(budget).count(UsageEvents.text(300));
    }

    /** What all wait for. */
    enum Wait {
        BULKHEAD,
        RATE_LIMITER,
        FOLLOWED_LIMITS,
        RETRY_DELAY
    }

    @ParameterizedTest
    @EnumSource
    void allThatWaitAreRefusedWhenTheBudgetIsExhausted(Wait wait) throws Exception {
        Resilience.Builder resilience = Resilience.builder();
        Script script = Script.stream(answer("x"));
        switch (wait) {
            case BULKHEAD -> {
                assertThat(bulkhead.tryAcquirePermission()).isTrue();
                resilience.bulkhead(bulkhead);
            }
            case RATE_LIMITER -> {
                assertThat(limiter.acquirePermission()).isTrue();
                resilience.rateLimiter(limiter);
            }
            case FOLLOWED_LIMITS -> {
                script = Script.empty()
                        .head(
                                200,
                                "content-type",
                                "text/event-stream",
                                "anthropic-ratelimit-requests-limit",
                                "50",
                                "anthropic-ratelimit-requests-remaining",
                                "0",
                                "anthropic-ratelimit-requests-reset",
                                time.now().plus(Duration.ofHours(1)).toString())
                        .sse(answer("x"))
                        .end();
                resilience.respectRateLimits(MUCH_LONGER);
            }
            case RETRY_DELAY -> script = Script.json(529, errorJson("overloaded_error", "x"), "retry-after", "50");
        }
        int asked = wait == Wait.FOLLOWED_LIMITS ? 1 : wait == Wait.RETRY_DELAY ? WAITING : 0;
        try (var fixture = fixture(resilience, script)) {
            if (wait == Wait.FOLLOWED_LIMITS) {
                try (var first = fixture.stream()) {
                    first.done();
                }
                Awaitility.await().until(() -> fixture.client.running() == 0);
            }
            List<MessageStream> waiting = streams(WAITING, () -> fixture.client.stream(ClientFixture.REQUEST, budget));
            Awaitility.await()
                    .until(() -> Meters.waiting(budget) == WAITING
                            && fixture.peer.requests().size() == asked
                            && waiting.stream().allMatch(stream -> isParked(stream.reader()))
                            && (wait == Wait.BULKHEAD || time.scheduled() >= WAITING));
            long before = System.nanoTime();
            exhaust();
            for (MessageStream stream : waiting) {
                stream.done();
                assertThat(stream.endReason()).contains(EXHAUSTED);
                assertThatThrownBy(stream::finalMessage)
                        .isInstanceOfSatisfying(
                                LimitExceeded.class, e -> assertThat(e.limit()).isEqualTo(Limit.OUTPUT_TOKENS));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            Awaitility.await().until(() -> fixture.client.running() == 0);
            assertThat(fixture.peer.requests()).hasSize(asked);
            assertThat(Meters.waiting(budget)).isZero();
            assertThat(time.scheduled()).as("timers left").isZero();
        }
        if (wait == Wait.BULKHEAD) {
            bulkhead.onComplete(); // what the test took
            assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(1);
        }
    }

    private static List<MessageStream> streams(int count, Supplier<MessageStream> start) {
        return Stream.generate(start).limit(count).toList();
    }

    private static boolean isParked(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    void whatHadComeIsKeptWhenTheContinuationIsRefused() {
        try (var fixture = ClientFixture.with(
                        settings -> settings.time(time)
                                .continuation(Continuation.upTo(1))
                                .resilience(Resilience.builder()
                                        .noRetry()
                                        .rateLimiter(limiter)
                                        .build()),
                        Script.stream().sse(begin("Rivers ", "run ")).reset());
                var stream = fixture.client.stream(ClientFixture.REQUEST, budget)) {
            Awaitility.await()
                    .until(() -> time.scheduled() == 1 && isParked(stream.reader()) && Meters.waiting(budget) == 1);
            exhaust();
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOfSatisfying(
                            LimitExceeded.class,
                            e -> assertThat(e.partial().text()).isEqualTo("Rivers run "));
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void aRequestThatTheBudgetRefusesLeavesTheBreakersAndTheProvidersRoomToOthers() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.of(
                "one",
                CircuitBreakerConfig.custom()
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        assertThat(limiter.acquirePermission()).isTrue();
        try (var fixture = fixture(Resilience.builder().circuitBreaker(breaker).rateLimiter(limiter));
                var stream = fixture.client.stream(ClientFixture.REQUEST, budget)) {
            Awaitility.await().until(() -> time.scheduled() == 1 && isParked(stream.reader()));
            assertThat(breaker.tryAcquirePermission()).isFalse();
            exhaust();
            assertThat(stream.reader().join(Duration.ofSeconds(5))).isTrue();
            assertThat(breaker.tryAcquirePermission()).isTrue();
        }
    }

    @Test
    void cancelTotalCloseAndBudgetEachEndTheirOwnBehindOneBulkhead() throws Exception {
        Duration total = Duration.ofMinutes(10);
        int each = 20;
        Budget other = Budget.outputTokens(1_000_000);
        assertThat(bulkhead.tryAcquirePermission()).isTrue();
        try (var fixture = fixture(Resilience.builder().bulkhead(bulkhead), Script.stream(answer("x")))) {
            var controllers = new ArrayList<StreamController>();
            List<MessageStream> cancelled = streams(each, () -> {
                controllers.add(StreamController.withCancellation());
                return fixture.client.stream(ClientFixture.REQUEST, controllers.getLast(), budget);
            });
            List<MessageStream> limited = streams(
                    each,
                    () -> fixture.client.stream(ClientFixture.REQUEST, StreamController.withTimeout(total), budget));
            List<MessageStream> poor = streams(each, () -> fixture.client.stream(ClientFixture.REQUEST, budget));
            List<MessageStream> rich = streams(each, () -> fixture.client.stream(ClientFixture.REQUEST, other));
            Awaitility.await().until(() -> Meters.waiting(budget) == 3 * each && Meters.waiting(other) == each);

            controllers.forEach(controller -> controller.cancel("enough"));
            assertEnds(cancelled, new Cancelled("enough"));
            time.advance(total);
            for (MessageStream stream : limited) {
                stream.reader().join(Duration.ofSeconds(5));
                assertThat(stream.endReason())
                        .get()
                        .isInstanceOfSatisfying(
                                Failed.class,
                                failed -> assertThat(failed.exception()).isInstanceOf(TimedOut.class));
            }
            Awaitility.await().until(() -> Meters.waiting(budget) == each);
            exhaust();
            assertEnds(poor, EXHAUSTED);
            assertThat(Meters.waiting(budget)).isZero();
            assertThat(rich).noneMatch(MessageStream::isEnded);
            assertThat(fixture.peer.requests()).isEmpty();

            bulkhead.onComplete(); // the place is free
            rich.forEach(MessageStream::done);
            assertEnds(rich, new Completed());
            Awaitility.await().until(() -> fixture.client.running() == 0);
            assertThat(bulkhead.tryAcquirePermission()).isTrue();
            List<MessageStream> closed = streams(each, () -> fixture.client.stream(ClientFixture.REQUEST, other));
            Awaitility.await().until(() -> Meters.waiting(other) == each);
            fixture.client.close();
            assertEnds(closed, new Cancelled("the client was closed"));
            Awaitility.await().until(() -> fixture.client.running() == 0);
            assertThat(Meters.waiting(other)).isZero();
            assertThat(fixture.peer.requests()).hasSize(each);
        }
        bulkhead.onComplete();
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(1);
        assertThat(time.scheduled()).as("timers left").isZero();
    }

    private static void assertEnds(List<MessageStream> streams, EndReason end) throws InterruptedException {
        for (MessageStream stream : streams) {
            assertThat(stream.reader().join(Duration.ofSeconds(5))).isTrue();
            assertThat(stream.endReason()).contains(end);
        }
    }
}
