package dev.sluice.message;

import dev.sluice.internal.json.Json;
import java.util.List;
import java.util.Objects;

/** Refuses the values that no provider takes. The exception names the parameter. */
final class RequestChecks {
    private RequestChecks() {}

    static String notBlank(String name, String value) {
        if (Objects.requireNonNull(value, () -> name + ": is null").isBlank()) {
            throw new IllegalArgumentException(name + ": must not be blank");
        }
        return value;
    }

    static String jsonObject(String name, String json) {
        if (!Json.isObject(json)) {
            throw new IllegalArgumentException(name + ": must be a JSON object");
        }
        return json;
    }

    static double within(String name, double value, int most) {
        if (!(value >= 0 && value <= most)) {
            throw new IllegalArgumentException(name + ": " + value + ", must be 0 to " + most);
        }
        return value;
    }

    static void header(String name, String value) {
        if (notBlank("name", name).chars().anyMatch(c -> c <= ' ' || c == ':' || c >= 127)
                || value.chars().anyMatch(c -> c == '\r' || c == '\n')) {
            throw new IllegalArgumentException("header: '" + name + "' or its value has a character no header has");
        }
    }

    static void allCallsAnswered(String name, Conversation conversation) {
        List<ContentBlock.ToolUse> unanswered = conversation.unanswered();
        if (!unanswered.isEmpty()) {
            throw new IllegalArgumentException(name + ": the tool calls "
                    + unanswered.stream()
                            .map(call -> call.name() + " (" + call.id() + ")")
                            .toList()
                    + " have no result; add one of each with results(...), be it an error");
        }
    }
}
