package dev.sluice.aggregate;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a block of a kind this library does not know. Known deltas are added to the block under the wire's
 * names for them in other blocks.
 */
final class UnknownFields {
    private final Map<String, Object> start;

    private UnknownFields(Map<String, Object> start) {
        this.start = start;
    }

    /** The fields of a block; null if it is not a JSON object, and nothing can be added to it. */
    static @Nullable UnknownFields of(String json) {
        try {
            return new UnknownFields(Json.readObject(json));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The text that a field starts with; empty if it has none. */
    String text(String name) {
        return start.get(name) instanceof String text ? text : "";
    }

    /** The input that the block starts with, as JSON text; empty if it has none. */
    String input() {
        return start.get("input") instanceof Map<?, ?> input ? Json.write(input) : "";
    }

    /** The block with what has been added to it; what is empty or null leaves a field as it was. */
    String with(
            String text, String thinking, @Nullable String input, @Nullable String signature, List<Citation> added) {
        var fields = new LinkedHashMap<String, @Nullable Object>(start);
        if (!text.isEmpty()) {
            fields.put("text", text);
        }
        if (!thinking.isEmpty()) {
            fields.put("thinking", thinking);
        }
        if (input != null) {
            fields.put("input", valueOrText(input));
        }
        if (signature != null) {
            fields.put("signature", signature);
        }
        if (!added.isEmpty()) {
            var citations = new ArrayList<@Nullable Object>(
                    start.get("citations") instanceof List<?> known ? known : List.of());
            added.forEach(citation -> citations.add(valueOrText(citation.json())));
            fields.put("citations", citations);
        }
        return Json.write(fields);
    }

    private static @Nullable Object valueOrText(String json) {
        try {
            return Json.readAny(json);
        } catch (IllegalArgumentException e) {
            return json;
        }
    }
}
