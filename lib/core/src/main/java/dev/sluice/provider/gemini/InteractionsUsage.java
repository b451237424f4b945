package dev.sluice.provider.gemini;

import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reports of an answer's usage so far. Every number counts the whole answer, so a later one replaces an earlier
 * one, key by key. A key that a later report leaves out stays.
 */
final class InteractionsUsage {
    private long input;
    private long cached;
    private long tools;
    private long output;
    private long thoughts;
    private long total;
    private final Map<String, String> extra = new LinkedHashMap<>();

    /** Takes in a report; null for none. */
    void merge(@Nullable JsonFields usage) {
        if (usage == null) {
            return;
        }
        input = usage.number("total_input_tokens", input);
        cached = usage.number("total_cached_tokens", cached);
        output = usage.number("total_output_tokens", output);
        thoughts = usage.number("total_thought_tokens", thoughts);
        total = usage.number("total_tokens", total);
        if (usage.has("total_tool_use_tokens")) {
            tools = usage.number("total_tool_use_tokens", tools);
            extra.put("total_tool_use_tokens", Long.toString(tools));
        }
        extra.putAll(usage.rest());
    }

    /** The input's count includes what came from a cache, but not what tools of Google's used; the output's no thoughts. */
    Usage soFar() {
        var others = new LinkedHashMap<>(extra);
        if (total != 0 && total != input + output + thoughts + tools) {
            others.put("total_tokens", Long.toString(total));
        }
        return new Usage(Math.max(0, input - cached) + tools, output + thoughts, cached, 0, thoughts, others);
    }
}
