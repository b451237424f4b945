package dev.sluice.provider.claude;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What Claude's API is asked for with a request, which decides what its body may have. */
enum ClaudeEndpoint {
    /** The answer, as a stream. */
    STREAM,
    /** The answer, whole. */
    WHOLE,
    /** How many tokens the prompt has. */
    COUNT;

    /** What counts, and all that the API takes where it counts. */
    private static final Set<String> COUNTED = Set.of(
            "model",
            "messages",
            "system",
            "tools",
            "tool_choice",
            "thinking",
            "output_config",
            "cache_control",
            "context_management",
            "mcp_servers");

    /** Whether the fields that say how to answer belong to it. */
    boolean isAnswered() {
        return this != COUNT;
    }

    /** Those of the caller's raw fields that belong to it. */
    Map<String, String> raw(Map<String, String> fields) {
        if (isAnswered() || COUNTED.containsAll(fields.keySet())) {
            return fields;
        }
        var counted = new LinkedHashMap<>(fields);
        counted.keySet().retainAll(COUNTED);
        return counted;
    }
}
