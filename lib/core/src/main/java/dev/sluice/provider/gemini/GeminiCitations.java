package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.Utf8Offsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the words of an answer are taken from. Gemini sends them beside the text, with positions counted in bytes of
 * UTF-8. Here they become {@link Citation}s of the text block at these positions. Their {@code json} has {@code start}
 * and {@code end} as positions in the block's string, and Gemini's raw object. That waits for the end of the block,
 * when all of its words are there; what concerns a block that ended earlier is no citation.
 *
 * <p>A place is one in the block, or else in all the text of the answer; where Gemini repeats the words they must be there.
 */
final class GeminiCitations {
    /** How much JSON may become citations: a source is repeated in each, so that a small event could make large ones. */
    private static final int MOST = 4 << 20;

    /** A source; its JSON is empty if it is in that of what cites it. */
    private record Source(
            String type,
            @Nullable String text,
            @Nullable String title,
            @Nullable String url,
            String json) {}

    /** A place in bytes, the words there if they were given, and what is cited for them. */
    private record Cited(long start, long end, @Nullable String words, String json, Source source) {}

    private final Set<Cited> known = new HashSet<>();
    private final List<Cited> waiting = new ArrayList<>();
    private List<Source> sources = List.of();
    private int room = MOST;

    /** The words of the text block that is open, and how many bytes those before it had. */
    private final List<String> words = new ArrayList<>();

    private long bytesBefore;

    /** Takes in more words of the text block that is open. */
    void text(String more) {
        words.add(more);
    }

    /** Takes in {@code groundingMetadata}; what it repeats is not cited twice. */
    void grounding(JsonFields metadata) {
        if (metadata.has("groundingChunks")) {
            sources = metadata.objects("groundingChunks").stream()
                    .map(chunk -> source(chunk.raw()))
                    .toList();
        }
        for (JsonFields support : metadata.objects("groundingSupports")) {
            JsonFields segment = support.object("segment");
            if (segment != null && value(support.raw("groundingChunkIndices")) instanceof List<?> indexes) {
                String json = support.raw();
                for (Object index : new LinkedHashSet<Object>(indexes)) {
                    if (index instanceof Integer i && i >= 0 && i < sources.size()) {
                        add(segment, segment.text("text"), json, sources.get(i));
                    }
                }
            }
        }
    }

    /** Takes in {@code citationMetadata}, whose list has two names. */
    void citations(JsonFields metadata) {
        for (String name : List.of("citationSources", "citations")) {
            for (JsonFields cited : metadata.objects(name)) {
                add(cited, null, cited.raw(), new Source("citation", null, cited.text("title"), cited.text("uri"), ""));
            }
        }
    }

    /** A chunk is an object of one field, whose name is its kind. */
    private static Source source(String json) {
        Map<String, String> chunk = RawJson.fields(json);
        if (chunk != null && !chunk.isEmpty()) {
            Map.Entry<String, String> kind = chunk.entrySet().iterator().next();
            Map<String, String> fields = RawJson.fields(kind.getValue());
            if (fields != null) {
                return new Source(
                        kind.getKey(),
                        words(fields.get("text")),
                        words(fields.get("title")),
                        words(fields.get("uri")),
                        json);
            }
        }
        return new Source("grounding", null, null, null, json);
    }

    private void add(JsonFields place, @Nullable String text, String json, Source source) {
        int size = json.length() + source.json.length();
        var cited = new Cited(place.number("startIndex", 0), place.number("endIndex", -1), text, json, source);
        if (size <= room && known.add(cited)) {
            room -= size;
            waiting.add(cited);
        }
    }

    /**
     * Ends the text block that is open.
     *
     * @param last whether no other will follow: then it gets what fits nowhere, without a place
     * @return what is cited in it
     */
    List<Citation> end(boolean last) {
        var ready = new ArrayList<Citation>();
        if (!waiting.isEmpty()) {
            var text = new Utf8Offsets(String.join("", words));
            waiting.removeIf(cited -> place(cited, text, ready) || (last && ready.add(citation(cited, ""))));
        }
        for (String more : words) {
            bytesBefore += Utf8Offsets.bytes(more);
        }
        words.clear();
        return ready;
    }

    private boolean place(Cited cited, Utf8Offsets text, List<Citation> ready) {
        // Without the words to prove it, only a place that is counted through all the text can be trusted.
        List<Long> bases = cited.words == null ? List.of(bytesBefore) : List.of(0L, bytesBefore);
        for (long base : bases) {
            int start = text.index(cited.start - base);
            int end = text.index(cited.end - base);
            if (start >= 0 && start <= end && (cited.words == null || text.has(cited.words, start, end))) {
                return ready.add(citation(cited, "\"start\":" + start + ",\"end\":" + end + ","));
            }
        }
        return false;
    }

    private static Citation citation(Cited cited, String place) {
        Source source = cited.source;
        String json = source.json.isEmpty()
                ? "\"source\":" + cited.json
                : "\"support\":" + cited.json + ",\"chunk\":" + source.json;
        return new Citation(source.type, source.text, source.title, source.url, "{" + place + json + "}");
    }

    private static @Nullable String words(@Nullable String json) {
        return value(json) instanceof String text ? text : null;
    }

    private static @Nullable Object value(@Nullable String json) {
        return json == null ? null : Json.readAny(json);
    }
}
