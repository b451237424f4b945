package dev.sluice.provider.claude;

import dev.sluice.message.Usage;
import dev.sluice.message.Usage.Iteration;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reports of a message's usage so far. Every number counts the whole message, so a later one replaces an earlier
 * one, key by key. A key that a later report leaves out, or has as null, stays. A later number may be smaller: the last
 * report leaves out what a compaction used, and lists it among the iterations.
 */
final class ClaudeUsage {
    private long input;
    private long output;
    private long cacheRead;
    private long cacheWrite;
    private long cacheWrite5m;
    private long cacheWrite1h;
    private long thinking;
    private List<Iteration> iterations = List.of();
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
        JsonFields writes = usage.objectIfAny("cache_creation");
        if (writes != null) {
            cacheWrite5m = writes.number("ephemeral_5m_input_tokens", cacheWrite5m);
            cacheWrite1h = writes.number("ephemeral_1h_input_tokens", cacheWrite1h);
            if (!writes.rest().isEmpty()) {
                all.put("cache_creation", writes.raw());
            }
        }
        JsonFields details = usage.object("output_tokens_details");
        if (details != null) {
            thinking = details.number("thinking_tokens", thinking);
            if (!details.rest().isEmpty()) {
                all.put("output_tokens_details", details.raw());
            }
        }
        List<JsonFields> passes = usage.objects("iterations");
        if (!passes.isEmpty()) {
            iterations = passes.stream().map(this::iteration).toList();
        }
        all.putAll(usage.rest());
        extra = all.isEmpty() ? Map.of() : all;
    }

    Usage soFar() {
        return new Usage(input, output, cacheRead, cacheWrite, writtenForAnHour(), thinking, iterations, extra);
    }

    private Iteration iteration(JsonFields wire) {
        String type = wire.textOrEmpty("type");
        String model = wire.textOrEmpty("model");
        boolean isAnswer = type.equals("message") || type.equals("fallback_message");
        var pass = new ClaudeUsage();
        if (!wire.has("cache_creation")) {
            pass.cacheWrite1h = cacheWrite1h;
        }
        pass.merge(wire);
        return new Iteration(type, model, isAnswer, pass.soFar());
    }

    /**
     * The last report counts what was written to the cache and does not say for how long. If any tokens are kept for an
     * hour, those written since the last report of lifetimes count so too. A cost is then never too low.
     */
    private long writtenForAnHour() {
        return cacheWrite1h == 0 ? 0 : Math.max(0, cacheWrite - cacheWrite5m);
    }
}
