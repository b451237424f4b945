package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A few words more of a block: nearly every event is one. It is found by comparison, not by a parser, because it always
 * looks the same. Its text is copied as a JSON string into another JSON text.
 *
 * @param index the block's place in its message
 * @param thinking whether the words are thoughts
 * @param literal the words as a JSON string, with its quotes
 */
record TextDelta(String index, boolean thinking, String literal) {
    private static final String HEAD = "{\"type\":\"message_delta\",\"index\":";
    private static final String TEXT = ",\"text\":\"";
    private static final String THINKING = ",\"thinking\":\"";

    /** The words of an event, if it has the usual look; null says no more than that it has not. */
    static @Nullable TextDelta at(RelayEvent event) {
        String json = event.json();
        if (!json.startsWith(HEAD)) {
            return null;
        }
        int digits = HEAD.length();
        while (digits < json.length() && json.charAt(digits) >= '0' && json.charAt(digits) <= '9') {
            digits++;
        }
        boolean thinking = json.startsWith(THINKING, digits);
        if (!thinking && !json.startsWith(TEXT, digits)) {
            return null;
        }
        int quote = digits + (thinking ? THINKING : TEXT).length() - 1;
        return endOfString(json, quote) == json.length() - 1 && json.endsWith("}")
                ? new TextDelta(
                        json.substring(HEAD.length(), digits), thinking, json.substring(quote, json.length() - 1))
                : null;
    }

    /** The words of an event that has been read; null if it has none. */
    static @Nullable TextDelta in(Map<String, Object> event) {
        boolean thinking = event.get("thinking") instanceof String;
        Object words = event.get(thinking ? "thinking" : "text");
        return words instanceof String
                ? new TextDelta(String.valueOf(event.get("index")), thinking, Json.write(words))
                : null;
    }

    /** Where a string that opens with this quote is over; -1 if it is not, or is no JSON. */
    private static int endOfString(String json, int quote) {
        for (int i = quote + 1; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c < ' ') {
                return -1;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }
}
