package dev.sluice.aggregate;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;

/** Events in few words. */
final class Events {
    private Events() {}

    static StreamEvent start(String id, ContentBlock... content) {
        return new MessageStart(new Message(
                id,
                Role.ASSISTANT,
                "model-1",
                List.of(content),
                FinishReason.UNKNOWN,
                null,
                null,
                Usage.of(11, 1),
                Map.of()));
    }

    static StreamEvent open(int index, ContentBlock block) {
        return new ContentBlockStart(index, block);
    }

    static StreamEvent openText(int index) {
        return open(index, new ContentBlock.Text(""));
    }

    static StreamEvent openTool(int index, String input) {
        return open(index, new ContentBlock.ToolUse("toolu_" + index, "get_weather", input, Map.of()));
    }

    static StreamEvent openThinking(int index) {
        return open(index, new ContentBlock.Thinking("", null, Map.of()));
    }

    static StreamEvent text(int index, String text) {
        return new ContentBlockDelta(index, new Delta.TextDelta(text));
    }

    static StreamEvent json(int index, String fragment) {
        return new ContentBlockDelta(index, new Delta.InputJsonDelta(fragment));
    }

    static StreamEvent thinking(int index, String thinking) {
        return new ContentBlockDelta(index, new Delta.ThinkingDelta(thinking));
    }

    static StreamEvent signature(int index, String signature) {
        return new ContentBlockDelta(index, new Delta.SignatureDelta(signature));
    }

    static StreamEvent cite(int index, String cited) {
        return new ContentBlockDelta(index, new Delta.CitationsDelta(citation(cited)));
    }

    static StreamEvent unknownDelta(int index) {
        return new ContentBlockDelta(index, new Delta.Unknown("zz_delta", "{\"type\":\"zz_delta\",\"zz\":1}"));
    }

    static Citation citation(String cited) {
        return new Citation("char_location", cited, null, null, "{\"cited_text\":\"" + cited + "\"}");
    }

    static StreamEvent close(int index) {
        return new ContentBlockStop(index);
    }

    static StreamEvent delta(FinishReason reason, String stopReason, Usage usage, Map<String, String> extra) {
        return new MessageDelta(reason, stopReason, null, usage, extra);
    }

    static StreamEvent delta(FinishReason reason, String stopReason, int outputTokens) {
        return delta(reason, stopReason, Usage.of(11, outputTokens), Map.of());
    }

    static StreamEvent stop() {
        return new MessageStop();
    }

    /** An aggregator that has taken the events. */
    static ChunkAggregator fold(StreamEvent... events) {
        return fold(List.of(events));
    }

    static ChunkAggregator fold(List<StreamEvent> events) {
        var aggregator = new ChunkAggregator();
        events.forEach(aggregator::accept);
        return aggregator;
    }
}
