package dev.sluice.provider.openai;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonEndDetector;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The blocks of one answer, which this wire does not number. Words of one kind make a block until others come or a tool is
 * called. No mark says that a call is complete, and fragments of several may come in any order. A call whose input is a
 * whole object ends when another block begins or the model has stopped. Its tool then need not wait for the rest of the
 * answer. Every other call stays open to the end.
 *
 * <p>Some blocks have no name of their own here: a refusal, or the field that thoughts came in. Such a block has the
 * wire's name as {@code type} among its extra fields, so that it can be sent back unchanged.
 */
final class OpenAiBlocks {
    /** The field of words that are neither thoughts nor a refusal. */
    static final String CONTENT = "content";

    /** The field of words that say why there are no others. */
    static final String REFUSAL = "refusal";

    /** The extra field that has the wire's name of a block. */
    static final String TYPE = "type";

    /** The calls that are open, and how far their input has come. */
    private final SortedMap<Integer, JsonEndDetector> calls = new TreeMap<>();

    private int size;
    private int words = -1;
    private String kind = "";
    private boolean refused;

    /** Words of the answer, or of its refusal. */
    void text(String field, String more, Consumer<? super StreamEvent> out) {
        if (!more.isEmpty()) {
            refused |= field.equals(REFUSAL);
            int index = words(field, out);
            out.accept(new ContentBlockDelta(index, new Delta.TextDelta(more)));
        }
    }

    /** Thoughts, and the field of the wire that they came in. */
    void thinking(String field, String more, Consumer<? super StreamEvent> out) {
        if (!more.isEmpty()) {
            int index = words(field, out);
            out.accept(new ContentBlockDelta(index, new Delta.ThinkingDelta(more)));
        }
    }

    /** A source of the words. */
    void citation(Citation citation, Consumer<? super StreamEvent> out) {
        int index = words(CONTENT, out);
        out.accept(new ContentBlockDelta(index, new Delta.CitationsDelta(citation)));
    }

    /** Begins a call; its index. */
    int call(IntFunction<ContentBlock> block, Consumer<? super StreamEvent> out) {
        int index = start(block.apply(size), out);
        calls.put(index, new JsonEndDetector());
        return index;
    }

    /** Whether a call has begun and may grow. */
    boolean isOpen(int call) {
        return calls.containsKey(call);
    }

    /** More of the input of a call; blanks behind a whole one mean nothing. */
    void input(int call, String more, Consumer<? super StreamEvent> out) {
        if (isOpen(call)) {
            grow(new ContentBlockDelta(call, new Delta.InputJsonDelta(more)), out);
        } else if (!more.isBlank()) {
            throw new ProtocolError(
                    "The server sent more arguments of a call (block " + call + ") that was complete: "
                            + Excerpt.of(more),
                    null);
        }
    }

    /** More of a block that is open. */
    void grow(ContentBlockDelta delta, Consumer<? super StreamEvent> out) {
        if (delta.delta() instanceof Delta.InputJsonDelta(String more)) {
            Objects.requireNonNull(calls.get(delta.index())).take(more);
        }
        out.accept(delta);
    }

    /** Ends the calls whose input is whole. */
    void endWholeCalls(Consumer<? super StreamEvent> out) {
        calls.entrySet().removeIf(call -> {
            boolean whole = call.getValue().isReached();
            if (whole) {
                out.accept(new ContentBlockStop(call.getKey()));
            }
            return whole;
        });
    }

    /** Ends all blocks, in their order. */
    void end(Consumer<? super StreamEvent> out) {
        calls.keySet().forEach(index -> out.accept(new ContentBlockStop(index)));
        calls.clear();
        endWords(out);
    }

    /** Whether there is a refusal. */
    boolean isRefused() {
        return refused;
    }

    /** The wire's name of a block that has none of ours; empty if it has. */
    static String wireType(ContentBlock block) {
        String json = block.extra().getOrDefault(TYPE, "\"\"");
        return Json.readAny(json) instanceof String type ? type : "";
    }

    private int words(String field, Consumer<? super StreamEvent> out) {
        if (!kind.equals(field)) {
            words = start(empty(field), out);
            kind = field;
        }
        return words;
    }

    private static ContentBlock empty(String field) {
        return switch (field) {
            case CONTENT -> new ContentBlock.Text("");
            case REFUSAL -> new ContentBlock.Text("", List.of(), Map.of(TYPE, Json.write(field)));
            default -> new ContentBlock.Thinking("", null, Map.of(TYPE, Json.write(field)));
        };
    }

    private int start(ContentBlock block, Consumer<? super StreamEvent> out) {
        endWholeCalls(out);
        endWords(out);
        int index = size++;
        out.accept(new ContentBlockStart(index, block));
        return index;
    }

    private void endWords(Consumer<? super StreamEvent> out) {
        if (words >= 0) {
            out.accept(new ContentBlockStop(words));
            words = -1;
            kind = "";
        }
    }
}
