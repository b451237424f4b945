package dev.sluice.provider;

import dev.sluice.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The blocks of one answer, which this wire does not number. Words of one kind make a block until others come or a tool is
 * called; calls stay open to the end, because their fragments may come in any order.
 *
 * <p>A block that has no name of its own here, a refusal or the field that thoughts came in, has the wire's name for it as
 * {@code type} among its extra fields, so that it can be sent back as what it was.
 */
final class OpenAiBlocks {
    /** The field of words that are neither thoughts nor a refusal. */
    static final String CONTENT = "content";

    /** The field of words that say why there are no others. */
    static final String REFUSAL = "refusal";

    /** The extra field that has the wire's name of a block. */
    static final String TYPE = "type";

    private final SortedSet<Integer> open = new TreeSet<>();
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

    /** Opens a block of another kind, which stays open to the end; its index. */
    int open(IntFunction<ContentBlock> block, Consumer<? super StreamEvent> out) {
        endWords(out);
        return start(block.apply(size), out);
    }

    /** Ends all blocks, in their order. */
    void end(Consumer<? super StreamEvent> out) {
        open.forEach(index -> out.accept(new ContentBlockStop(index)));
        open.clear();
        words = -1;
        kind = "";
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
            endWords(out);
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
        int index = size++;
        open.add(index);
        out.accept(new ContentBlockStart(index, block));
        return index;
    }

    private void endWords(Consumer<? super StreamEvent> out) {
        if (words >= 0) {
            open.remove(words);
            out.accept(new ContentBlockStop(words));
            words = -1;
            kind = "";
        }
    }
}
