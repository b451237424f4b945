package dev.sluice.provider.claude;

import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Claude has said of a message's usage so far. Every number counts the whole message, so a later one replaces an
 * earlier one, key by key; a key that a later report leaves out, or has as null, stays.
 */
final class ClaudeUsage {
    private long input;
    private long output;
    private long cacheRead;
    private long cacheWrite;
    private long thinking;
    private Map<String, String> extra = Map.of();

    /** Takes in a report; null for none. */
    void merge(@Nullable JsonFields usage) {
        if (usage == null) {
            return;
        }
        input = usage.number("input_tokens", input);
        output = usage.number("output_tokens", output);
        cacheRead = usage.number("cache_read_input_tokens", cacheRead);
        cacheWrite = usage.number("cache_creation_input_tokens", cacheWrite);
        var all = new LinkedHashMap<>(extra);
        JsonFields details = usage.object("output_tokens_details");
        if (details != null) {
            thinking = details.number("thinking_tokens", thinking);
            if (!details.rest().isEmpty()) {
                all.put("output_tokens_details", details.raw());
            }
        }
        all.putAll(usage.rest());
        extra = all.isEmpty() ? Map.of() : all;
    }

    Usage soFar() {
        return new Usage(input, output, cacheRead, cacheWrite, thinking, extra);
    }
}
