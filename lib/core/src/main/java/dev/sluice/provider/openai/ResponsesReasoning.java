package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model's thoughts: one block of any parts, with a blank line between two. The encrypted thoughts are the
 * signature, and only those of the whole item count: what is announced may be incomplete. An item without words and
 * without encrypted thoughts is no block.
 */
final class ResponsesReasoning extends ResponsesItem {
    /** The extra field {@code type} of a block whose words are the thoughts themselves, not a summary. */
    static final String OPEN = "reasoning_text";

    static final String SUMMARY = "summary";
    static final String SUMMARY_TEXT = "summary_text";
    static final String CONTENT = "content";
    static final String ENCRYPTED = "encrypted_content";

    private final int block;
    private final Map<Long, ResponsesText> summary = new HashMap<>();
    private final Map<Long, ResponsesText> content = new HashMap<>();
    private Map<String, String> extra = Map.of();
    private @Nullable String late;
    private @Nullable ResponsesText last;
    private boolean started;
    private boolean open;

    ResponsesReasoning(int block) {
        super(REASONING);
        this.block = block;
    }

    @Override
    void added(JsonFields item, Consumer<? super StreamEvent> out) {
        item.skip("type");
        item.skip("status");
        item.skip(SUMMARY);
        item.skip(CONTENT);
        item.skip(ENCRYPTED);
        extra = item.rest();
    }

    @Override
    @Nullable
    ResponsesText text(String name, JsonFields event) {
        return switch (name) {
            case "reasoning_summary_text" -> part(summary, event.number("summary_index", 0), false);
            case OPEN, "reasoning" -> part(content, event.number("content_index", 0), true);
            default -> null;
        };
    }

    @Override
    boolean partAdded(JsonFields event, Consumer<? super StreamEvent> out) {
        return part(event, out);
    }

    @Override
    boolean partDone(JsonFields event, Consumer<? super StreamEvent> out) {
        return part(event, out);
    }

    private boolean part(JsonFields event, Consumer<? super StreamEvent> out) {
        JsonFields part = event.object("part");
        boolean summarized = event.has("summary_index");
        ResponsesText text = summarized
                ? part(summary, event.number("summary_index", 0), false)
                : part(content, event.number("content_index", 0), true);
        event.skip("status");
        if (part != null) {
            text.fill(part.textIfAny("text"), out);
        }
        return true;
    }

    private ResponsesText part(Map<Long, ResponsesText> parts, long place, boolean isOpen) {
        return parts.computeIfAbsent(place, key -> {
            var holder = new ResponsesText[1];
            holder[0] = new ResponsesText((more, out) -> grow(holder[0], isOpen, more, out));
            return holder[0];
        });
    }

    private void grow(ResponsesText part, boolean isOpen, String more, Consumer<? super StreamEvent> out) {
        start(isOpen, out);
        if (last != null && last != part) {
            out.accept(new ContentBlockDelta(block, new Delta.ThinkingDelta("\n\n")));
        }
        last = part;
        out.accept(new ContentBlockDelta(block, new Delta.ThinkingDelta(more)));
    }

    private void start(boolean isOpen, Consumer<? super StreamEvent> out) {
        if (!started) {
            started = true;
            open = isOpen;
            var fields = new LinkedHashMap<>(extra);
            if (isOpen) {
                fields.put(OpenAiBlocks.TYPE, Json.write(OPEN));
            }
            out.accept(new ContentBlockStart(block, new ContentBlock.Thinking("", null, fields)));
        }
    }

    @Override
    boolean whole(JsonFields item, Consumer<? super StreamEvent> out) {
        List<JsonFields> summaries = item.objectsIfAny(SUMMARY);
        List<JsonFields> contents = item.objectsIfAny(CONTENT);
        fill(summary, summaries, false, out);
        fill(content, contents, true, out);
        String encrypted = item.textIfAny(ENCRYPTED);
        if (encrypted != null && !encrypted.isEmpty()) {
            start(false, out);
            out.accept(new ContentBlockDelta(block, new Delta.SignatureDelta(encrypted)));
        }
        boolean plain =
                open ? summaries.isEmpty() && contents.size() == 1 : contents.isEmpty() && summaries.size() <= 1;
        late = plain ? null : late(item);
        stop(false, out);
        return true;
    }

    private void fill(
            Map<Long, ResponsesText> texts, List<JsonFields> parts, boolean isOpen, Consumer<? super StreamEvent> out) {
        for (int i = 0; i < parts.size(); i++) {
            part(texts, i, isOpen).fill(parts.get(i).textIfAny("text"), out);
        }
    }

    @Override
    void stop(boolean cut, Consumer<? super StreamEvent> out) {
        if (started) {
            out.accept(new ContentBlockStop(block));
        }
    }

    @Override
    Optional<String> late() {
        return Optional.ofNullable(late);
    }

    /** The parts as they came, which the block has joined. */
    private @Nullable String late(JsonFields item) {
        String id = extra.get("id");
        if (id == null || !started) {
            return null;
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("type", Json.write(REASONING));
        fields.put("id", id);
        for (String name : List.of(SUMMARY, CONTENT)) {
            String parts = item.raw(name);
            if (parts != null) {
                fields.put(name, parts);
            }
        }
        return RawJson.object(fields);
    }
}
