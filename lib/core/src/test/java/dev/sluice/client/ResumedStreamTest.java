package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.FakeTime;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.client.KeptAnswerServer.Cut;
import dev.sluice.client.KeptAnswerServer.Wire;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.MessageRequest;
import dev.sluice.observation.Observer;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.tools.RunEvent.TurnReset;
import dev.sluice.tools.ToolLoop;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When, how often and how an answer in the background is resumed, and what follows if it cannot be. */
@Timeout(60)
class ResumedStreamTest {
    /** Where the connection breaks unless a test says otherwise: among the words. */
    private static final int BROKEN = 8;

    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("m")
            .user("?")
            .put("background", true)
            .build();

    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    /** Notes each wait, and does not wait. */
    private final TimeSource hasty = new TimeSource() {
        @Override
        public long nanos() {
            return TimeSource.system().nanos();
        }

        @Override
        public Instant now() {
            return TimeSource.system().now();
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            return TimeSource.system().schedule(delay, task);
        }

        @Override
        public void sleep(Duration time) {
            waits.add(time);
        }
    };

    /** A client and a server whose first connection breaks. */
    private final class Talk implements AutoCloseable {
        final KeptAnswerServer server;
        final ScriptedPeer peer;
        final LlmClient client;

        Talk(Wire wire, Cut cut, Consumer<LlmClient.Builder> settings) {
            server = new KeptAnswerServer(wire, wire.transcripts.getFirst());
            if (cut != null) {
                server.cuts.add(cut);
            }
            peer = ScriptedPeer.answering(server::apply);
            client = ClientFixture.client(wire.at(peer.uri("")), builder -> settings.accept(builder.time(hasty)));
        }

        Talk(Wire wire, Consumer<LlmClient.Builder> settings) {
            this(wire, null, settings);
            server.cuts.add(Cut.after(server.length(0, BROKEN)));
        }

        Talk(Wire wire) {
            this(wire, settings -> {});
        }

        List<ReceivedRequest> sent(String method) {
            return peer.requests().stream()
                    .filter(request ->
                            request.method().equals(method) && !request.path().endsWith("/cancel"))
                    .toList();
        }

        long cancels() {
            client.close();
            return peer.requests().stream()
                    .filter(request -> request.path().endsWith("/cancel"))
                    .count();
        }

