package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Truncated;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Provider;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** An answer that the server makes in the background is cancelled there if its stream is stopped, and only then. */
@Timeout(60)
class BackgroundCancelTest {
    private static final String KEY = "test-key-1234567890";
    private static final String ID = "answer/1";
    private static final String WORDS = "Rivers";

    /** A wire whose answers can be made in the background. */
    enum Wire {
        RESPONSES("/v1/responses", "authorization", "Bearer " + KEY) {
            @Override
            Provider at(URI address) {
                return OpenAi.builder()
                        .apiKey(KEY)
                        .baseUrl(address.resolve("/v1"))
                        .build();
            }

            @Override
            String begun() {
                return event("type", "response.created", "'response':{'id':'" + ID + "','status':'queued'}")
                        + event("type", "response.output_text.delta", "'output_index':0,'delta':'" + WORDS + "'");
            }

            @Override
            String ended() {
                return event("type", "response.completed", "'response':{'id':'" + ID + "','status':'completed'}");
            }
        },
        INTERACTIONS("/v1beta/interactions", "x-goog-api-key", KEY) {
            @Override
            Provider at(URI address) {
                return Gemini.interactions().apiKey(KEY).baseUrl(address).build();
            }

            @Override
            String begun() {
                String step = "'index':0,'step':{'type':'model_output'}";
                String delta = "'index':0,'delta':{'type':'text','text':'" + WORDS + "'}";
                return event("event_type", "interaction.created", "'interaction':{'id':'" + ID + "'}")
                        + event("event_type", "step.start", step)
                        + event("event_type", "step.delta", delta);
            }

            @Override
            String ended() {
                return event("event_type", "step.stop", "'index':0")
                        + event(
                                "event_type",
                                "interaction.completed",
                                "'interaction':{'id':'" + ID + "','status':'completed'}");
            }
        };

        final String path;
        final String header;
        final String secret;

        Wire(String path, String header, String secret) {
            this.path = path;
            this.header = header;
            this.secret = secret;
        }

        abstract Provider at(URI address);

        abstract String begun();

        abstract String ended();

        String cancel() {
            return path + "/answer%2F1/cancel";
        }

        private static String event(String field, String type, String more) {
            return ("data: {'" + field + "':'" + type + "'," + more + "}\n\n").replace('\'', '"');
        }
    }

    /** A client and its server, which answers each question with the next of these scripts. */
    private static final class Talk implements AutoCloseable {
        final ScriptedPeer peer;
        final LlmClient client;

        Talk(Wire wire, Consumer<LlmClient.Builder> settings, Script cancel, Script... answers) {
            Iterator<Script> next = List.of(answers).iterator();
            peer = ScriptedPeer.answering(request -> request.path().endsWith("/cancel") ? cancel : next.next());
            client = ClientFixture.client(wire.at(peer.uri("")), settings);
        }

        Talk(Wire wire, Script answer) {
            this(wire, settings -> {}, Script.json(200, "{}"), answer);
        }

        MessageStream stream(StreamController controller) {
            return client.stream(request().put("background", true).build(), controller);
        }

        MessageStream stream() {
            return stream(StreamController.withCancellation());
        }

        /** A stream that has said something, whose server says nothing more. */
        MessageStream begun() {
            MessageStream stream = stream();
            awaitWords(stream);
            return stream;
        }

        /** What was asked besides answers, when nothing more can come: closing the client waits for it. */
        List<ReceivedRequest> cancels() {
            client.close();
            return peer.requests().stream()
                    .filter(request -> request.path().endsWith("/cancel"))
                    .toList();
        }

        @Override
        public void close() {
            client.close();
            peer.close();
        }
    }

    private static MessageRequest.Builder request() {
        return MessageRequest.builder().model("m").user("Tell me about rivers").header("x-team", "blue");
    }

