package dev.sluice.provider.gemini;

import dev.sluice.message.Citation;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.Utf8Offsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the words of one text are from. An annotation says which words by places in bytes of UTF-8; the citation has those
 * words, and the annotation as it came. An annotation that comes before its words waits for the end of the text, and so do
 * those behind it. One that is repeated is one citation.
 */
final class InteractionsCitations {
    private final StringBuilder words = new StringBuilder();

    /** Where each piece of the text begins: in characters, by its place in bytes. */
    private final NavigableMap<Long, Integer> pieces = new TreeMap<>(Map.of(0L, 0));

    private final Set<String> known = new HashSet<>();
    private final List<Annotation> waiting = new ArrayList<>();
    private long bytes;

    /** An annotation, before its words are known. */
    private record Annotation(
            String type, @Nullable String title, @Nullable String url, long start, long end, String json) {}

    /** Takes more words of the text. */
    void text(String more) {
        pieces.put(bytes, words.length());
        words.append(more);
        bytes += Utf8Offsets.bytes(more);
    }

    /** Takes an annotation; what is cited by now. */
    List<Citation> add(JsonFields wire) {
        String json = wire.raw();
        if (!known.add(json)) {
            return List.of();
        }
        String type = wire.textIfAny("type");
        long end = place(wire, "end_index", -1);
        var annotation = new Annotation(
                type == null ? "" : type,
                first(wire, "title", "file_name", "name"),
                first(wire, "url", "document_uri", "source"),
                place(wire, "start_index", 0),
                end,
                json);
        if (end <= bytes && waiting.isEmpty()) {
            return List.of(citation(annotation));
        }
        waiting.add(annotation);
        return List.of();
    }

    /** Ends the text; what has waited for that. */
    List<Citation> end() {
        return waiting.stream().map(this::citation).toList();
    }

    private Citation citation(Annotation annotation) {
        int from = index(annotation.start);
        int to = index(annotation.end);
        String cited = from < 0 || to <= from ? null : words.substring(from, to);
        return new Citation(annotation.type, cited, annotation.title, annotation.url, annotation.json);
    }

    /** The character that begins at a place in bytes; -1 if none does. */
    private int index(long place) {
        if (place < 0 || place > bytes) {
            return -1;
        }
        Map.Entry<Long, Integer> piece = pieces.floorEntry(place);
        long at = piece.getKey();
        int i = piece.getValue();
        while (at < place) {
            int codePoint = Character.codePointAt(words, i);
            at += Utf8Offsets.bytes(Character.toString(codePoint));
            i += Character.charCount(codePoint);
        }
        return at == place ? i : -1;
    }

    private static long place(JsonFields wire, String name, long absent) {
        String json = wire.raw(name);
        return json != null && json.matches("\\d{1,18}") ? Long.parseLong(json) : absent;
    }

    private static @Nullable String first(JsonFields wire, String... names) {
        for (String name : names) {
            String text = wire.textIfAny(name);
            if (text != null) {
                return text;
            }
        }
        return null;
    }
}
