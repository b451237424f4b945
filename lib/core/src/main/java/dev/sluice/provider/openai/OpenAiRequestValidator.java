package dev.sluice.provider.openai;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.provider.wire.ForeignHistory;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Refuses what this wire has no words for, and what would be lost on the way, and names the field. The server checks
 * everything that can be written. A field that the caller sets raw is the caller's own affair, except those that decide
 * how many answers come, and how.
 */
final class OpenAiRequestValidator {
    /** The effort of not thinking at all. */
    static final String NO_EFFORT = "none";

    /** Fields that limit the thinking of a server, each in its own way. */
    private static final Set<String> THINKING =
            Set.of("reasoning", "reasoning_effort", "thinking", "chat_template_kwargs", "extra_body");

    private OpenAiRequestValidator() {}

    /**
     * Checks a request.
     *
     * @param streamed whether the answer is to be streamed
     * @throws IllegalArgumentException if it cannot be written; the message names the field
     */
    static void check(MessageRequest request, boolean streamed) {
        if (!request.extra().getOrDefault("n", "1").equals("1")) {
            throw wrong("n", "one answer is read from a response, must be 1");
        }
        if (!request.extra().getOrDefault("stream", streamed + "").equals(streamed + "")) {
            throw wrong("stream", "is always " + streamed + " here");
        }
        if (Collections.disjoint(request.extra().keySet(), THINKING)) {
            thinking(request);
        }
        if (!request.extra().containsKey("messages")) {
            messages(request.messages());
        }
    }

    private static void thinking(MessageRequest request) {
        switch (request.thinking().orElse(null)) {
            case ThinkingMode.Budget budget ->
                throw wrong(
                        "thinking",
                        "chat completions take no budget of tokens; set effort(...), or what the server has for it with"
                                + " put(...)");
            case ThinkingMode.Off off -> {
                String effort = request.effort().orElse(NO_EFFORT);
                if (!effort.equals(NO_EFFORT)) {
                    throw wrong("thinking", "is off, but effort is " + effort);
                }
            }
            case null, default -> {}
        }
    }

    private static void messages(List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (!ForeignHistory.isOwn(message, OpenAiChatCompletions.NAME)) {
                continue; // of others what does not fit is left out
            }
            String where = "messages[" + i + "].content";
            if (message.role() == Role.USER && message.content().isEmpty()) {
                throw wrong(where, "is empty");
            }
            for (int j = 0; j < message.content().size(); j++) {
                block(where + "[" + j + "]", message.role(), message.content().get(j));
            }
        }
    }

    private static void block(String where, Role role, ContentBlock block) {
        boolean fits = switch (block) {
            case Text text -> true;
            case ContentBlock.Unknown unknown -> true;
            case Image image -> role != Role.ASSISTANT;
            case Document document -> role != Role.ASSISTANT;
            case ToolResult result -> role == Role.USER;
            default -> role == Role.ASSISTANT;
        };
        if (!fits) {
            throw wrong(where, "chat completions take no " + block.getClass().getSimpleName() + " here");
        }
        source(where, block);
    }

    private static void source(String where, ContentBlock block) {
        switch (block) {
            case Image(MediaSource source, var extra) -> {
                if (!(source instanceof MediaSource.Base64Data || source instanceof MediaSource.Url)) {
                    throw wrong(where + ".source", "chat completions take the bytes or the URL of an image");
                }
            }
            case Document(MediaSource.Blocks(List<ContentBlock> content), var title, var context, var c, var extra) ->
                inside(where + ".source.content", content);
            case ToolResult result -> inside(where + ".content", result.content());
            default -> {}
        }
    }

    /** Inside of another block stands what instructions take, too. */
    private static void inside(String where, List<ContentBlock> content) {
        content.forEach(block -> block(where, Role.SYSTEM, block));
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
