package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * UI messages as a conversation. A message of the model's is a turn for each of its steps, with the tools' results between
 * them. Parts that only the client shows are left out: thoughts, sources, data parts, and the calls of the provider's
 * own tools.
 */
final class UiRequest {
    private static final String STOPPED = "The call was not run to its end.";

    private final Conversation.Builder talk = Conversation.builder();

    private UiRequest() {}

    static Conversation conversation(Fields body) {
        var request = new UiRequest();
        body.each("messages").forEach(request::message);
        Conversation talk = request.talk.build();
        List<Message> messages = talk.messages();
        if (messages.isEmpty() || messages.getLast().role() != Role.USER) {
            throw body.wrong("messages", "the last must be the user's");
        }
        return talk;
    }

    private void message(Fields message) {
        String role = message.text("role");
        List<Fields> parts = message.each("parts");
        switch (role) {
            case "user" -> user(message, parts);
            case "assistant" -> assistant(parts);
            case "system" ->
                parts.stream()
                        .filter(part -> is(part, "text"))
                        .forEach(part -> talk.system(new Text(part.text("text"))));
            default -> throw message.wrong("role", "is '" + role + "'; must be user, assistant or system");
        }
    }

    private void user(Fields message, List<Fields> parts) {
        var content = new ArrayList<ContentBlock>();
        for (Fields part : parts) {
            if (is(part, "text")) {
                addText(part, content);
            } else if (is(part, "file")) {
                content.add(Attachment.block(part, "url", part.textOr("mediaType", "")));
            }
        }
        if (content.isEmpty()) {
            throw message.wrong("parts", "a message of the user's must have a text or a file");
        }
        talk.message(Message.of(Role.USER, content));
    }

    private void assistant(List<Fields> parts) {
        var turn = new ArrayList<ContentBlock>();
        var results = new ArrayList<ToolResult>();
        for (Fields part : parts) {
            String type = part.text("type");
            if (type.equals("step-start")) {
                endTurn(turn, results);
            } else if (type.equals("text")) {
                addText(part, turn);
            } else if (type.equals("dynamic-tool")) {
                call(part, part.name("toolName"), turn, results);
            } else if (type.startsWith("tool-")) {
                call(part, type.substring("tool-".length()), turn, results);
            }
        }
        endTurn(turn, results);
    }

    /** A call and its result. One whose input never came was never made. */
    private static void call(Fields part, String name, List<ContentBlock> turn, List<ToolResult> results) {
        boolean providers = UiTools.RUN_BY_PROVIDER.equals(part.get("toolMetadata"));
        if (providers || part.get("input") == null || is(part, "state", "input-streaming")) {
            return;
        }
        String id = part.name("toolCallId");
        turn.add(new ToolUse(id, name, Json.write(part.in("input").object()), Map.of()));
        results.add(
                switch (part.text("state")) {
                    case "output-available" -> new ToolResult(id, output(part.get("output")));
                    case "output-error" -> ToolResult.error(id, part.text("errorText"));
                    case "output-denied" -> ToolResult.error(id, "The user did not allow the call.");
                    default -> ToolResult.error(id, STOPPED);
                });
    }

    private static String output(@Nullable Object output) {
        return output instanceof String text ? text : output == null ? "" : Json.write(output);
    }

    private void endTurn(List<ContentBlock> turn, List<ToolResult> results) {
        talk.message(Message.of(Role.ASSISTANT, turn)).results(results);
        turn.clear();
        results.clear();
    }

    private static void addText(Fields part, List<ContentBlock> content) {
        String text = part.text("text");
        if (!text.isBlank()) {
            content.add(new Text(text));
        }
    }

    private static boolean is(Fields part, String type) {
        return is(part, "type", type);
    }

    private static boolean is(Fields part, String field, String value) {
        return part.text(field).equals(value);
    }
}
