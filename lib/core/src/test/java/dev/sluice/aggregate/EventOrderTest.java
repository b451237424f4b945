package dev.sluice.aggregate;

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
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.Ping;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which events may follow which, and that the order among blocks does not matter. */
class EventOrderTest {
    private static final StreamEvent UNKNOWN = new StreamEvent.Unknown("zz_event", "{}");

    /** One of each event that is not always welcome, with its name. */
    static Stream<StreamEvent> events() {
        return Stream.of(openText(0), text(0, "a"), close(0), delta(FinishReason.STOP, "end_turn", 1), stop());
    }

    private static String name(StreamEvent event) {
        return switch (event) {
            case StreamEvent.ContentBlockStart start -> "content_block_start";
            case StreamEvent.ContentBlockDelta delta -> "content_block_delta";
            case StreamEvent.ContentBlockStop stop -> "content_block_stop";
            case StreamEvent.MessageDelta delta -> "message_delta";
            case StreamEvent.MessageStart start -> "message_start";
            default -> "message_stop";
        };
    }

    @ParameterizedTest
    @MethodSource("events")
    void nothingComesBeforeTheStart(StreamEvent event) {
        assertRejected(
                fold(new Ping(), UNKNOWN),
                event,
                "The server's events are out of order: got " + name(event) + " before message_start");
    }

    @ParameterizedTest
    @MethodSource("events")
    void nothingComesAfterTheEnd(StreamEvent event) {
        var answer = fold(start("msg_1"), openText(0), stop(), new Ping(), UNKNOWN);
        assertRejected(
                answer, event, "The server's events are out of order: got " + name(event) + " after message_stop");
        assertRejected(
                answer, start("msg_1"), "The server's events are out of order: got message_start after message_stop");
        assertThat(answer.isComplete()).isTrue();
    }

    @Test
    void twoAnswersInOneStreamAreRejected() {
        assertRejected(
                fold(start("msg_1"), openText(0), text(0, "a")),
                start("msg_2"),
                "The stream holds two answers: message_start of 'msg_2' inside 'msg_1'");
    }

    @Test
    void aBlockStartsOnce() {
        String message = "The server's events are out of order: block 0 starts a second time";
        assertRejected(fold(start("msg_1"), openText(0)), openText(0), message);
        assertRejected(fold(start("msg_1"), openText(0), close(0)), openTool(0, "{}"), message);
        assertRejected(fold(start("msg_1", new ContentBlock.Text("whole"))), openText(0), message);
    }

    @Test
    void whatGrowsOrStopsHasStarted() {
        var answer = fold(start("msg_1"), openText(0), openText(2));
        String message = "The server's events are out of order: got %s for block 1, which has not started";
        assertRejected(answer, text(1, "a"), message.formatted("text_delta"));
        assertRejected(answer, unknownDelta(1), message.formatted("zz_delta"));
        assertRejected(answer, close(1), message.formatted("content_block_stop"));
    }

    @Test
    void whatHasStoppedDoesNotGrow() {
        var answer = fold(start("msg_1"), openText(0), close(0));
        String message = "The server's events are out of order: got %s for block 0, which has stopped";
        assertRejected(answer, text(0, "a"), message.formatted("text_delta"));
        assertRejected(answer, close(0), message.formatted("content_block_stop"));
        assertRejected(
                fold(start("msg_1", new ContentBlock.Text("whole"))), text(0, "a"), message.formatted("text_delta"));
    }

    @Test
    void aBlockTakesOnlyTheDeltasOfItsKind() {
        var none = Map.<String, String>of();
        var media = new MediaSource.Url("https://example.org/a");
        Map<ContentBlock, List<String>> taken = Map.of(
                new ContentBlock.Text(""), List.of("text_delta", "citations_delta", "signature_delta"),
                new ContentBlock.Thinking("", null, none), List.of("thinking_delta", "signature_delta"),
                new ContentBlock.ToolUse("", "", "{}", none), List.of("input_json_delta", "signature_delta"),
                new ContentBlock.ServerToolUse("", "", "{}", none), List.of("input_json_delta", "signature_delta"),
                new ContentBlock.RedactedThinking("", none), List.of(),
                new ContentBlock.ServerToolResult("zz_tool_result", "", "[]", none), List.of(),
                new ContentBlock.ToolResult("", ""), List.of(),
                new ContentBlock.Image(media), List.of(),
                new ContentBlock.Document(media), List.of());
        Map<ContentBlock, String> kinds = Map.of(
                new ContentBlock.Text(""), "text",
                new ContentBlock.Thinking("", null, none), "thinking",
                new ContentBlock.ToolUse("", "", "{}", none), "tool_use",
                new ContentBlock.ServerToolUse("", "", "{}", none), "server_tool_use",
                new ContentBlock.RedactedThinking("", none), "redacted_thinking",
                new ContentBlock.ServerToolResult("zz_tool_result", "", "[]", none), "zz_tool_result",
                new ContentBlock.ToolResult("", ""), "tool_result",
                new ContentBlock.Image(media), "image",
                new ContentBlock.Document(media), "document");
        Map<String, StreamEvent> deltas = Map.of(
                "text_delta", text(7, "a"),
                "thinking_delta", thinking(7, "a"),
                "input_json_delta", json(7, "{"),
                "signature_delta", signature(7, "s"),
                "citations_delta", cite(7, "c"));
        taken.forEach((block, takes) -> {
            fold(start("msg_1"), open(7, block), unknownDelta(7), close(7));
            deltas.forEach((name, delta) -> {
                var answer = fold(start("msg_1"), open(7, block));
                if (takes.contains(name)) {
                    answer.accept(delta);
                    assertThat(answer.block(7)).isNotEqualTo(block);
                } else {
                    assertRejected(
                            answer,
                            delta,
                            "The server sent " + name + " for block 7, which is of type " + kinds.get(block)
                                    + " and takes none");
                    assertThat(answer.block(7)).isEqualTo(block);
                }
            });
        });
    }