    private static void awaitWords(MessageStream stream) {
        Iterator<?> events = stream.iterator();
        while (!stream.snapshot().text().equals(WORDS)) {
            events.next();
        }
    }

    private static Script silentAfterWords(Wire wire) {
        return Script.stream().sse(wire.begun()).stall();
    }

    /** How a stream is stopped. */
    enum Way {
        CONTROLLER,
        CLOSE,
        CLIENT,
        INTERRUPT,
        LIMIT
    }

    @ParameterizedTest
    @CsvSource({
        "RESPONSES,CONTROLLER",
        "RESPONSES,CLOSE",
        "RESPONSES,CLIENT",
        "RESPONSES,INTERRUPT",
        "RESPONSES,LIMIT",
        "INTERACTIONS,CLOSE",
        "INTERACTIONS,LIMIT"
    })
    void whoeverStopsTheStreamStopsTheAnswer(Wire wire, Way way) {
        try (var talk = new Talk(wire, silentAfterWords(wire))) {
            var controller =
                    way == Way.LIMIT ? StreamController.withChunkLimit(3) : StreamController.withCancellation();
            MessageStream stream = talk.stream(controller);
            awaitWords(stream);
            switch (way) {
                case CONTROLLER -> controller.cancel();
                case CLOSE -> stream.close();
                case CLIENT -> talk.client.close();
                case INTERRUPT -> {
                    Thread.currentThread().interrupt();
                    assertThatThrownBy(stream::done).isInstanceOf(StreamException.Cancelled.class);
                    assertThat(Thread.interrupted()).isTrue();
                }
                case LIMIT -> stream.done();
            }
            assertThat(stream.endReason().orElseThrow())
                    .isInstanceOf(way == Way.LIMIT ? LimitReached.class : Cancelled.class);

            ReceivedRequest cancel = talk.cancels().getFirst();
            assertThat(talk.cancels()).hasSize(1);
            assertThat(cancel.method()).isEqualTo("POST");
            assertThat(cancel.path()).isEqualTo(wire.cancel());
            assertThat(cancel.header(wire.header)).isEqualTo(wire.secret);
            assertThat(cancel.header("x-team")).isEqualTo("blue");
            assertThat(cancel.body()).isEmpty();
        }
    }

