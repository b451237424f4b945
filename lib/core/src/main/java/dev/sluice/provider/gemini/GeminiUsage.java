package dev.sluice.provider.gemini;

import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reports of a message's usage so far. Every number counts the whole message, so a later one replaces an earlier
 * one, key by key. A key that a later report leaves out stays.
 */
final class GeminiUsage {
    // Each chunk has a report, and only the last is asked for: one that names all that the one before did takes its
    // place.
    private String latest = "{}";
    private List<String> names = List.of();

    private long prompt;
    private long cached;
    private long tools;
    private long answer;
    private long thoughts;
    private final Map<String, String> extra = new LinkedHashMap<>();

    /** Takes in a report; null for none. */
    void merge(@Nullable JsonFields usage) {
        if (usage == null) {
            return;
        }
        List<String> known = usage.names();
        if (!known.equals(names)) {
            read();
            names = known;
        }
        latest = usage.raw();
    }

    /** The prompt's count includes what came from a cache, but not the results of server tools; the answer's no thoughts. */
    Usage soFar() {
        read();
        return new Usage(Math.max(0, prompt - cached) + tools, answer + thoughts, cached, 0, thoughts, extra);
    }

    private void read() {
        byte[] bytes = latest.getBytes(StandardCharsets.UTF_8);
        var usage = new JsonFields();
        usage.read(bytes, 0, bytes.length);
        prompt = usage.number("promptTokenCount", prompt);
        cached = usage.number("cachedContentTokenCount", cached);
        answer = usage.number("candidatesTokenCount", answer);
        thoughts = usage.number("thoughtsTokenCount", thoughts);
        if (usage.has("toolUsePromptTokenCount")) {
            tools = usage.number("toolUsePromptTokenCount", tools);
            extra.put("toolUsePromptTokenCount", Long.toString(tools));
        }
        extra.putAll(usage.rest());
    }
}
