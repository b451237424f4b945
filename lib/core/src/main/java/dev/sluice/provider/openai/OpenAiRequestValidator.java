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
import dev.sluice.message.ToolChoice;
import dev.sluice.provider.wire.ForeignHistory;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a chat completion surely cannot be asked for, whatever the server, and names the field. A field that the caller
 * sets raw is the caller's own affair, save those that decide how many answers come, and how.
 */
final class OpenAiRequestValidator {
    /** The effort of not thinking at all. */
    static final String NO_EFFORT = "none";

    /** Fields by which servers are told to think within a limit, each in its own way. */
    private static final Set<String> THINKING =
            Set.of("reasoning", "reasoning_effort", "thinking", "chat_template_kwargs", "extra_body");

    private final MessageRequest request;

    private OpenAiRequestValidator(MessageRequest request) {
        this.request = request;
    }

    /**
     * Checks a request.
     *
     * @param streamed whether the answer is to be streamed
     * @throws IllegalArgumentException if it cannot be sent, or is surely rejected; the message names the field
     */
    static void check(MessageRequest request, boolean streamed) {
        var rules = new OpenAiRequestValidator(request);
        rules.limits(streamed);
        rules.thinking();
        rules.toolChoice();
        rules.messages();
    }

    /** Whether there is, or may be, a tool to call. */
    static boolean hasTools(MessageRequest request) {
        return !request.tools().isEmpty() || bringsTools(request);
    }

    private void limits(boolean streamed) {
        if (!request.extra().getOrDefault("n", "1").equals("1")) {
            throw wrong("n", "one answer is read from a response, must be 1");
        }
        if (!request.extra().getOrDefault("stream", streamed + "").equals(streamed + "")) {
            throw wrong("stream", "is always " + streamed + " here");
        }
        if (request.maxTokens().orElse(1) == 0) {
            throw wrong("maxTokens", "0, must be at least 1: only Claude's cache is warmed by asking for nothing");
        }
    }

    private void thinking() {
        if (!Collections.disjoint(request.extra().keySet(), THINKING)) {
            return;
        }
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

    private void toolChoice() {
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        if (choice.mode() == ToolChoice.Mode.AUTO
                || choice.mode() == ToolChoice.Mode.NONE
                || request.extra().containsKey("tool_choice")
                || bringsTools(request)) {
            return;
        }
        if (request.tools().isEmpty()) {
            throw wrong("toolChoice", "asks for a tool, but the request has none");
        }
        String name = choice.tool();
        if (name != null
                && request.tools().stream().noneMatch(tool -> tool.name().equals(name))) {
            throw wrong("toolChoice", "names the tool '" + name + "', which the request does not have");
        }
    }

    private void messages() {
        if (request.extra().containsKey("messages")) {
            return;
        }
        List<Message> messages = request.messages();
        for (int i = 0; i < messages.size(); i++) {
            if (ForeignHistory.isOwn(
                    messages.get(i), OpenAiChatCompletions.NAME)) { // of others what does not fit is left out
                message("messages[" + i + "]", messages.get(i));
            }
        }
        if (ForeignHistory.of(messages, OpenAiChatCompletions.NAME).stream()
                .allMatch(OpenAiRequestValidator::isLeftOut)) {
            throw wrong("messages", "no message has content that can be sent");
        }
    }

    private static void message(String where, Message message) {
        List<ContentBlock> content = message.content();
        if (message.role() != Role.ASSISTANT && content.isEmpty()) {
            throw wrong(where + ".content", "is empty");
        }
        for (int i = 0; i < content.size(); i++) {
            String here = where + ".content[" + i + "]";
            ContentBlock block = content.get(i);
            String misplaced = switch (message.role()) {
                case USER -> misplacedInUser(block);
                case ASSISTANT -> misplacedInAssistant(block);
                case SYSTEM ->
                    block instanceof Text || block instanceof ContentBlock.Unknown
                            ? null
                            : "a system message takes text blocks only";
            };
            if (misplaced != null) {
                throw wrong(here, misplaced);
            }
            source(here, block);
        }
    }

    private static @Nullable String misplacedInUser(ContentBlock block) {
        return switch (block) {
            case Text text -> null;
            case Image image -> null;
            case Document document -> null;
            case ToolResult result -> null;
            case ContentBlock.Unknown unknown -> null;
            case ContentBlock.ToolUse use -> "a tool call belongs to an assistant message";
            case ContentBlock.ServerToolUse use -> "a tool call belongs to an assistant message";
            case ContentBlock.ServerToolResult result -> "chat completions take no result of another provider's tool";
            case ContentBlock.Thinking thinking -> "thinking belongs to an assistant message";
            case ContentBlock.RedactedThinking thinking -> "thinking belongs to an assistant message";
        };
    }

    private static @Nullable String misplacedInAssistant(ContentBlock block) {
        return switch (block) {
            case ToolResult result -> "a tool result belongs to a user message";
            case Image image -> "an assistant message takes no images";
            case Document document -> "an assistant message takes no documents";
            default -> null;
        };
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

    private static void inside(String where, List<ContentBlock> content) {
        for (ContentBlock block : content) {
            String misplaced = block instanceof ToolResult ? "a tool result stands by itself" : misplacedInUser(block);
            if (misplaced != null) {
                throw wrong(where, misplaced);
            }
            source(where, block);
        }
    }

    private static boolean isLeftOut(Message message) {
        return message.role() == Role.ASSISTANT
                && message.content().stream().noneMatch(OpenAiReplyWriter::isReplayable);
    }

    private static boolean bringsTools(MessageRequest request) {
        return request.extra().containsKey("tools");
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