    /** The event is refused with the message so far, and has changed nothing. */
    private static void assertRejected(ChunkAggregator answer, StreamEvent event, String message) {
        Message before = answer.snapshot();
        long chunks = answer.chunkCount();
        var error = catchThrowableOfType(ProtocolError.class, () -> answer.accept(event));
        assertThat(error).hasMessage(message);
        assertThat(error.partial()).isSameAs(before);
        assertThat(error.requestId()).isEmpty();
        assertThat(answer.snapshot()).isSameAs(before);
        assertThat(answer.chunkCount()).isEqualTo(chunks);
    }

    /** The events of each block of an answer, in their order. */
    private static List<List<StreamEvent>> blocks() {
        return List.of(
                List.of(openThinking(0), thinking(0, "th"), thinking(0, "ink"), signature(0, "s"), close(0)),
                List.of(openText(1), cite(1, "a"), text(1, "te"), text(1, "xt"), cite(1, "b"), close(1)),
                List.of(openTool(2, "{}"), json(2, "{\"a\":"), json(2, "1"), json(2, "}"), close(2)),
                List.of(openTool(4, "{\"b\":2}"), json(4, ""), close(4)),
                List.of(open(5, new ContentBlock.Unknown("zz", "{}")), text(5, "1"), unknownDelta(5), text(5, "2")),
                List.of(open(300, new ContentBlock.RedactedThinking("x", Map.of())), close(300)));
    }

    /** The blocks in some order that keeps that of each, with events between that mean nothing. */
    private static List<StreamEvent> interleaved(Random random) {
        var events = new ArrayList<StreamEvent>();
        events.add(start("msg_1"));
        var left = new ArrayList<Iterator<StreamEvent>>();
        blocks().forEach(block -> left.add(block.iterator()));
        while (!left.isEmpty()) {
            var block = left.get(random.nextInt(left.size()));
            if (!block.hasNext()) {
                left.remove(block);
                continue;
            }
            events.add(block.next());
            switch (random.nextInt(8)) {
                case 0 -> events.add(new Ping());
                case 1 -> events.add(UNKNOWN);
                case 2 -> events.add(start("msg_1"));
                default -> {}
            }
        }
        events.add(delta(FinishReason.TOOL_CALLS, "tool_use", 9));
        events.add(stop());
        return events;
    }

    @Test
    void theOrderAmongBlocksDoesNotMatter() {
        var inOrder = new ArrayList<StreamEvent>(List.of(start("msg_1")));
        blocks().forEach(inOrder::addAll);
        inOrder.add(delta(FinishReason.TOOL_CALLS, "tool_use", 9));
        inOrder.add(stop());
        Message expected = fold(inOrder).snapshot();
        LongStream.range(0, 500)
                .forEach(seed -> assertThat(fold(interleaved(new Random(seed))).snapshot())
                        .as("seed %s", seed)
                        .isEqualTo(expected));
    }

    @Test
    void lookingChangesNothing() {
        LongStream.range(0, 50).forEach(seed -> {
            var events = interleaved(new Random(seed));
            var watched = new ChunkAggregator();
            var seen = new ArrayList<Message>();
            var then = new ArrayList<String>();
            for (StreamEvent event : events) {
                watched.accept(event);
                seen.add(watched.snapshot());
                then.add(watched.snapshot().toString());
            }
            IntStream.range(0, events.size()).forEach(i -> {
                assertThat(seen.get(i)).hasToString(then.get(i));
                assertThat(seen.get(i)).isEqualTo(fold(events.subList(0, i + 1)).snapshot());
            });
        });
    }
}
