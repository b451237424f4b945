package dev.sluice.client;

import static dev.sluice.client.Wires.ANSWERS;
import static dev.sluice.client.Wires.CALLS;
import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.SIGNS;
import static dev.sluice.client.Wires.THOUGHTFUL;
import static dev.sluice.client.Wires.answer;
import static dev.sluice.client.Wires.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Completed;
import dev.sluice.internal.json.Json;
import dev.sluice.json.JsonSchema;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.ModelInfo;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.ToolDefinition;
import dev.sluice.test.peer.Script;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever is asked, the same is understood. How it may fail is in {@link EveryProvidersFailuresTest}, and what is said back
 * to it in {@link EveryProvidersHistoryTest}.
 */
@ForEveryProvider
@Timeout(60)
record EveryProviderTest(Wire wire) {

    @Test
    void anAnswerIsUnderstood() {
        for (Message answer : ANSWERS) {
            try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(answer)));
                    var stream = fixture.client.stream(REQUEST)) {
                assertSame(stream.finalMessage(), answer, wire);
                assertThat(stream.endReason()).contains(new Completed());
            }
        }
    }

    @Test
    void wordsComeInPieces() {
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(THOUGHTFUL)));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(stream.text()).containsExactlyElementsOf(Wire.pieces(THOUGHTFUL.text()));
        }
    }

    @Test
    void thinkingIsHeardApartFromWords() {
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(CALLS)));
                var stream = fixture.client.stream(REQUEST)) {
            var collected = new StringBuilder();
            stream.on(Signal.THINKING, (more, soFar) -> collected.append(more));
            stream.on(Signal.TEXT, (more, soFar) -> collected.append(more.toUpperCase(java.util.Locale.ROOT)));
            stream.done();
            assertThat(collected).hasToString("I have to look.LET ME LOOK.");
        }
    }

    /** The grammar of events: blocks in order, deltas inside of theirs, one delta of the message, and the end. */
    @Test
    void theEventsAreThoseOfAMessage() {
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(CALLS)));
                var stream = fixture.client.stream(REQUEST)) {
            List<StreamEvent> events = ClientFixture.collect(stream).events();
            assertThat(events.getFirst()).isInstanceOf(MessageStart.class);
            assertThat(events.get(events.size() - 2)).isInstanceOf(MessageDelta.class);
            assertThat(events.getLast()).isInstanceOf(MessageStop.class);
            var started = new ArrayList<Integer>();
            var open = new ArrayList<Integer>();
            for (StreamEvent event : events.subList(1, events.size() - 2)) {
                switch (event) {
                    case ContentBlockStart(int index, var block) -> {
                        started.add(index);
                        open.add(index);
                    }
                    case ContentBlockDelta(int index, var delta) ->
                        assertThat(open).contains(index);
                    case ContentBlockStop(int index) ->
                        assertThat(open.remove((Integer) index)).isTrue();
                    default -> throw new AssertionError("out of place: " + event);
                }
            }
            assertThat(started).containsExactly(0, 1, 2, 3);
            assertThat(open).isEmpty();
        }
    }

    @Test
    void itIsTheSameWhereverItIsCut() {
        byte[] sse = String.join("", wire.stream(SIGNS)).getBytes(StandardCharsets.UTF_8);
        int[] places =
                IntStream.iterate(1, at -> at < sse.length, at -> at + 17).toArray(); // TranscriptLawTest takes all
        Script[] cut = Arrays.stream(places)
                .mapToObj(at -> Script.stream()
                        .sse(Arrays.copyOf(sse, at))
                        .sse(Arrays.copyOfRange(sse, at, sse.length))
                        .end())
                .toArray(Script[]::new);
        try (var fixture = ClientFixture.in(wire, cut)) {
            for (int at : places) {
                try (var stream = fixture.client.stream(REQUEST)) {
                    assertSame(stream.finalMessage(), SIGNS, wire);
                }
            }
        }
    }

    @Test
    void itIsTheSameByteByByte() {
        Script script = Script.stream();
        for (byte one : String.join("", wire.stream(SIGNS)).getBytes(StandardCharsets.UTF_8)) {
            script = script.sse(new byte[] {one});
        }
        try (var fixture = ClientFixture.in(wire, script.end());
                var stream = fixture.client.stream(REQUEST)) {
            assertSame(stream.finalMessage(), SIGNS, wire);
        }
    }

    @Test
    void whatIsSentIsWhatIsStreamed() {
        for (Message answer : ANSWERS) {
            try (var fixture = ClientFixture.in(wire, wire.sent(answer), Script.stream(wire.stream(answer)))) {
                Message sent = fixture.client.send(REQUEST);
                assertSame(sent, answer, wire);
                try (var stream = fixture.client.stream(REQUEST)) {
                    Message streamed = stream.finalMessage();
                    assertThat(sent.stopReason())
                            .isEqualTo(streamed.stopReason())
                            .isNotNull();
                    assertThat(sent.extra()).isEqualTo(streamed.extra());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PAUSE")
    void whyItEndedIsToldInOneWordForAll(FinishReason why) {
        Message answer = answer(why, new Text("Rivers"), Wires.call("call_1", "level", "{}"));
        Message said = why == FinishReason.TOOL_CALLS ? answer : answer(why, new Text("Rivers"));
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(said)), wire.sent(said));
                var stream = fixture.client.stream(REQUEST)) {
            FinishReason told = Wires.toldBy(wire, why);
            assertThat(stream.finalMessage().finishReason()).isEqualTo(told);
            assertThat(fixture.client.send(REQUEST).finishReason()).isEqualTo(told);
            assertThat(stream.finalMessage().stopReason()).isNotEmpty();
        }
    }

    @Test
    void aReasonThatNobodyKnowsIsKeptAsItIs() {
        try (var fixture = ClientFixture.in(
                        wire, Script.stream(wire.stream(answer(FinishReason.UNKNOWN, new Text("Rivers")))));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(stream.finalMessage().stopReason()).isEqualTo("brand_new");
        }
    }

    @Test
    void aRefusalBeforeAnyWordIsAnAnswer() {
        Message refused = answer(FinishReason.CONTENT_FILTER);
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(refused)), wire.sent(refused));
                var stream = fixture.client.stream(REQUEST)) {
            assertSame(stream.finalMessage(), refused, wire);
            assertSame(fixture.client.send(REQUEST), refused, wire);
        }
    }

    @Test
    void aRefusalInWordsIsAnAnswer() {
        Message refused = answer(FinishReason.CONTENT_FILTER, new Text("I would rather not."));
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(refused)), wire.sent(refused));
                var stream = fixture.client.stream(REQUEST)) {
            assertSame(stream.finalMessage(), refused, wire);
            assertSame(fixture.client.send(REQUEST), refused, wire);
        }
    }

    @Test
    void newsDisturbNobodyAndAreNotLost() {
        var events = new ArrayList<>(List.of(wire.stream(PROSE)));
        events.add(events.size() - wire.ended(PROSE).size(), wire.news());
        try (var fixture = ClientFixture.in(wire, Script.stream(events.toArray(String[]::new)));
                var stream = fixture.client.stream(REQUEST)) {
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertSame(stream.finalMessage(), PROSE, wire);
            assertThat(collected.events().toString()).contains("mood").contains("sunny");
        }
    }

    @Test
    void aRequestSaysAllThatIsAsked() {
        var tool = ToolDefinition.of("level", "The level of a river", "{\"type\":\"object\"}");
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(PROSE)));
                var stream = fixture.client.stream(
                        REQUEST.toBuilder().system("Be brief.").tool(tool).build())) {
            stream.done();
            assertThat(wire.read(fixture.peer.awaitRequest(1)))
                    .isEqualTo(new ReceivedFields(
                            "model-1",
                            100,
                            "Be brief.",
                            List.of(tool),
                            null,
                            List.of(Message.user("Tell me about rivers"))));
        }
    }

    record Level(String river, int days) {}

    @Test
    void anAnswerHasTheShapeThatWasAsked() {
        Message answer = answer(FinishReason.STOP, new Text("{\"river\":\"Tejo\",\"days\":3}"));
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(answer)), wire.sent(answer));
                var stream = fixture.client.stream(
                        REQUEST.toBuilder().output(Level.class).build())) {
            assertThat(stream.finalMessageAs(Level.class)).isEqualTo(new Level("Tejo", 3));
            assertThat(wire.read(fixture.peer.awaitRequest(1)).shape())
                    .isEqualTo(Json.readObject(JsonSchema.of(Level.class)));
            assertThat(fixture.client.send(REQUEST).textAs(Level.class)).isEqualTo(new Level("Tejo", 3));
        }
    }

    @Test
    void anAnswerCanBeUsedWhileItGrows() {
        Message answer = answer(FinishReason.STOP, new Text("{\"river\":\"Guadiana\",\"days\":3}"));
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(answer)));
                var stream = fixture.client.stream(REQUEST)) {
            var rivers = new ArrayList<String>();
            for (StreamEvent event : stream) {
                if (event instanceof ContentBlockDelta(int index, TextDelta text)) {
                    stream.partialAs(Level.class).map(Level::river).ifPresent(rivers::add);
                }
            }
            assertThat(rivers).contains("Gu", "Guadi").last().isEqualTo("Guadiana");
        }
    }

    @Test
    void tokensAreCountedOrItIsSaidThatTheyAreNot() {
        try (var fixture =
                ClientFixture.in(wire, Script.json(200, wire.tokens(42).orElse("")))) {
            wire.tokens(42)
                    .ifPresentOrElse(
                            body -> assertThat(fixture.client.countTokens(REQUEST))
                                    .isEqualTo(42),
                            () -> assertThatThrownBy(() -> fixture.client.countTokens(REQUEST))
                                    .isInstanceOf(UnsupportedOperationException.class)
                                    .hasMessage(Wires.name(wire) + " does not count tokens"));
        }
    }

    @Test
    void modelsAreToldOrItIsSaidThatTheyAreNot() {
        List<String> pages = wire.models("model-1", "model-2");
        Script[] scripts = pages.stream().map(page -> Script.json(200, page)).toArray(Script[]::new);
        try (var fixture = ClientFixture.in(wire, scripts)) {
            if (pages.isEmpty()) {
                assertThatThrownBy(fixture.client::models)
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessage(Wires.name(wire) + " does not list models");
            } else {
                assertThat(fixture.client.models()).extracting(ModelInfo::id).containsExactly("model-1", "model-2");
                assertThat(fixture.peer.requests()).hasSameSizeAs(pages);
            }
        }
    }

    @Test
    void theKeyIsNowhereToBeSeen() {
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(PROSE)));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(ClientFixture.collect(stream).toString()
                            + stream
                            + fixture.client
                            + wire.at(fixture.peer.uri("/")))
                    .doesNotContain(Wire.KEY);
            assertThat(fixture.peer.awaitRequest(1).path()).doesNotContain(Wire.KEY);
        }
    }
}
