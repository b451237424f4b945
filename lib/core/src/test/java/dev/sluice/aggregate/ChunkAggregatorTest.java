package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.citation;
import static dev.sluice.aggregate.Events.cite;
import static dev.sluice.aggregate.Events.close;
import static dev.sluice.aggregate.Events.delta;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.open;
import static dev.sluice.aggregate.Events.openText;
import static dev.sluice.aggregate.Events.openThinking;
import static dev.sluice.aggregate.Events.openTool;
import static dev.sluice.aggregate.Events.signature;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.stop;
import static dev.sluice.aggregate.Events.text;
import static dev.sluice.aggregate.Events.thinking;
import static dev.sluice.aggregate.Events.unknownDelta;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.FakeTime;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChunkAggregatorTest {

    @Test
    void foldsATextAnswer() {
        var answer = fold(
                start("msg_1"),
                openText(0),
                new Ping(),
                text(0, "Hello"),
                text(0, " there"),
                text(0, "!"),
                close(0),
                delta(FinishReason.STOP, "end_turn", 6),
                stop());
        assertThat(answer.snapshot())
                .isEqualTo(new Message(
                        "msg_1",
                        Role.ASSISTANT,
                        "model-1",
                        List.of(new Text("Hello there!")),
                        FinishReason.STOP,
                        "end_turn",
                        null,
                        Usage.of(11, 6),
                        Map.of()));
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.usage()).isEqualTo(Usage.of(11, 6));
    }

    @Test
    void foldsAToolCallAndParsesItsInputAsItComes() {
        var answer = fold(start("msg_1"), openText(0), text(0, "I'll check."), close(0), openTool(1, "{}"));
        Object[] expected = {Map.of(), Map.of(), Map.of(), Map.of(), Map.of("location", "Paris")};
        String[] fragments = {"", "{\"locati", "on\": \"P", "ar", "is\"}"};
        for (int i = 0; i < fragments.length; i++) {
            answer.accept(json(1, fragments[i]));
            assertThat(answer.input(1)).isEqualTo(expected[i]);
        }
        answer.accept(close(1));
        answer.accept(delta(FinishReason.TOOL_CALLS, "tool_use", 65));
        answer.accept(stop());
        assertThat(answer.snapshot().content())
                .containsExactly(
                        new Text("I'll check."),
                        new ToolUse("toolu_1", "get_weather", "{\"location\": \"Paris\"}", Map.of()));
        assertThat(answer.snapshot().toolUses().getFirst().inputAsMap()).isEqualTo(answer.input(1));
        assertThat(answer.chunkCount()).isEqualTo(13);
    }

    @Test
    void fieldsOfTheEndJoinThoseOfTheStart() {
        var message = new Message(
                "msg_1",
                Role.ASSISTANT,
                "model-1",
                List.of(),
                FinishReason.UNKNOWN,
                null,
                null,
                Usage.NONE,
                Map.of("container", "{\"id\":\"c1\"}", "first", "1", "nothing", "null"));
        var answer = fold(
                new MessageStart(message),
                delta(
                        FinishReason.CONTENT_FILTER,
                        "refusal",
                        Usage.of(3, 50),
                        Map.of("stop_details", "{\"category\":null}")),
                delta(
                        FinishReason.UNKNOWN,
                        null,
                        Usage.of(3, 99),
                        Map.of("container", "null", "stop_details", "null", "first", "2", "new", "null")));
        assertThat(answer.snapshot().extra())
                .containsOnly(
                        Map.entry("container", "{\"id\":\"c1\"}"),
                        Map.entry("stop_details", "{\"category\":null}"),
                        Map.entry("first", "2"),
                        Map.entry("nothing", "null"),
                        Map.entry("new", "null"));
        assertThat(answer.snapshot().usage()).isEqualTo(Usage.of(3, 99));
        assertThat(answer.snapshot().stopReason()).isEqualTo("refusal");
        assertThat(answer.snapshot().finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    @Test
    void usageIsOverwrittenNeverAdded() {
        var answer = fold(
                start("msg_1"),
                delta(FinishReason.UNKNOWN, null, 11),
                delta(FinishReason.UNKNOWN, null, 12),
                delta(FinishReason.STOP, "end_turn", 13));
        assertThat(answer.snapshot().usage()).isEqualTo(Usage.of(11, 13));
    }

    @Test
    void aReasonToStopStaysUntilAnotherComes() {
        var answer = fold(start("msg_1"));
        assertThat(answer.snapshot().stopReason()).isNull();
        answer.accept(delta(FinishReason.UNKNOWN, null, 1));
        assertThat(answer.snapshot().stopReason()).isNull();
        answer.accept(new MessageDelta(FinishReason.STOP, "stop_sequence", "END", Usage.NONE, Map.of()));
        answer.accept(delta(FinishReason.UNKNOWN, null, 1));
        assertThat(answer.snapshot().stopReason()).isEqualTo("stop_sequence");
        assertThat(answer.snapshot().stopSequence()).isEqualTo("END");
        assertThat(answer.snapshot().finishReason()).isEqualTo(FinishReason.STOP);
        answer.accept(delta(FinishReason.UNKNOWN, "zz_future", 1));
        assertThat(answer.snapshot().stopReason()).isEqualTo("zz_future");
        assertThat(answer.snapshot().finishReason()).isEqualTo(FinishReason.UNKNOWN);
        answer.accept(delta(FinishReason.LENGTH, null, 1)); // a provider with no word of its own for it
        assertThat(answer.snapshot().finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void hasNoFinalResponseBeforeTheEnd() {
        var answer = new ChunkAggregator();
        assertNoFinalResponse(answer);
        answer.accept(start("msg_1"));
        assertNoFinalResponse(answer);
        answer.accept(stop());
        assertThat(answer.finalResponse()).isEqualTo(answer.partialResponse());
    }

    private static void assertNoFinalResponse(ChunkAggregator answer) {
        assertThat(answer.isComplete()).isFalse();
        assertThatIllegalStateException()
                .isThrownBy(answer::finalResponse)
                .withMessage("message_stop has not come yet; partialResponse() has what there is");
    }

    @Test
    void anAnswerMayBeEmpty() {
        var answer = fold(start("msg_1"), stop());
        assertThat(answer.snapshot().content()).isEmpty();
        assertThat(answer.snapshot().usage()).isEqualTo(Usage.of(11, 1));
    }

    @Test
    void blocksStandInTheOrderOfTheirIndexes() {
        var answer = fold(
                start("msg_1"),
                openText(3),
                openText(1),
                text(3, "3-ONE."),
                cite(1, "a"),
                text(1, "1-ONE."),
                cite(3, "b"),
                text(1, "1-TWO."),
                cite(1, "c"),
                text(1, "1-THREE."),
                close(1),
                text(3, "3-TWO."),
                close(3));
        assertThat(answer.snapshot().content())
                .containsExactly(
                        new Text("1-ONE.1-TWO.1-THREE.", List.of(citation("a"), citation("c")), Map.of()),
                        new Text("3-ONE.3-TWO.", List.of(citation("b")), Map.of()));
    }

    @Test
    void textAndSourcesOfTheStartAreKept() {
        var begun = new Text("So ", List.of(citation("a")), Map.of("zz", "1"));
        var answer = fold(start("msg_1"), open(0, begun), cite(0, "b"), text(0, "it is."), cite(0, "c"));
        var citations = List.of(citation("a"), citation("b"), citation("c"));
        assertThat(answer.block(0)).isEqualTo(new Text("So it is.", citations, Map.of("zz", "1")));
        assertThat(answer.citations(0)).isEqualTo(citations);
        assertThat(answer.text(0)).isEqualTo("So it is.");
        assertThat(answer.thinking(0)).isEmpty();
        assertThat(answer.input(0)).isEqualTo(Map.of());
    }

    @Test
    void aSignatureReplacesTheOneBefore() {
        var answer = fold(
                start("msg_1"),
                open(0, new Thinking("[1-ONE.", "old", Map.of("zz", "1"))),
                thinking(0, "1-TWO."),
                signature(0, "new"),
                signature(0, "newer"),
                thinking(0, "]"),
                open(1, new RedactedThinking("opaque", Map.of())),
                close(1));
        assertThat(answer.snapshot().content())
                .containsExactly(
                        new Thinking("[1-ONE.1-TWO.]", "newer", Map.of("zz", "1")),
                        new RedactedThinking("opaque", Map.of()));
        assertThat(answer.thinking(0)).isEqualTo("[1-ONE.1-TWO.]");
    }

    @Test
    void aSignatureOfABlockWithoutAPlaceForItIsKeptAmongItsOtherFields() {
        var answer = fold(
                start("msg_1"),
                open(0, new Text("words", List.of(), Map.of("zz", "1"))),
                signature(0, "a\"b"),
                openTool(1, "{}"),
                signature(1, "c"),
                open(2, new ServerToolUse("s", "web_search", "{}", Map.of())),
                signature(2, "d"));
        assertThat(answer.snapshot().content())
                .extracting(ContentBlock::extra)
                .containsExactly(
                        Map.of("zz", "1", "thoughtSignature", "\"a\\\"b\""),
                        Map.of("thoughtSignature", "\"c\""),
                        Map.of("thoughtSignature", "\"d\""));
    }

    @Test
    void unknownBlocksAndDeltasChangeNothingThatIsKnown() {
        var unknown = new ContentBlock.Unknown("zz_future_block", "{ \"type\":\"zz_future_block\", \"n\": 1.0 }");
        var answer = fold(
                start("msg_1"),
                open(0, unknown),
                unknownDelta(0),
                close(0),
                openText(1),
                text(1, "ONE."),
                unknownDelta(1),
                text(1, "TWO."),
                new StreamEvent.Unknown("zz_event", "{}"));
        assertThat(answer.snapshot().content()).containsExactly(unknown, new Text("ONE.TWO."));
    }

    @Test
    void aSecondStartOfTheSameMessageIsIgnored() {
        var answer = fold(start("msg_1"), openText(0), text(0, "a"), start("msg_1"), text(0, "b"));
        assertThat(answer.snapshot().text()).isEqualTo("ab");
        assertThat(answer.chunkCount()).isEqualTo(5);
    }

    @Test
    void aMessageMayComeWholeInItsStart() {
        var whole = new Message(
                "msg_1",
                Role.ASSISTANT,
                "model-1",
                List.of(new Text("Look:"), new ToolUse("t", "n", "{\"a\":1}", Map.of())),
                FinishReason.TOOL_CALLS,
                "tool_use",
                null,
                Usage.NONE,
                Map.of("container", "{}"));
        var answer = fold(new MessageStart(whole), stop());
        assertThat(answer.snapshot()).isEqualTo(whole);
        assertThat(answer.contentLength()).isEqualTo(5);
        assertThat(answer.toolCalls()).isEqualTo(1);
        assertThat(answer.input(1)).isEqualTo(Map.of("a", 1));
    }

    @Test
    void measuresByTheGivenClock() {
        var time = new FakeTime();
        Instant first = time.now().plusSeconds(5);
        var answer = new ChunkAggregator(time);
        assertThat(answer.duration()).isZero();
        assertThat(answer.partialResponse())
                .isEqualTo(new AggregatedResponse(
                        "",
                        "",
                        List.of(),
                        FinishReason.UNKNOWN,
                        Usage.NONE,
                        new AggregatedResponse.Metadata("", null, Duration.ZERO, 0)));
        time.advance(Duration.ofSeconds(5));
        answer.accept(new Ping());
        assertThat(answer.duration()).isZero();
        time.advance(Duration.ofMillis(20));
        answer.accept(start("msg_1"));
        answer.accept(open(0, new Text("a")));
        answer.accept(openThinking(1));
        answer.accept(thinking(1, "not counted"));
        answer.accept(openTool(2, "{}"));
        time.advance(Duration.ofMillis(10));
        answer.accept(text(0, "b😀"));
        time.advance(Duration.ofDays(1));
        assertThat(answer.duration()).isEqualTo(Duration.ofMillis(30));
        assertThat(answer.contentLength())
                .isEqualTo(answer.snapshot().text().length())
                .isEqualTo(4);
        assertThat(answer.chunkCount()).isEqualTo(7);
        assertThat(answer.toolCalls()).isEqualTo(1);
        assertThat(answer.partialResponse())
                .isEqualTo(new AggregatedResponse(
                        "msg_1",
                        "ab😀",
                        List.of(new ToolUse("toolu_2", "get_weather", "{}", Map.of())),
                        FinishReason.UNKNOWN,
                        Usage.of(11, 1),
                        new AggregatedResponse.Metadata("model-1", first, Duration.ofMillis(30), 7)));
    }

    @Test
    void hasNothingBeforeTheStart() {
        var answer = new ChunkAggregator();
        assertThat(answer.snapshot()).isSameAs(Message.EMPTY);
        assertThat(answer.usage()).isEqualTo(Usage.NONE);
        assertThat(answer.contentLength()).isZero();
        answer.accept(start("msg_1"));
        for (Runnable look : List.<Runnable>of(
                () -> answer.block(0),
                () -> answer.text(0),
                () -> answer.thinking(0),
                () -> answer.citations(0),
                () -> answer.input(0))) {
            assertThatIllegalArgumentException().isThrownBy(look::run).withMessage("index: no block 0 has started");
        }
    }
}
