package dev.sluice.provider.claude;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The endpoint of Claude's API for a request, which decides what its body may have. */
enum ClaudeEndpoint {
    /** The answer, as a stream. */
    STREAM,
    /** The answer, whole. */
    WHOLE,
    /** How many tokens the prompt has. */
    COUNT;

    /** The fields that count, and all fields that the API takes for a count. */
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
