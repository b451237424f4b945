package dev.sluice.relay.http;

import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import java.util.List;
import java.util.Map;

/**
 * This library's request: {@code chatId}, and either {@code message}, a text of the user's, or {@code messages}, each with its
 * {@code role} and {@code content}. All may be missing: what else is in the body is between the page and the application.
 */
final class SluiceRequest {

    private SluiceRequest() {}

    static StartRequest of(Session session, Map<String, Object> body) {
        return new StartRequest(session, text(body, "chatId", ""), conversation(body), body);
    }

    private static Conversation conversation(Map<String, Object> body) {
        String message = text(body, "message", "");
        if (!message.isBlank()) {
            return Conversation.EMPTY.user(message);
        }
        Object messages = body.getOrDefault("messages", List.of());
        if (!(messages instanceof List<?> list)) {
            throw new IllegalArgumentException("messages: must be a list");
        }
        Conversation.Builder talk = Conversation.builder();
        for (Object turn : list) {
            if (!(turn instanceof Map<?, ?> fields) || !(fields.get("content") instanceof String content)) {
                throw new IllegalArgumentException(
                        "messages: each must be an object with a role and a text as content");
            }
            talk.message(
                    switch (fields.get("role") instanceof String role ? role : "") {
                        case "user" -> Message.user(content);
                        case "assistant" -> Message.assistant(content);
                        default -> throw new IllegalArgumentException("messages: a role must be user or assistant");
                    });
        }
        return talk.build();
    }

    private static String text(Map<String, Object> body, String field, String otherwise) {
        Object value = body.getOrDefault(field, otherwise);
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(field + ": must be a text");
    }
}
