package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.delta;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.signature;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.thinking;
import static dev.sluice.test.peer.ClaudeWire.thinkingStart;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.message.Citation;
import dev.sluice.message.Message;
import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each handler is told, in which order, and what its exceptions do. */
@Timeout(30)
class SignalsTest {
    private static final Script RIVERS = Script.stream(answer("Rivers ", "run."));

    /** Writes down every signal of a stream but STREAM_EVENT. */
    private static List<String> record(MessageStream stream) {
        List<String> log = new ArrayList<>();
        stream.on(Signal.CONNECT, response -> log.add("connect " + response.status()))
                .on(Signal.TEXT, (words, all) -> log.add("text " + words + "|" + all))
                .on(Signal.CITATION, (citation, all) -> log.add("citation " + all.size()))
                .on(Signal.INPUT_JSON, (fragment, parsed) -> log.add("json " + fragment + "|" + parsed))
                .on(Signal.THINKING, (words, all) -> log.add("thinking " + words + "|" + all))
                .on(Signal.SIGNATURE, signature -> log.add("signature " + signature))
                .on(
                        Signal.CONTENT_BLOCK,
                        block -> log.add("block " + block.getClass().getSimpleName()))
                .on(Signal.MESSAGE, message -> log.add("message " + message.text()))
                .on(Signal.FINAL_MESSAGE, message -> log.add("final " + message.text()))
                .on(
                        Signal.ERROR,
                        failure -> log.add("error " + failure.getClass().getSimpleName()))
                .on(Signal.ABORT, why -> log.add("abort " + why.getClass().getSimpleName()))
                .on(Signal.END, () -> log.add("end"));
        return log;
    }