    /** The server has made an answer, but nobody knows its id. */
    @ParameterizedTest
    @EnumSource
    void beforeTheFirstEventThereIsNothingToCancel(Wire wire) {
        try (var talk = new Talk(wire, Script.stream().stall())) {
            MessageStream stream = talk.stream();
            stream.response();
            stream.close();
            assertThat(talk.cancels()).isEmpty();
            assertThat(stream.endReason().orElseThrow()).isInstanceOf(Cancelled.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatIsCompleteIsNotCancelled(Wire wire) throws Exception {
        try (var talk = new Talk(wire, Script.stream(wire.begun(), wire.ended()))) {
            MessageStream stream = talk.stream();
            assertThat(stream.finalText()).isEqualTo(WORDS);
            stream.close();
            assertThat(stream.endReason()).contains(new Completed());
            assertThat(talk.cancels()).isEmpty();
        }
        try (var talk = new Talk(wire, Script.stream(wire.begun(), wire.ended()))) {
            MessageStream unread = talk.stream();
            assertThat(unread.reader().join(Duration.ofSeconds(20))).isTrue();
            unread.close(); // nothing was consumed, and all was received
            assertThat(unread.endReason().orElseThrow()).isInstanceOf(Cancelled.class);
            assertThat(talk.cancels()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatIsNotInTheBackgroundEndsWithItsConnection(Wire wire) {
        try (var talk = new Talk(wire, silentAfterWords(wire))) {
            MessageStream stream = talk.client.stream(request().build());
            awaitWords(stream);
            stream.close();
            assertThat(talk.cancels()).isEmpty();
        }
    }

    /** It can be fetched by its id. */
    @ParameterizedTest
    @EnumSource
    void anAnswerWhoseStreamFailedIsLeftAlone(Wire wire) {
        try (var talk = new Talk(wire, Script.stream(wire.begun()))) {
            MessageStream stream = talk.stream();
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(Truncated.class);
            assertThat(failure.partial().id()).isEqualTo(ID);
            stream.close();
            assertThat(talk.cancels()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatAnotherOneContinuesIsCancelled(Wire wire) {
        Consumer<LlmClient.Builder> settings =
                builder -> builder.continuation(Continuation.upTo(1)).resilience(Resilience.none());
        Script broken = Script.stream().sse(wire.begun()).cut();
        try (var talk =
                new Talk(wire, settings, Script.json(200, "{}"), broken, Script.stream(wire.begun(), wire.ended()))) {
            MessageStream stream = talk.stream();
            stream.done();
            assertThat(stream.endReason()).contains(new Completed());
            assertThat(talk.cancels()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"400", "404", "409", "500"})
    void aServerThatRefusesChangesNothingAndIsLogged(int status) {
        try (var log = CapturedLog.open();
                var talk = new Talk(
                        Wire.RESPONSES,
                        settings -> {},
                        Script.json(status, "{\"error\":{\"message\":\"kingfisher\",\"type\":\"no\"}}"),
                        silentAfterWords(Wire.RESPONSES))) {
            MessageStream stream = talk.begun();
            stream.cancel("enough");
            assertThat(stream.endReason()).contains(new Cancelled("enough"));
            assertThat(talk.cancels()).hasSize(1);
            assertThat(log.lines("WARN"))
                    .singleElement()
                    .asString()
                    .contains("answer/1")
                    .contains("ApiError " + status)
                    .doesNotContain("kingfisher");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatBreaksTheConnectionIsLogged(Wire wire) {
        try (var log = CapturedLog.open();
                var talk = new Talk(wire, settings -> {}, Script.empty().reset(), silentAfterWords(wire))) {
            MessageStream stream = talk.begun();
            stream.close();
            assertThat(talk.cancels()).isNotEmpty();
            assertThat(log.lines("WARN")).singleElement().asString().contains("ConnectionFailed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatHangsHoldsUpNobodyAndIsGivenUp(Wire wire) throws Exception {
        var time = new FakeTime();
        try (var log = CapturedLog.open();
                var talk = new Talk(
                        wire, settings -> settings.time(time), Script.empty().stall(), silentAfterWords(wire))) {
            var told = new CountDownLatch(1);
            MessageStream stream = talk.begun().on(Signal.ABORT, why -> told.countDown());
            stream.close();
            talk.peer.awaitRequest(2);
            assertThat(told.await(0, TimeUnit.SECONDS)).isTrue(); // the end, before the server has answered
            assertThat(stream.reader().join(Duration.ofSeconds(20))).isTrue();
            assertThat(log.lines("WARN")).isEmpty();
            time.advance(ServerCancellations.LIMIT.minusMillis(1));
            assertThat(log.lines("WARN")).isEmpty();
            time.advance(Duration.ofMillis(1));
            talk.peer.awaitGone(Duration.ofSeconds(20));
            await().until(() -> !log.lines("WARN").isEmpty());
            assertThat(log.lines("WARN")).singleElement().asString().contains("TimedOut", "5000 ms");
        }
    }

    @Test
    void closingTheClientWaitsNoLongerThanItSays() {
        try (var talk =
                new Talk(Wire.RESPONSES, settings -> {}, Script.empty().stall(), silentAfterWords(Wire.RESPONSES))) {
            MessageStream stream = talk.begun();
            stream.close();
            talk.peer.awaitRequest(2);
            long before = System.nanoTime();
            talk.client.close();
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5).minusMillis(1));
            EndReason end = stream.endReason().orElseThrow();
            assertThat(end).isInstanceOf(Cancelled.class);
        }
    }
}
