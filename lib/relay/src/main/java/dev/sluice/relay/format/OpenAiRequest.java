package dev.sluice.relay.format;

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

/** The messages of a chat completion's request as a conversation. */
final class OpenAiRequest {
    private final Conversation.Builder talk = Conversation.builder();

    private OpenAiRequest() {}

    static Conversation conversation(Fields body) {
        if (!Boolean.TRUE.equals(body.get("stream"))) {
            throw body.wrong("stream", "must be true; answers are streamed only");
        }
        if (body.get("n") instanceof Number n && n.intValue() != 1) {
            throw body.wrong("n", "must be 1; there is one answer");
        }
        for (String tools : List.of("tools", "functions")) {
            if (body.get(tools) instanceof List<?> list && !list.isEmpty()) {
                throw body.wrong(tools, "must be left out; tools run on the server");
            }
        }
        var request = new OpenAiRequest();
        body.each("messages").forEach(request::message);
        Conversation talk = request.talk.build();
        List<Message> messages = talk.messages();
        if (messages.isEmpty() || messages.getLast().role() != Role.USER) {
            throw body.wrong("messages", "the last must be the user's or a tool's");
        }
        List<ToolUse> unanswered = talk.unanswered();
        if (!unanswered.isEmpty()) {
            throw body.wrong("messages", "the call " + unanswered.getFirst().id() + " has no result");
        }
        return talk;
    }

    private void message(Fields message) {
        switch (message.text("role")) {
            case "system", "developer" ->
                content(message).forEach(block -> {
                    if (block instanceof Text text) {
                        talk.system(text);
                    }
                });
            case "user" -> talk.message(Message.of(Role.USER, content(message)));
            case "assistant" -> assistant(message);
            case "tool" -> result(message);
            default -> throw message.wrong("role", "must be system, developer, user, assistant or tool");
        }
    }

    private void assistant(Fields message) {
        var turn = new ArrayList<ContentBlock>();
        if (message.get("content") != null) {
            turn.addAll(content(message));
        }
        if (message.get("tool_calls") != null) {
            for (Fields call : message.each("tool_calls")) {
                Fields function = call.in("function");
                turn.add(new ToolUse(call.name("id"), function.name("name"), function.text("arguments"), Map.of()));
            }
        }
        talk.message(Message.of(Role.ASSISTANT, turn));
    }

    private void result(Fields message) {
        String id = message.name("tool_call_id");
        if (!talk.isWaiting(id)) {
            throw message.wrong("tool_call_id", "no call '" + id + "' waits for a result");
        }
        talk.results(List.of(new ToolResult(id, content(message), false, Map.of())));
    }

    private static List<ContentBlock> content(Fields message) {
        if (message.get("content") instanceof String text) {
            return List.of(new Text(text));
        }
        return message.each("content").stream().map(OpenAiRequest::part).toList();
    }

    private static ContentBlock part(Fields part) {
        return switch (part.text("type")) {
            case "text" -> new Text(part.text("text"));
            case "refusal" -> new Text(part.text("refusal"));
            case "image_url" -> Attachment.block(part.in("image_url"), "url", "image/*");
            default -> throw part.wrong("type", "must be text or image_url");
        };
    }
}