    @Test
    void aWholeAnswerGivesItsSignalsInOrder() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            List<String> log = record(stream);
            stream.done();
            assertThat(log)
                    .containsExactly(
                            "connect 200",
                            "text Rivers |Rivers ",
                            "text run.|Rivers run.",
                            "block Text",
                            "message Rivers run.",
                            "final Rivers run.",
                            "end");
        }
    }

    @Test
    void theEventComesFirstWithASnapshotThatIncludesIt() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            List<String> log = new ArrayList<>();
            stream.on(
                            Signal.STREAM_EVENT,
                            (event, snapshot) -> log.add(event.getClass().getSimpleName() + ":" + snapshot.text()))
                    .on(Signal.TEXT, (words, all) -> log.add("text"))
                    .on(Signal.MESSAGE, message -> log.add("message"));
            stream.on(
                    Signal.STREAM_EVENT,
                    (event, snapshot) ->
                            assertThat(snapshot).as("the same as anybody sees").isEqualTo(stream.snapshot()));
            stream.done();
            assertThat(log)
                    .containsExactly(
                            "MessageStart:",
                            "ContentBlockStart:",
                            "ContentBlockDelta:Rivers ",
                            "text",
                            "ContentBlockDelta:Rivers run.",
                            "text",
                            "ContentBlockStop:Rivers run.",
                            "MessageDelta:Rivers run.",
                            "MessageStop:Rivers run.",
                            "message");
        }
    }

    @Test
    void everyKindOfDeltaHasItsSignal() {
        String citation =
                "{\"type\":\"citations_delta\",\"citation\":{\"type\":\"char_location\",\"cited_text\":\"c\"}}";
        try (var fixture = ClientFixture.with(Script.stream(
                        messageStart(),
                        thinkingStart(0),
                        thinking(0, "hm"),
                        thinking(0, "m"),
                        signature(0, "sig"),
                        blockStop(0),
                        textStart(1),
                        delta(1, citation),
                        text(1, "yes"),
                        delta(1, citation),
                        blockStop(1),
                        messageDelta("end_turn", 3),
                        messageStop()));
                var stream = fixture.stream()) {
            List<List<Citation>> citations = new ArrayList<>();
            stream.on(Signal.CITATION, (one, all) -> citations.add(all));
            List<String> log = record(stream);
            stream.done();
            assertThat(log)
                    .containsExactly(
                            "connect 200",
                            "thinking hm|hm",
                            "thinking m|hmm",
                            "signature sig",
                            "block Thinking",
                            "citation 1",
                            "text yes|yes",
                            "citation 2",
                            "block Text",
                            "message yes",
                            "final yes",
                            "end");
            assertThat(citations)
                    .extracting(List::size)
                    .as("a list once given stays")
                    .containsExactly(1, 2);
        }
    }

    @Test
    void toolInputIsParsedAsFarAsItHasCome() {
        try (var fixture = ClientFixture.with(
                        Script.stream(toolCall("toolu_1", "weather", "{\"locati", "on\": \"P", "ar", "is\"}")));
                var stream = fixture.stream()) {
            List<Object> parsed = new ArrayList<>();
            stream.on(Signal.INPUT_JSON, (fragment, soFar) -> parsed.add(soFar));
            stream.done();
            assertThat(parsed).containsExactly(Map.of(), Map.of(), Map.of(), Map.of("location", "Paris"));
        }
    }

    // the block of the event's index, not the last one
    @Test
    void interleavedBlocksKeepTheirOwnTexts() {
        try (var fixture = ClientFixture.with(Script.stream(
                        messageStart(),
                        textStart(0),
                        textStart(1),
                        text(0, "a"),
                        text(1, "x"),
                        text(0, "b"),
                        blockStop(0),
                        text(1, "y"),
                        blockStop(1),
                        messageDelta("end_turn", 3),
                        messageStop()));
                var stream = fixture.stream()) {
            List<String> all = new ArrayList<>();
            stream.on(Signal.TEXT, (words, soFar) -> all.add(soFar));
            assertThat(stream.finalText()).isEqualTo("abxy");
            assertThat(all).containsExactly("a", "x", "ab", "xy");
        }
    }

    @Test
    void onAppendsOffRemovesOneAndOnceIsToldOnce() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var twice = new AtomicInteger();
            var once = new AtomicInteger();
            BiConsumer<String, String> handler = (words, all) -> twice.incrementAndGet();
            stream.on(Signal.TEXT, handler)
                    .on(Signal.TEXT, handler)
                    .on(Signal.TEXT, handler)
                    .off(Signal.TEXT, handler)
                    .off(Signal.THINKING, handler)
                    .once(Signal.TEXT, (words, all) -> once.incrementAndGet());
            stream.done();
            assertThat(twice).hasValue(4);
            assertThat(once).hasValue(1);
        }
    }

    @Test
    void handlersAddedOrRemovedInAHandlerCountFromTheNextSignalOn() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            List<String> log = new ArrayList<>();
            BiConsumer<String, String> removed = (words, all) -> log.add("removed " + words);
            stream.once(Signal.TEXT, (words, all) -> {
                stream.on(Signal.TEXT, (later, allLater) -> log.add("added " + later));
                stream.off(Signal.TEXT, removed);
            });
            stream.on(Signal.TEXT, removed);
            stream.done();
            assertThat(log).containsExactly("removed Rivers ", "added run.");
        }
    }

    @Test
    void whatAHandlerThrowsEndsTheStreamAndReachesTheConsumer() {
        try (var fixture =
                        ClientFixture.with(Script.stream().sse(begin("a", "b")).stall());
                var stream = fixture.stream()) {
            var mine = new IllegalArgumentException("boom");
            List<String> log = record(stream);
            stream.on(Signal.TEXT, (words, all) -> {
                throw mine;
            });
            assertThatThrownBy(stream::done).isSameAs(mine);
            assertThat(log).containsExactly("connect 200", "text a|a", "abort Cancelled", "end");
            assertThat(stream.endReason()).get().isInstanceOf(Cancelled.class);
            stream.done();
        }
    }

    @Test
    void aFailureGivesErrorThenEndOnce() {
        try (var fixture = ClientFixture.with(Script.stream()
                        .sse(begin("a"))
                        .sse(error("overloaded_error", "Overloaded"))
                        .end());
                var stream = fixture.stream()) {
            List<String> log = record(stream);
            assertThatThrownBy(stream::done).isInstanceOf(ApiError.class);
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ApiError.class);
            assertThat(log).containsExactly("connect 200", "text a|a", "error ApiError", "end");
            assertThat(stream.isErrored()).isTrue();
            assertThat(stream.isAborted()).isFalse();
        }
    }

    // aborted, and not errored as well
    @Test
    void cancellingGivesAbortThenEndAndNoError() {
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall());
                var stream = fixture.stream()) {
            List<String> log = record(stream);
            stream.on(Signal.TEXT, (words, all) -> stream.cancel("enough"));
            stream.done();
            assertThat(log).containsExactly("connect 200", "text a|a", "abort Cancelled", "end");
            assertThat(stream.isAborted()).isTrue();
            assertThat(stream.isErrored()).isFalse();
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(StreamException.Cancelled.class, e -> {
                assertThat(e.reason()).isEqualTo("enough");
                assertThat(e.partial().text()).isEqualTo("a");
            });
        }
    }

    @Test
    void closingOnTheConsumersThreadTellsTheHandlersThere() {
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall())) {
            var stream = fixture.stream();
            List<String> log = record(stream);
            stream.iterator().next();
            stream.close();
            stream.close();
            assertThat(log).containsExactly("connect 200", "abort Cancelled", "end");
        }
    }

    @Test
    void aChunkLimitGivesAbortWithTheLimit() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream(StreamController.withChunkLimit(3))) {
            List<StreamException> why = new ArrayList<>();
            stream.on(Signal.ABORT, why::add);
            assertThat(ClientFixture.collect(stream).events()).hasSize(3);
            assertThat(why).singleElement().isInstanceOf(LimitExceeded.class);
        }
    }

    @Test
    void awaitConsumesUntilTheSignalComes() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            assertThat(stream.await(Signal.CONNECT))
                    .get()
                    .extracting(ResponseInfo::status)
                    .isEqualTo(200);
            assertThat(stream.await(Signal.CONNECT)).as("what has come stays").isPresent();
            assertThat(stream.await(Signal.TEXT)).contains("Rivers ");
            assertThat(stream.snapshot().text()).isEqualTo("Rivers ");
            assertThat(stream.await(Signal.TEXT)).contains("run.");
            assertThat(stream.await(Signal.CITATION))
                    .as("the stream ended without one")
                    .isEmpty();
            assertThat(stream.await(Signal.FINAL_MESSAGE))
                    .get()
                    .extracting(Message::text)
                    .isEqualTo("Rivers run.");
        }
    }

    @Test
    void awaitingTheConnectionDoesNotWaitForTheFirstEvent() {
        try (var fixture = ClientFixture.with(Script.stream().stall());
                var stream = fixture.stream()) {
            assertThat(stream.await(Signal.CONNECT)).isPresent();
        }
    }

    @Test
    void awaitThrowsTheFailureUnlessThatIsAwaited() {
        Script failing =
                Script.stream().sse(begin("a")).sse(error("api_error", "x")).end();
        try (var fixture = ClientFixture.with(failing);
                var stream = fixture.stream();
                var other = fixture.stream()) {
            assertThatThrownBy(() -> stream.await(Signal.MESSAGE)).isInstanceOf(ApiError.class);
            assertThat(stream.await(Signal.ERROR)).as("it has come").get().isInstanceOf(ApiError.class);
            assertThat(other.await(Signal.ERROR)).get().isInstanceOf(ApiError.class);
            assertThat(other.await(Signal.END)).isEmpty();
            assertThatThrownBy(() -> other.await(Signal.TEXT)).isInstanceOf(ApiError.class);
        }
    }

    @Test
    void awaitThrowsTheCancellationUnlessThatIsAwaited() {
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall());
                var stream = fixture.stream()) {
            stream.await(Signal.TEXT);
            stream.cancel("enough");
            assertThatThrownBy(() -> stream.await(Signal.TEXT)).isInstanceOf(StreamException.Cancelled.class);
            assertThat(stream.await(Signal.ABORT)).get().isInstanceOf(StreamException.Cancelled.class);
        }
    }

    @Test
    void aHandlerCannotConsumeTheStreamThatCallsIt() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            stream.on(Signal.TEXT, (words, all) -> stream.done());
            assertThatThrownBy(stream::done)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("handler");
        }
    }

    // END is told once, whatever its handlers do
    @Test
    void endIsToldOnceEvenIfAHandlerOfTheEndThrows() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var ends = new AtomicInteger();
            Consumer<Message> failing = message -> {
                throw new IllegalStateException("mine");
            };
            stream.on(Signal.FINAL_MESSAGE, failing).on(Signal.END, ends::incrementAndGet);
            assertThatThrownBy(stream::done).hasMessage("mine");
            stream.done();
            assertThat(ends).hasValue(1);
            assertThat(stream.finalText())
                    .as("the answer is whole all the same")
                    .isEqualTo("Rivers run.");
        }
    }

    @Test
    void pingsAndUnknownEventsAreStreamEventsAndNothingElse() {
        try (var fixture = ClientFixture.with(Script.stream()
                        .sse(ping())
                        .sse("event: later\ndata: {\"type\":\"later\",\"x\":1}\n\n")
                        .sse(answer("a"))
                        .end());
                var stream = fixture.stream()) {
            List<String> events = new ArrayList<>();
            stream.on(
                    Signal.STREAM_EVENT,
                    (event, all) -> events.add(event.getClass().getSimpleName()));
            List<String> log = record(stream);
            stream.done();
            assertThat(events).startsWith("Ping", "Unknown", "MessageStart");
            assertThat(log).startsWith("connect 200", "text a|a");
        }
    }
}