        @Override
        public void close() {
            client.close();
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRestIsAskedForOnceAndCountedOnce(Wire wire) {
        var reports = new CopyOnWriteArrayList<StreamReport>();
        var steps = new CopyOnWriteArrayList<Observer.Step>();
        Observer observer = operation -> new Observer.Observation() {
            @Override
            public void step(Observer.Step step) {
                steps.add(step);
            }
        };
        try (var talk = new Talk(wire, settings -> settings.onEnd(reports::add).observer(observer))) {
            MessageStream stream = talk.client.stream(REQUEST);
            assertThat(ClientFixture.collect(stream).events())
                    .isEqualTo(talk.server.uncut().events());
            assertThat(stream.endReason()).contains(new Completed());
            assertThat(stream.metrics().resumes()).isOne();
            assertThat(stream.metrics().retries()).isZero();
            assertThat(talk.sent("POST")).hasSize(1);
            ReceivedRequest rest = talk.sent("GET").getFirst();
            assertThat(talk.sent("GET")).hasSize(1);
            assertThat(rest.path()).startsWith(wire.path + "/").contains("?stream=true&");
            assertThat(rest.headers().keySet()).containsAnyOf("authorization", "x-goog-api-key");
            assertThat(talk.cancels()).isZero();
            await().until(() -> !reports.isEmpty());
            assertThat(reports.getFirst().metrics().resumes()).isOne();
            assertThat(reports.getFirst().usage()).isEqualTo(stream.snapshot().usage());
            assertThat(steps)
                    .filteredOn(Observer.Step.Resume.class::isInstance)
                    .singleElement()
                    .matches(step -> ((Observer.Step.Resume) step).number() == 1);
            assertThat(waits).containsExactly(Duration.ZERO);
        }
    }

    @Test
    void anAnswerThatEndsWithItsConnectionIsNotResumed() {
        try (var talk = new Talk(Wire.RESPONSES)) {
            MessageStream stream = talk.client.stream(
                    MessageRequest.builder().model("m").user("?").build());
            assertThat(ClientFixture.collect(stream).failure()).isInstanceOf(ConnectionFailed.class);
            assertThat(stream.resumeToken()).isEmpty();
            assertThatThrownBy(stream::detach).isInstanceOf(IllegalStateException.class);
            assertThat(talk.sent("GET")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 410})
    void anAnswerThatIsKeptNoMoreFailsWithWhatBrokeIt(int status) {
        try (var talk = new Talk(Wire.RESPONSES)) {
            talk.server.instead = request -> Script.json(status, "{\"error\":{\"message\":\"gone\",\"type\":\"no\"}}");
            MessageStream stream = talk.client.stream(REQUEST);
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(ConnectionFailed.class);
            assertThat(failure.partial().text()).isNotEmpty();
            assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(ApiError.class);
            assertThat(talk.sent("POST")).hasSize(1);
            assertThat(talk.cancels()).isZero();
        }
    }

    @Test
    void anAnswerThatIsKeptNoMoreIsContinuedIfThatIsWanted() {
        try (var talk = new Talk(Wire.RESPONSES, settings -> settings.continuation(Continuation.upTo(1)))) {
            talk.server.instead = request -> Script.json(404, "{\"error\":{\"message\":\"gone\"}}");
            MessageStream stream = talk.client.stream(REQUEST);
            ClientFixture.collect(stream);
            assertThat(talk.sent("POST")).hasSize(2);
            assertThat(talk.sent("GET")).hasSize(1);
            assertThat(stream.metrics().continuations()).isOne();
            assertThat(stream.resumeToken()).isEmpty();
            assertThat(talk.cancels()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatSendsNothingNewIsAskedFiveTimes(Wire wire) {
        try (var talk = new Talk(wire)) {
            talk.server.instead = request -> Script.stream().end();
            MessageStream stream = talk.client.stream(REQUEST);
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(ConnectionFailed.class);
            assertThat(failure.getSuppressed()).hasSize(5).hasOnlyElementsOfType(Truncated.class);
            assertThat(talk.sent("GET")).hasSize(RetryLoop.RESUMES_IN_VAIN);
            assertThat(waits).hasSize(5);
            assertThat(waits.getFirst()).isZero();
            assertThat(waits.getLast()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4));
            assertThat(stream.resumeToken()).isPresent();
            assertThat(talk.server.begun).isOne();
        }
    }

    @Test
    void aServerThatPassesThroughTroubleIsAskedAgainWhenItSays() {
        try (var talk = new Talk(Wire.RESPONSES)) {
            var answers = new ArrayList<Script>();
            answers.add(Script.json(503, "{}", "retry-after", "7"));
            answers.add(Script.empty().reset());
            talk.server.instead = request -> answers.isEmpty() ? null : answers.removeFirst();
            MessageStream stream = talk.client.stream(REQUEST);
            assertThat(ClientFixture.collect(stream).events())
                    .isEqualTo(talk.server.uncut().events());
            assertThat(waits).contains(Duration.ofSeconds(7));
        }
    }

    @Test
    void eventsThatAreMissingAreAFailure() {
        try (var talk = new Talk(Wire.RESPONSES)) {
            byte[] later = talk.server.bytes(BROKEN + 1);
            talk.server.instead = request -> Script.stream().sse(later).end();
            var failure = ClientFixture.collect(talk.client.stream(REQUEST)).failure();
            assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            ProtocolError.class, gap -> assertThat(gap).hasMessageContaining("event 9 after event 7"));
        }
    }

    /** By the machine's clock: a second one that is slow is left as well, and harms nothing. */
    @Test
    void aServerThatFallsSilentIsLeftForAnotherConnection() {
        Timeouts idle = Timeouts.none().with(Phase.IDLE, Duration.ofMillis(500));
        try (var talk = new Talk(Wire.RESPONSES, null, settings -> settings.timeouts(idle))) {
            talk.server.cuts.add(new Cut(talk.server.length(0, BROKEN), Script::stall));
            MessageStream stream = talk.client.stream(REQUEST);
            assertThat(ClientFixture.collect(stream).events())
                    .isEqualTo(talk.server.uncut().events());
            assertThat(stream.metrics().resumes()).isPositive();
            assertThat(talk.server.begun).isOne();
        }
    }

    @Test
    void aCancelEndsTheWaitAndStopsTheAnswer() {
        var time = new FakeTime();
        try (var talk = new Talk(Wire.RESPONSES, settings -> settings.time(time))) {
            talk.server.instead = request -> Script.json(503, "{}");
            MessageStream stream = talk.client.stream(REQUEST);
            talk.peer.awaitRequest(2);
            await().until(() -> stream.metrics().resumes() == 2); // waits for the second
            stream.cancel("enough");
            assertThat(ClientFixture.collect(stream).failure()).isNull();
            assertThat(stream.endReason()).contains(new Cancelled("enough"));
            assertThat(talk.cancels()).isOne();
        }
    }

    @Test
    void theTimeOfTheWholeEndsTheWaitAndLeavesTheAnswer() {
        var time = new FakeTime();
        Timeouts total = Timeouts.none().with(Phase.TOTAL, Duration.ofSeconds(20));
        try (var talk = new Talk(Wire.RESPONSES, settings -> settings.time(time).timeouts(total))) {
            talk.server.instead = request -> Script.json(503, "{}", "retry-after", "30");
            MessageStream stream = talk.client.stream(REQUEST);
            await().until(() -> stream.metrics().resumes() == 2);
            time.advance(Duration.ofSeconds(20));
            var failure = ClientFixture.collect(stream).failure();
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            TimedOut.class, late -> assertThat(late.phase()).isEqualTo(Phase.TOTAL));
            assertThat(failure.getSuppressed()).singleElement().isInstanceOf(ConnectionFailed.class);
            assertThat(talk.cancels()).isZero();
        }
    }

    /** It starts no answer. */
    @Test
    void aRequestForTheRestDoesNotCountAsARequest() {
        Resilience one = Resilience.builder().requestsPerMinute(1).build();
        try (var talk = new Talk(Wire.RESPONSES, settings -> settings.resilience(one))) {
            assertThat(ClientFixture.collect(talk.client.stream(REQUEST)).failure())
                    .isNull();
            assertThat(waits).allMatch(Duration::isZero);
        }
    }

    @Test
    void anOpenBreakerHoldsItBack() {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("open");
        Resilience resilience =
                Resilience.builder().maxRetries(0).circuitBreaker(breaker).build();
        try (var talk = new Talk(Wire.RESPONSES, settings -> settings.resilience(resilience))) {
            talk.server.instead = request -> {
                breaker.transitionToOpenState();
                return Script.empty().reset();
            };
            var failure = ClientFixture.collect(talk.client.stream(REQUEST)).failure();
            assertThat(failure).isInstanceOf(CircuitOpen.class);
            assertThat(failure.getSuppressed()).singleElement().isInstanceOf(ConnectionFailed.class);
        }
    }

    /** A server that moves on without a word, once for each connection, is not asked as fast as it hangs up. */
    @Test
    void aServerThatHangsUpAfterEventsWithoutWordsIsAskedWithDelays() {
        try (var talk = new Talk(Wire.RESPONSES)) {
            var next = new AtomicInteger(BROKEN);
            talk.server.instead = request -> next.get() == BROKEN + 20
                    ? Script.json(404, "{}")
                    : Script.stream()
                            .sse("data: {\"type\":\"response.in_progress\",\"response\":{},\"sequence_number\":"
                                    + next.getAndIncrement() + "}\n\n")
                            .cut();
            assertThat(ClientFixture.collect(talk.client.stream(REQUEST)).failure())
                    .isInstanceOf(ConnectionFailed.class);
            assertThat(waits).hasSize(21).startsWith(Duration.ZERO);
            assertThat(waits.subList(1, 21)).allMatch(Duration::isPositive);
            assertThat(waits.getLast()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4));
        }
    }

    /** Whoever asks anew pays anew. */
    @Test
    void aTurnThatIsAskedAgainStopsTheAnswerThatItTakesBack() {
        try (var talk = new Talk(Wire.RESPONSES)) {
            talk.server.instead = request -> Script.json(404, "{}");
            try (ToolLoop run =
                    ToolLoop.builder(talk.client, REQUEST).retryTurns(1).start()) {
                assertThat(run.events().filter(TurnReset.class::isInstance)).hasSize(1);
            }
            assertThat(talk.server.begun).isEqualTo(2);
            assertThat(talk.cancels()).isOne();
        }
    }

    @Test
    void soDoesATurnThatSeveralProvidersMayAnswer() {
        try (var talk = new Talk(Wire.RESPONSES)) {
            talk.server.instead = request -> Script.json(404, "{}");
            try (LlmClient other = LlmClient.builder(Wire.RESPONSES.at(talk.peer.uri("")))
                            .model("m")
                            .build();
                    LlmClient both = LlmClient.failover(talk.client, other);
                    ToolLoop run = ToolLoop.builder(both, REQUEST).retryTurns(1).start()) {
                assertThat(run.events().filter(TurnReset.class::isInstance)).hasSize(1);
            }
            assertThat(talk.server.begun).isEqualTo(2);
            assertThat(talk.cancels()).isOne();
        }
    }
}
