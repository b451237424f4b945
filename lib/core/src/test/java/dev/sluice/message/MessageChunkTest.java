package dev.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MessageChunk.ToolCall;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageChunkTest {
    private static final Citation CITATION = new Citation("char_location", "a", null, null, "{}");

    private static MessageStart start(FinishReason reason, ContentBlock... content) {
        return new MessageStart(new Message(
                "m", Role.ASSISTANT, "model-1", List.of(content), reason, null, null, Usage.of(3, 1), Map.of()));
    }

    private static void assertChunk(StreamEvent event, MessageChunk expected) {
        assertThat(MessageChunk.of(event)).isEqualTo(expected);
    }

    @Test
    void wordsAndThoughtsAreWhatAnEventAdds() {
        assertChunk(delta(new Delta.TextDelta("Hi")), new MessageChunk("Hi", "", null, null, null));
        assertChunk(delta(new Delta.ThinkingDelta("hm")), new MessageChunk("", "hm", null, null, null));
        assertChunk(
                new ContentBlockStart(0, new Text("So ", List.of(CITATION), Map.of())),
                new MessageChunk("So ", "", null, null, null));
        assertChunk(
                new ContentBlockStart(0, new Thinking("hm", null, Map.of())),
                new MessageChunk("", "hm", null, null, null));
    }

    @Test
    void aToolCallIsNamedOnceAndThenGrows() {
        assertChunk(
                new ContentBlockStart(4, new ToolUse("t1", "get_weather", "{}", Map.of())),
                new MessageChunk("", "", new ToolCall(4, "t1", "get_weather", ""), null, null));
        assertChunk(
                new ContentBlockDelta(4, new Delta.InputJsonDelta("{\"a")),
                new MessageChunk("", "", new ToolCall(4, "", "", "{\"a"), null, null));
    }

    @Test
    void theStartBringsUsageAndWhatCameWholeWithIt() {
        assertChunk(start(FinishReason.UNKNOWN), new MessageChunk("", "", null, null, Usage.of(3, 1)));
        assertChunk(
                start(FinishReason.STOP, new Text("all of it")),
                new MessageChunk("all of it", "", null, FinishReason.STOP, Usage.of(3, 1)));
    }

    @Test
    void theReasonToStopComesWhenTheModelHasOne() {
        assertChunk(
                new MessageDelta(FinishReason.LENGTH, "max_tokens", null, Usage.of(3, 9), Map.of()),
                new MessageChunk("", "", null, FinishReason.LENGTH, Usage.of(3, 9)));
        assertChunk(
                new MessageDelta(FinishReason.UNKNOWN, "zz_future", null, Usage.of(3, 9), Map.of()),
                new MessageChunk("", "", null, FinishReason.UNKNOWN, Usage.of(3, 9)));
        assertChunk(
                new MessageDelta(FinishReason.UNKNOWN, null, null, Usage.of(3, 9), Map.of()),
                new MessageChunk("", "", null, null, Usage.of(3, 9)));
    }

    static Stream<StreamEvent> silent() {
        return Stream.of(
                new Ping(),
                new MessageStop(),
                new ContentBlockStop(0),
                new StreamEvent.Unknown("zz", "{}"),
                new ContentBlockStart(0, new Text("")),
                new ContentBlockStart(0, new Thinking("", null, Map.of())),
                new ContentBlockStart(0, new ContentBlock.RedactedThinking("x", Map.of())),
                new ContentBlockStart(0, new ContentBlock.Unknown("zz", "{}")),
                delta(new Delta.SignatureDelta("s")),
                delta(new Delta.CitationsDelta(CITATION)),
                delta(new Delta.Unknown("zz", "{}")));
    }

    @ParameterizedTest
    @MethodSource("silent")
    void whatNoReaderIsShownGivesNoChunk(StreamEvent event) {
        assertThat(MessageChunk.of(event)).isNull();
    }

    private static StreamEvent delta(Delta delta) {
        return new ContentBlockDelta(0, delta);
    }
}
