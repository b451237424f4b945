package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Words of the model's. Each part is a block: a text or a refusal; a part of another kind is kept as it came. */
final class ResponsesMessage extends ResponsesItem {
    private static final String TEXT = "output_text";
    private static final String REFUSAL = "refusal";

    private final IntSupplier next;
    private final SortedMap<Long, Part> parts = new TreeMap<>();
    private Map<String, String> extra = Map.of();
    private Map<String, String> late = Map.of();

    ResponsesMessage(IntSupplier next) {
        super(MESSAGE);
        this.next = next;
    }

    /** A part, whose block starts when it is announced or has words. */
    private final class Part {
        final int block = next.getAsInt();
        final String type;
        final ResponsesText text = new ResponsesText(this::grow);
        /** The numbers of the sources that have been emitted. */
        private final TreeSet<Long> cited = new TreeSet<>();

        private boolean started;
        private boolean stopped;

        Part(String type) {
            this.type = type;
        }

        boolean isWords() {
            return type.equals(TEXT) || type.equals(REFUSAL);
        }

        void start(Consumer<? super StreamEvent> out) {
            if (!started) {
                started = true;
                var fields = new LinkedHashMap<>(extra);
                if (type.equals(REFUSAL)) {
                    fields.put(OpenAiBlocks.TYPE, Json.write(REFUSAL));
                }
                out.accept(new ContentBlockStart(block, new ContentBlock.Text("", List.of(), fields)));
            }
        }

        private void grow(String more, Consumer<? super StreamEvent> out) {
            start(out);
            out.accept(new ContentBlockDelta(block, new Delta.TextDelta(more)));
        }

        void cite(long number, JsonFields annotation, Consumer<? super StreamEvent> out) {
            long place = number >= 0 ? number : cited.isEmpty() ? 0 : cited.last() + 1;
            if (cited.add(place)) {
                start(out);
                out.accept(new ContentBlockDelta(block, new Delta.CitationsDelta(citation(annotation, text))));
            }
        }

        /** Keeps a part that has no record. */
        void keep(String json, Consumer<? super StreamEvent> out) {
            started = true;
            out.accept(new ContentBlockStart(block, new ContentBlock.Unknown(type, json)));
        }

        void stop(Consumer<? super StreamEvent> out) {
            if (started && !stopped) {
                out.accept(new ContentBlockStop(block));
            }
            stopped = true;
        }
    }

    /** Whether the model has refused. */
    boolean isRefused() {
        return parts.values().stream().anyMatch(part -> part.type.equals(REFUSAL));
    }

    @Override
    void added(JsonFields item, Consumer<? super StreamEvent> out) {
        extra = fields(item);
    }

    @Override
    @Nullable
    ResponsesText text(String name, JsonFields event) {
        if (!name.equals(TEXT) && !name.equals(REFUSAL)) {
            return null;
        }
        Part part = part(event.number("content_index", 0), name);
        return part.type.equals(name) && !part.stopped ? part.text : null;
    }

    @Override
    boolean partAdded(JsonFields event, Consumer<? super StreamEvent> out) {
        JsonFields wire = event.object("part");
        if (wire != null) {
            Part part = part(event.number("content_index", 0), type(wire));
            if (part.isWords() && !part.stopped) {
                part.start(out);
                part.text.fill(words(part, wire), out);
            }
        }
        return true;
    }

    @Override
    boolean partDone(JsonFields event, Consumer<? super StreamEvent> out) {
        JsonFields wire = event.object("part");
        if (wire != null) {
            whole(event.number("content_index", 0), wire, out);
        }
        return true;
    }

    @Override
    boolean annotation(JsonFields event, Consumer<? super StreamEvent> out) {
        Part part = part(event.number("content_index", 0), TEXT);
        if (!part.type.equals(TEXT) || part.stopped) {
            return false;
        }
        long number = event.number("annotation_index", -1);
        JsonFields annotation = event.object("annotation");
        if (annotation != null) {
            part.cite(number, annotation, out);
        }
        return true;
    }

    @Override
    boolean whole(JsonFields item, Consumer<? super StreamEvent> out) {
        List<JsonFields> content = item.objectsIfAny("content");
        for (int i = 0; i < content.size(); i++) {
            whole(i, content.get(i), out);
        }
        stop(false, out);
        late = changes(extra, fields(item));
        return true;
    }

    @Override
    void stop(boolean cut, Consumer<? super StreamEvent> out) {
        parts.values().forEach(part -> part.stop(out));
    }

    @Override
    Optional<String> late() {
        String id = extra.get("id");
        if (late.isEmpty() || id == null) {
            return Optional.empty();
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("type", Json.write(MESSAGE));
        fields.put("id", id);
        fields.putAll(late);
        return Optional.of(RawJson.object(fields));
    }

    private void whole(long place, JsonFields wire, Consumer<? super StreamEvent> out) {
        String type = type(wire);
        Part part = part(place, type);
        if (part.stopped || !part.type.equals(type)) {
            return;
        }
        if (part.isWords()) {
            part.text.fill(words(part, wire), out);
            List<JsonFields> annotations = wire.objectsIfAny("annotations");
            for (int i = 0; i < annotations.size(); i++) {
                part.cite(i, annotations.get(i), out);
            }
        } else {
            part.keep(wire.raw(), out);
        }
        part.stop(out);
    }

    private Part part(long place, String type) {
        return parts.computeIfAbsent(place, key -> new Part(type));
    }

    private static String type(JsonFields part) {
        String type = part.textIfAny("type");
        return type == null || type.equals("text") ? TEXT : type;
    }

    private static @Nullable String words(Part part, JsonFields wire) {
        return wire.textIfAny(part.type.equals(REFUSAL) ? REFUSAL : "text");
    }

    /** The item's fields that no block has a component for. */
    private static Map<String, String> fields(JsonFields item) {
        item.skip("type");
        item.skip("role");
        item.skip("status");
        item.skip("content");
        return item.rest();
    }

    /** A source; the places are in code points. */
    private static Citation citation(JsonFields annotation, ResponsesText text) {
        String type = annotation.textIfAny("type");
        String title = annotation.textIfAny("title");
        return new Citation(
                type == null ? "" : type,
                text.slice(annotation.number("start_index", -1), annotation.number("end_index", -1)),
                title == null ? annotation.textIfAny("filename") : title,
                annotation.textIfAny("url"),
                annotation.raw());
    }
}
