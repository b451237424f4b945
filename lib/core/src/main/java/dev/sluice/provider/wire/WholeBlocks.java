package dev.sluice.provider.wire;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Joins the blocks of a non-streaming answer that is decoded like a stream: the deltas of a block are put into the
 * block's start. The blocks are emitted in their order, when all are whole.
 */
public final class WholeBlocks implements Consumer<StreamEvent> {
    private final Consumer<? super StreamEvent> out;
    private final SortedMap<Integer, ContentBlock> blocks = new TreeMap<>();
    private final Map<Integer, List<StreamEvent>> unknown = new HashMap<>();

    /** Nothing put together yet, for {@code out}. */
    public WholeBlocks(Consumer<? super StreamEvent> out) {
        this.out = out;
    }

    @Override
    public void accept(StreamEvent event) {
        switch (event) {
            case ContentBlockStart(int index, ContentBlock block) -> blocks.put(index, block);
            case ContentBlockDelta(int index, Delta.Unknown fields) ->
                unknown.computeIfAbsent(index, at -> new ArrayList<>()).add(event);
            case ContentBlockDelta(int index, Delta delta) ->
                blocks.computeIfPresent(index, (at, block) -> grown(block, delta));
            case ContentBlockStop stop -> {}
            case MessageDelta end -> {
                blocks.forEach((index, block) -> {
                    out.accept(new ContentBlockStart(index, block));
                    unknown.getOrDefault(index, List.of()).forEach(out);
                    out.accept(new ContentBlockStop(index));
                });
                out.accept(end);
            }
            default -> out.accept(event);
        }
    }

    private static ContentBlock grown(ContentBlock block, Delta delta) {
        return switch (block) {
            case Text(String text, List<Citation> citations, var extra)
            when delta instanceof Delta.TextDelta(String more) -> new Text(text + more, citations, extra);
            case Text(String text, List<Citation> citations, var extra)
            when delta instanceof Delta.CitationsDelta(Citation citation) -> {
                var all = new ArrayList<>(citations);
                all.add(citation);
                yield new Text(text, all, extra);
            }
            case Thinking(String thinking, var signature, var extra)
            when delta instanceof Delta.ThinkingDelta(String more) -> new Thinking(thinking + more, signature, extra);
            case ToolUse(String id, String name, String input, var extra)
            when delta instanceof Delta.InputJsonDelta(String json) -> new ToolUse(id, name, grown(input, json), extra);
            case ServerToolUse(String id, String name, String input, var extra)
            when delta instanceof Delta.InputJsonDelta(String json) ->
                new ServerToolUse(id, name, grown(input, json), extra);
            case Thinking(String thinking, var before, var extra)
            when delta instanceof Delta.SignatureDelta(String signature) -> new Thinking(thinking, signature, extra);
            default -> block;
        };
    }

    private static String grown(String input, String more) {
        return input.equals("{}") ? more : input + more;
    }
}
