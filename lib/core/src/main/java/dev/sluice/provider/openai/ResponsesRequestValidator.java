package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
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
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.ToolNames;
import java.util.List;

/**
 * Finds what a request for a response has no field for, and names it. All else the server says. A field that the caller sets
 * raw is the caller's own affair, except how the answer comes.
 */
final class ResponsesRequestValidator {
    /** The types of tools that have a name of the caller's. */
    static final String FUNCTION = "function";

    static final String CUSTOM = "custom";

    private ResponsesRequestValidator() {}

    /**
     * Checks a request.
     *
     * @param streamed whether the answer is to be streamed
     * @throws IllegalArgumentException if it cannot be sent; the message names the field
     */
    static void check(MessageRequest request, boolean streamed) {
        if (!request.extra().getOrDefault("stream", streamed + "").equals(streamed + "")) {
            throw wrong("stream", "is always " + streamed + " here");
        }
        if (request.maxTokens().orElse(1) == 0) {
            throw wrong("maxTokens", "0, must be at least 1: only Claude's cache is warmed by asking for nothing");
        }
        if (!request.stopSequences().isEmpty()) {
            throw wrong("stopSequences", "the Responses API has none; OpenAi.chatCompletions() has");
        }
        if (request.topK().isPresent()) {
            throw wrong("topK", "the Responses API has none; for a server that does, put(\"top_k\", ...)");
        }
        thinking(request);
        toolChoice(request);
        if (!request.extra().containsKey("tools")) {
            ToolNames.OPENAI.check(request);
        }
        if (!request.extra().containsKey("input")) {
            messages(request.messages());
        }
    }

    /** The type of a tool. */
    static String type(ToolDefinition tool) {
        String json = tool.extra().get("type");
        return json == null ? FUNCTION : Json.readAny(json) instanceof String type ? type : "";
    }

    private static void thinking(MessageRequest request) {
        boolean raw = request.extra().containsKey("reasoning");
        switch (request.thinking().orElse(null)) {
            case ThinkingMode.Budget budget ->
                throw wrong("thinking", "the Responses API takes no budget of tokens; set effort(...)");
            case ThinkingMode.Off off -> {
                String effort = request.effort().orElse(OpenAiRequestValidator.NO_EFFORT);
                if (!raw && !effort.equals(OpenAiRequestValidator.NO_EFFORT)) {
                    throw wrong("thinking", "is off, but effort is " + effort);
                }
            }
            case null, default -> {}
        }
    }

    private static void toolChoice(MessageRequest request) {
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        boolean asks = choice.mode() == ToolChoice.Mode.ANY || choice.mode() == ToolChoice.Mode.TOOL;
        if (!asks
                || request.extra().containsKey("tool_choice")
                || request.extra().containsKey("tools")) {
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

    private static void messages(List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (!ForeignHistory.isOwn(message, OpenAi.NAME)) {
                continue; // what does not fit is left out
            }
            List<ContentBlock> content = message.content();
            if (message.role() != Role.ASSISTANT && content.isEmpty()) {
                throw wrong("messages[" + i + "].content", "is empty");
            }
            for (int j = 0; j < content.size(); j++) {
                block("messages[" + i + "].content[" + j + "]", message.role(), content.get(j));
            }
        }
    }

    private static void block(String where, Role role, ContentBlock block) {
        boolean fits = switch (block) {
            case Text text -> true;
            case ContentBlock.Unknown unknown -> true;
            case Image image -> role == Role.USER;
            case Document document -> role == Role.USER;
            case ToolResult result -> role == Role.USER;
            default -> role == Role.ASSISTANT;
        };
        if (!fits) {
            throw wrong(
                    where,
                    "a " + role.wireName() + " message takes no "
                            + block.getClass().getSimpleName());
        }
        switch (block) {
            case ToolResult result -> inside(where + ".content", result.content());
            case Document(MediaSource.Blocks(List<ContentBlock> inner), var title, var context, var c, var extra) ->
                inside(where + ".source.content", inner);
            case Image(MediaSource source, var extra) -> {
                if (source instanceof MediaSource.PlainText || source instanceof MediaSource.Blocks) {
                    throw wrong(where + ".source", "an image is its bytes, its URL or its file's id");
                }
            }
            default -> {}
        }
    }

    private static void inside(String where, List<ContentBlock> content) {
        for (ContentBlock block : content) {
            if (block instanceof ToolResult) {
                throw wrong(where, "a tool result stands by itself");
            }
            block(where, Role.USER, block);
        }
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
