package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream does about requests that fail: over real sockets, with the caller's own Resilience4j instances. */
@Timeout(30)
class RetriesTest {
    private static final Script FINE = Script.stream(answer("Rivers ", "run."));
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "Overloaded"));
    private static final Script LIMITED =
            Script.json(429, errorJson("rate_limit_error", "Too many"), "retry-after-ms", "3");

    private static ClientFixture quickly(Script... scripts) {
        return with(Resilience.builder().retry(FastRetries.quick()), scripts);
    }

    private static ClientFixture with(Resilience.Builder resilience, Script... scripts) {
        return ClientFixture.with(settings -> settings.resilience(resilience.build()), scripts);
    }

    @Test
    void refusalsThatPassAreTriedAgainAndTheCallerSeesOneAnswer() {
        try (var fixture = quickly(LIMITED, OVERLOADED, FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(stream.metrics().retries()).isEqualTo(2);
            assertThat(fixture.peer.requests())
                    .extracting(ReceivedRequest::bodyText)
                    .hasSize(3)
                    .containsOnly(fixture.peer.requests().getFirst().bodyText());
        }
    }

    @Test
    void whenAllTriesHaveFailedTheLastFailureIsThrownAndHoldsTheOthers() {
        try (var fixture = quickly(LIMITED, OVERLOADED, Script.empty().cut());
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(ConnectionFailed.class, last -> {
                assertThat(last.getSuppressed()).hasExactlyElementsOfTypes(ApiError.class);
                assertThat(((ApiError) last.getSuppressed()[0]).status()).isEqualTo(529);
                assertThat(last.getSuppressed()[0].getSuppressed()).hasExactlyElementsOfTypes(ApiError.class);
            });
            assertThat(stream.metrics().retries()).isEqualTo(2);
        }
    }

    @Test
    void whatTheServerRefusesForGoodIsAskedOnce() {
        try (var fixture = with(
                        Resilience.builder().retry(Retry.ofDefaults("of everything")),
                        Script.json(400, errorJson("invalid_request_error", "no")),
                        FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ApiError.class);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void withoutRetriesOneFailureIsTheEnd() {
        try (var fixture = with(Resilience.builder().noRetry(), OVERLOADED, FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ApiError.class);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void anOverloadAsTheFirstEventCountsAsNoAnswer() {
        try (var fixture = quickly(Script.stream(error("overloaded_error", "Overloaded")), FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @Test
    void aPingIsNoAnswerYet() {
        try (var fixture = quickly(Script.stream(ping(), error("overloaded_error", "Overloaded")), FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void anErrorOfAnotherTypeAsTheFirstEventIsTheEnd() {
        try (var fixture = quickly(Script.stream(error("invalid_request_error", "no")), FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ApiError.class);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void onceAnEventHasBeenHandedOverNothingIsTriedAgain() {
        try (var fixture = quickly(Script.stream(messageStart()), FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOf(Truncated.class);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void anEmptyAnswerIsTriedAgain() {
        try (var fixture = quickly(Script.stream().end(), Script.stream().cut(), FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void aServerThatDoesNotAnswerInTimeIsAskedAgain() {
        var limits = Timeouts.defaults().with(Phase.HEADERS, Duration.ofMillis(150));
        try (var fixture = ClientFixture.with(
                        settings -> settings.timeouts(limits)
                                .resilience(Resilience.builder()
                                        .retry(FastRetries.quick())
                                        .build()),
                        Script.empty().stall(),
                        FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(stream.metrics().retries()).isEqualTo(1);
            await().untilAsserted(
                            () -> assertThat(fixture.peer.openConnections()).isEqualTo(1));
        }
    }

    @Test
    void aServerThatNeverAnswersInTimeIsATimeoutInTheEnd() {
        var limits = Timeouts.defaults().with(Phase.HEADERS, Duration.ofMillis(50));
        try (var fixture = ClientFixture.with(
                        settings -> settings.timeouts(limits)
                                .resilience(Resilience.builder()
                                        .retry(FastRetries.quick())
                                        .build()),
                        Script.empty().stall());
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOfSatisfying(
                            TimedOut.class, e -> assertThat(e.phase()).isEqualTo(Phase.HEADERS));
            assertThat(stream.metrics().retries()).isEqualTo(2);
        }
    }

    @Test
    void aRefusalWhoseBodyNeverEndsIsTriedAgainAllTheSame() {
        var limits = Timeouts.defaults().with(Phase.IDLE, Duration.ofMillis(100));
        Script stuck = Script.empty()
                .head(503, "content-type", "text/html")
                .sse("<html>")
                .stall();
        try (var fixture = ClientFixture.with(
                        settings -> settings.timeouts(limits)
                                .resilience(Resilience.builder()
                                        .retry(FastRetries.quick())
                                        .build()),
                        stuck,
                        FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void theServersOwnDelayIsKeptByTheInjectedClock() {
        var time = new FakeTime();
        Script later = Script.json(429, errorJson("rate_limit_error", "Too many"), "retry-after", "7");
        try (var fixture = ClientFixture.with(
                        settings ->
                                settings.time(time).timeouts(Timeouts.none()).resilience(Resilience.defaults()),
                        later,
                        FINE);
                var stream = fixture.stream()) {
            await().until(() -> time.scheduled() == 1);
            time.advance(Duration.ofMillis(6_999));
            assertThat(fixture.peer.requests()).hasSize(1);
            time.advance(Duration.ofMillis(1));
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void aServerThatAsksForAnHourIsNotAskedAgainAndTheFailureSaysWhenToComeBack() {
        var time = new FakeTime();
        Script muchLater = Script.json(429, errorJson("rate_limit_error", "Too many"), "retry-after", "3600");
        try (var fixture = ClientFixture.with(
                        settings ->
                                settings.time(time).timeouts(Timeouts.none()).resilience(Resilience.defaults()),
                        muchLater,
                        FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::done)
                    .isInstanceOfSatisfying(ApiError.class, e -> {
                        assertThat(e.retryAfter()).contains(Duration.ofHours(1));
                        assertThat(e.retryable()).isTrue();
                    })
                    .hasMessageContaining("the server asks to wait 3600 s");
            assertThat(fixture.peer.requests()).hasSize(1);
            assertThat(stream.metrics().retries()).isZero();
        }
    }

    @Test
    void aRefusedResponseIsClosedBeforeTheDelay() {
        var time = new FakeTime();
        Script endless = Script.empty().head(500, "content-type", "text/plain").repeat("x".repeat(1 << 10), 1 << 20);
        try (var fixture = ClientFixture.with(
                        settings ->
                                settings.time(time).timeouts(Timeouts.none()).resilience(Resilience.defaults()),
                        endless,
                        FINE);
                var stream = fixture.stream()) {
            await().until(() -> time.scheduled() == 1);
            fixture.peer.awaitGone(Duration.ofSeconds(5));
            time.advance(Duration.ofSeconds(1));
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void theWholeIsLimitedThroughAllTriesAndTheFailureBeforeIsKept() {
        var time = new FakeTime();
        Script later = Script.json(429, errorJson("rate_limit_error", "Too many"), "retry-after", "30");
        try (var fixture = ClientFixture.with(
                        settings ->
                                settings.time(time).timeouts(Timeouts.none()).resilience(Resilience.defaults()),
                        later);
                var stream = fixture.stream(StreamController.withTimeout(Duration.ofSeconds(20)))) {
            await().until(() -> time.scheduled() == 2);
            time.advance(Duration.ofSeconds(20));
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(TimedOut.class, e -> {
                assertThat(e.phase()).isEqualTo(Phase.TOTAL);
                assertThat(e.getSuppressed()).hasExactlyElementsOfTypes(ApiError.class);
            });
            await().until(() -> time.scheduled() == 0);
        }
    }

    @Test
    void theNumberOfTheRetryIsSentInTheHeaderThatIsConfigured() {
        var counting = Resilience.builder().retry(FastRetries.quick()).retryCountHeader("X-Retry-Count");
        try (var fixture = with(counting, OVERLOADED, OVERLOADED, FINE);
                var stream = fixture.stream()) {
            stream.done();
            assertThat(fixture.peer.requests())
                    .extracting(request -> request.header("x-retry-count"))
                    .containsExactly("0", "1", "2");
        }
    }

    @Test
    void aHeaderOfTheCallersOwnIsNotOverwritten() {
        var counting = Resilience.builder().retry(FastRetries.quick()).retryCountHeader("X-Retry-Count");
        var request = ClientFixture.REQUEST.toBuilder()
                .header("x-retry-count", "mine")
                .build();
        try (var fixture = with(counting, OVERLOADED, FINE);
                var stream = fixture.client.stream(request)) {
            stream.done();
            assertThat(fixture.peer.requests())
                    .extracting(sent -> sent.headers().get("x-retry-count"))
                    .containsExactly(List.of("mine"), List.of("mine"));
        }
    }

    @Test
    void aConnectionThatEndsBeforeAnyByteIsReplacedAtOnceAndOnlyOnce() {
        var time = new FakeTime(); // nobody moves it: a delay would last for ever
        try (var fixture = ClientFixture.with(
                        settings -> settings.time(time), Script.empty().cut(), FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(stream.metrics().retries()).isZero();
        }
        try (var fixture = quickly(Script.empty().cut());
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ConnectionFailed.class);
            assertThat(fixture.peer.requests()).hasSize(4);
        }
    }

    @Test
    void theHeadIsThatOfTheResponseTheAnswerComesFrom() {
        Script first = Script.empty()
                .head(200, "content-type", "text/event-stream", "request-id", "req_first")
                .sse(error("overloaded_error", "Overloaded"))
                .end();
        List<String> connected = new ArrayList<>();
        try (var fixture = quickly(first, FINE);
                var stream = fixture.stream()) {
            stream.on(Signal.CONNECT, info -> connected.add(info.requestId()));
            stream.done();
            assertThat(stream.response().requestId()).isEqualTo("req_scripted");
            assertThat(connected).containsExactly("req_first", "req_scripted");
        }
    }

    @Test
    void theBulkheadsPermitIsHeldForTheWholeLifeOfTheStream() {
        var bulkhead = Bulkhead.of(
                "one",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(1)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        var more = new CountDownLatch(1);
        Script gated = Script.stream().sse(begin("Rivers ")).gate(more).reset();
        try (var fixture = with(Resilience.builder().noRetry().bulkhead(bulkhead), gated, FINE);
                var stream = fixture.stream()) {
            stream.await(Signal.TEXT);
            var second = fixture.stream();
            assertThatThrownBy(second::finalMessage)
                    .isInstanceOfSatisfying(
                            LimitExceeded.class, e -> assertThat(e.retryable()).isTrue());
            assertThat(fixture.peer.requests()).hasSize(1);
            more.countDown();
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ConnectionFailed.class);
            await().until(() -> bulkhead.getMetrics().getAvailableConcurrentCalls() == 1);
        }
    }

    @Test
    void aStreamThatBreaksIsTheBreakersFailureAndACancelledOneIsNone() {
        var breaker = CircuitBreaker.of(
                "claude",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .build());
        Script broken = Script.stream().sse(begin("Rivers ")).reset();
        Script silent = Script.stream().sse(begin("Rivers ")).stall();
        try (var fixture = with(Resilience.builder().circuitBreaker(breaker), silent, broken, FINE, broken, FINE)) {
            try (var stream = fixture.stream()) {
                stream.await(Signal.TEXT);
                stream.cancel("enough");
            }
            await().until(() -> fixture.client.running() == 0);
            assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
            breakOff(fixture);
            try (var stream = fixture.stream()) {
                stream.done();
            }
            await().until(() -> fixture.client.running() == 0);
            assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
            assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
            try (var stream = fixture.stream()) {
                assertThatThrownBy(stream::finalMessage)
                        .isInstanceOf(CircuitOpen.class)
                        .hasMessageContaining("claude");
                assertThat(stream.endReason()).containsInstanceOf(Failed.class);
            }
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    private static void breakOff(ClientFixture fixture) {
        try (var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOf(StreamException.class);
        }
        await().until(() -> fixture.client.running() == 0);
    }

    @Test
    void whatTheServerLeavesToAskIsToldWithTheHead() {
        Script limited = Script.empty()
                .head(
                        200,
                        "content-type",
                        "text/event-stream",
                        "anthropic-ratelimit-requests-limit",
                        "50",
                        "anthropic-ratelimit-requests-remaining",
                        "49",
                        "anthropic-ratelimit-requests-reset",
                        "2026-11-01T00:00:30Z")
                .sse(answer("Rivers run."))
                .end();
        try (var fixture = ClientFixture.with(limited);
                var stream = fixture.stream()) {
            var requests = stream.response().rateLimits().requests();
            assertThat(requests.limit()).isEqualTo(50);
            assertThat(requests.remaining()).isEqualTo(49);
            assertThat(requests.reset()).isEqualTo("2026-11-01T00:00:30Z");
        }
    }

    @Test
    void everyStreamIsReportedOnceWithWhatItTook() {
        List<StreamReport> reports = new CopyOnWriteArrayList<>();
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                                Resilience.builder().retry(FastRetries.quick()).build())
                        .onEnd(reports::add),
                OVERLOADED,
                FINE)) {
            try (var stream = fixture.stream()) {
                stream.done();
            }
            await().until(() -> reports.size() == 1);
            StreamReport report = reports.getFirst();
            assertThat(report.provider()).isEqualTo("claude");
            assertThat(report.server()).isEqualTo(fixture.peer.uri(""));
            assertThat(report.metrics().retries()).isEqualTo(1);
            assertThat(report.usage().outputTokens()).isEqualTo(2);
            assertThat(report.toString()).doesNotContain("ivers");
        }
    }

    @Test
    void aStreamIsReportedAsTheWireEndedItThoughNobodyHasConsumedIt() {
        List<StreamReport> reports = new CopyOnWriteArrayList<>();
        try (var fixture = ClientFixture.with(settings -> settings.onEnd(reports::add), FINE);
                var stream = fixture.stream()) {
            await().until(() -> reports.size() == 1);
            assertThat(reports.getFirst().end()).isInstanceOf(Completed.class);
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void aListenerThatThrowsHarmsNobody() {
        List<StreamReport> reports = new CopyOnWriteArrayList<>();
        try (var fixture = ClientFixture.with(
                settings -> settings.onEnd(reports::add).onEnd(report -> {
                    throw new IllegalStateException("a listener's mistake");
                }),
                FINE)) {
            try (var stream = fixture.stream()) {
                assertThat(stream.finalText()).isEqualTo("Rivers run.");
            }
            await().until(() -> reports.size() == 1 && fixture.client.running() == 0);
        }
    }
}
