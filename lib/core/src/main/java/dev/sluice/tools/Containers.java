package dev.sluice.tools;

import dev.sluice.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The container in which a provider's code execution runs: its answers name it, and the next request of the same run goes on
 * in it, unless the caller has named another.
 */
final class Containers {
    private static final String FIELD = "container";

    private Containers() {}

    /** The container that an answer names. */
    static Optional<String> of(Message answer) {
        return read(answer.extra().get(FIELD)) instanceof Map<?, ?> container
                        && container.get("id") instanceof String id
                ? Optional.of(id)
                : Optional.empty();
    }

    /** Sets the container in what will be sent; a request that names one keeps it, and one that describes one keeps the rest. */
    static void set(String id, MessageRequest request, MessageRequest.Builder next) {
        String named = request.extra().get(FIELD);
        Object pinned = read(named);
        if (named == null || (pinned == null && named.equals("null"))) {
            next.put(FIELD, id);
        } else if (pinned instanceof Map<?, ?> described && described.get("id") == null) {
            var filled = new LinkedHashMap<Object, Object>(described);
            filled.put("id", id);
            next.put(FIELD, filled);
        }
    }

    private static @Nullable Object read(@Nullable String json) {
        try {
            return json == null ? null : Json.readAny(json);
        } catch (IllegalArgumentException e) {
            return null; // whatever the caller means by it
        }
    }
}
