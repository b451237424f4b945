package dev.sluice.provider.openai;

import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a response. Tokens that a cache gave or took are a part of the input, thoughts are a part of the
 * output.
 */
final class ResponsesUsage {
    private static final String INPUT = "input_tokens_details";
    private static final String OUTPUT = "output_tokens_details";

    private ResponsesUsage() {}

    /** The usage in a response; none if it has none. */
    static Usage of(@Nullable JsonFields usage) {
        if (usage == null) {
            return Usage.NONE;
        }
        long input = usage.number("input_tokens", 0);
        long output = usage.number("output_tokens", 0);
        long total = usage.number("total_tokens", 0);
        JsonFields inputs = usage.objectIfAny(INPUT);
        JsonFields outputs = usage.objectIfAny(OUTPUT);
        long cached = inputs == null ? 0 : inputs.number("cached_tokens", 0);
        long written = inputs == null ? 0 : inputs.number("cache_write_tokens", 0);
        long thinking = outputs == null ? 0 : outputs.number("reasoning_tokens", 0);
        var extra = new LinkedHashMap<String, String>();
        keep(INPUT, inputs, extra);
        keep(OUTPUT, outputs, extra);
        extra.putAll(usage.rest());
        if (total != 0 && total != input + output) {
            extra.put("total_tokens", Long.toString(total));
        }
        boolean beside = cached + written > input; // of services that count the cache beside the input
        return new Usage(beside ? input : input - cached - written, output, cached, written, thinking, extra);
    }

    private static void keep(String name, @Nullable JsonFields details, Map<String, String> extra) {
        if (details != null && !details.rest().isEmpty()) {
            extra.put(name, details.raw());
        }
    }
}
