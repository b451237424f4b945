package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.cite;
import static dev.sluice.aggregate.Events.close;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.open;
import static dev.sluice.aggregate.Events.signature;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.text;
import static dev.sluice.aggregate.Events.thinking;
import static dev.sluice.aggregate.Events.unknownDelta;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A block of a kind that the library does not know, such as one of a beta, grows by the deltas that it does know. */
class UnknownBlockTest {

    @Test
    void whatKnownDeltasAddGoesUnderTheWiresNames() {
        var answer = fold(
                start("msg_1"),
                open(0, new Unknown("zz", "{\"type\":\"zz\",\"n\":1}")),
                text(0, "te"),
                json(0, "{\"a\":"),
                thinking(0, "th"),
                cite(0, "c1"),
                signature(0, "s1"),
                unknownDelta(0),
                text(0, "xt"),
                json(0, "[1]}"),
                thinking(0, "ink"),
                cite(0, "c2"),
                signature(0, "s2"));
        assertThat(Json.readObject(unknown(answer).json()))
                .isEqualTo(Map.of(
                        "type", "zz",
                        "n", 1,
                        "text", "text",
                        "thinking", "think",
                        "input", Map.of("a", List.of(1)),
                        "signature", "s2",
                        "citations", List.of(Map.of("cited_text", "c1"), Map.of("cited_text", "c2"))));
        assertThat(answer.text(0)).isEqualTo("text");
        assertThat(answer.thinking(0)).isEqualTo("think");
        assertThat(answer.input(0)).isEqualTo(Map.of("a", List.of(1)));
        assertThat(answer.citations(0)).hasSize(2);
        assertThat(answer.contentLength()).isZero();
    }

    @Test // whatever the block is called, its input is tracked
    void whatTheBlockStartedWithIsKept() {
        var answer = fold(
                start("msg_1"),
                open(
                        0,
                        new Unknown(
                                "mcp_tool_use",
                                "{\"type\":\"mcp_tool_use\",\"text\":\"a\",\"thinking\":\"b\",\"input\":{\"x\":1},\"citations\":[{\"zz\":0}]}")),
                text(0, "1"),
                thinking(0, "2"),
                cite(0, "c"));
        assertThat(answer.input(0)).isEqualTo(Map.of("x", 1));
        answer.accept(json(0, " "));
        assertThat(Json.readObject(unknown(answer).json()))
                .isEqualTo(Map.of(
                        "type", "mcp_tool_use",
                        "text", "a1",
                        "thinking", "b2",
                        "input", Map.of("x", 1),
                        "citations", List.of(Map.of("zz", 0), Map.of("cited_text", "c"))));
    }

    @Test
    void anInputThatIsCutIsKeptAsText() {
        var answer =
                fold(start("msg_1"), open(0, new Unknown("zz", "{\"input\":{}}")), json(0, "{\"a\":[1,"), close(0));
        assertThat(Json.readObject(unknown(answer).json())).isEqualTo(Map.of("input", "{\"a\":[1,"));
        assertThat(answer.input(0)).isEqualTo(Map.of("a", List.of(1)));
    }

    @Test
    void aCitationThatIsNoJsonIsKeptAsText() {
        var citation = new Citation("zz", null, null, null, "words");
        var answer = fold(start("msg_1"), open(0, new Unknown("zz", "{}")));
        answer.accept(new ContentBlockDelta(0, new CitationsDelta(citation)));
        assertThat(unknown(answer).json()).isEqualTo("{\"citations\":[\"words\"]}");
    }

    @Test
    void aBlockThatIsNoObjectTakesNoKnownDelta() {
        var block = new Unknown("zz", "words");
        var answer = fold(start("msg_1"), open(0, block), unknownDelta(0));
        assertThatExceptionOfType(ProtocolError.class)
                .isThrownBy(() -> answer.accept(text(0, "a")))
                .withMessage("The server sent text_delta for block 0, which is of type zz and takes none");
        assertThat(answer.block(0)).isEqualTo(block);
    }

    private static Unknown unknown(ChunkAggregator answer) {
        return (Unknown) answer.snapshot().content().getFirst();
    }
}
