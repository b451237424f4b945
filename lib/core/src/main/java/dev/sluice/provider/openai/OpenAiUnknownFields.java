package dev.sluice.provider.openai;

import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Joins the unread fields of a choice, chunk by chunk, to the fields of the same answer without streaming. Lists grow,
 * as do those in {@code logprobs}; of any other value the last one counts. Only what has a signature of thoughts is not
 * replaced by what has none: Gemini's endpoint signs an answer once, and wants the signature back.
 */
final class OpenAiUnknownFields {
    private static final String LOGPROBS = "logprobs";
    private static final String SIGNATURE = "\"thought_signature\"";

    private final Map<String, StringBuilder> fields = new LinkedHashMap<>();
    private final Map<String, StringBuilder> logprobs = new LinkedHashMap<>();

    /** Takes the fields of a chunk's choice, or of the delta in it, each as raw JSON text. */
    void add(Map<String, String> more) {
        more.forEach((name, json) -> {
            Map<String, String> lists = name.equals(LOGPROBS) ? RawJson.fields(json) : null;
            if (lists == null) {
                grow(fields, name, json);
            } else {
                lists.forEach((list, items) -> grow(logprobs, list, items));
            }
        });
    }

    /** All fields so far, each as raw JSON text. */
    Map<String, String> whole() {
        var whole = texts(fields);
        if (!logprobs.isEmpty()) {
            whole.put(LOGPROBS, RawJson.object(texts(logprobs)));
        }
        return whole;
    }

    private static void grow(Map<String, StringBuilder> all, String name, String json) {
        StringBuilder value = all.computeIfAbsent(name, key -> new StringBuilder());
        if (isSigned(value) && json.indexOf(SIGNATURE) < 0) {
            return;
        }
        if (!value.isEmpty() && value.charAt(0) == '[' && (json.startsWith("[") || json.equals("null"))) {
            append(value, json);
        } else {
            value.setLength(0);
            value.append(json);
        }
    }

    private static boolean isSigned(StringBuilder value) {
        return !value.isEmpty() && value.charAt(0) == '{' && value.indexOf(SIGNATURE) >= 0;
    }

    private static void append(StringBuilder list, String json) {
        String items = json.equals("null") ? "" : json.substring(1, json.length() - 1);
        if (!items.isBlank()) {
            list.setLength(list.length() - 1);
            list.append(list.length() > 1 ? "," : "").append(items).append(']');
        }
    }

    private static Map<String, String> texts(Map<String, StringBuilder> values) {
        var texts = new LinkedHashMap<String, String>();
        values.forEach((name, value) -> texts.put(name, value.toString()));
        return texts;
    }
}
