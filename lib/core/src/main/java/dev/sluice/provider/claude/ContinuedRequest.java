package dev.sluice.provider.claude;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of a request that continues the answers to another one. It names the container in which the code of the last
 * answers ran, unless the caller has named one. And it does not ask again for a summary that an answer has given: such
 * a request gets nothing else for an answer.
 */
final class ContinuedRequest {
    private static final String CONTAINER = "container";

    private ContinuedRequest() {}

    static MessageRequest of(MessageRequest first, List<Message> answers) {
        MessageRequest.Builder next = first.toBuilder();
        for (Message answer : answers.reversed()) {
            if (read(answer.extra().get(CONTAINER)) instanceof Map<?, ?> container
                    && container.get("id") instanceof String id) {
                goOnIn(id, first.extra().get(CONTAINER), next);
                break;
            }
        }
        if (answers.stream().anyMatch(answer -> CompactionBlock.TYPE.equals(answer.stopReason()))) {
            next.remove(CompactionBlock.TYPE);
        }
        return next.build();
    }

    /** Names a container; a request that names one keeps it, and one that describes one keeps the rest. */
    private static void goOnIn(String id, @Nullable String named, MessageRequest.Builder next) {
        Object pinned = read(named);
        if (named == null || (pinned == null && named.equals("null"))) {
            next.put(CONTAINER, id);
        } else if (pinned instanceof Map<?, ?> described && described.get("id") == null) {
            var filled = new LinkedHashMap<Object, Object>(described);
            filled.put("id", id);
            next.put(CONTAINER, filled);
        }
    }

    private static @Nullable Object read(@Nullable String json) {
        try {
            return json == null ? null : Json.readAny(json);
        } catch (IllegalArgumentException e) {
            return null; // the caller's meaning does not matter
        }
    }
}
