package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.ToolNames;
import java.util.List;
import java.util.Map;

/**
 * Refuses what an interaction has no words for, and names the field. The API checks everything that can be written. A
 * field that the caller sets raw is the caller's own affair, except how the answer comes.
 */
final class InteractionsRequestValidator {
    private InteractionsRequestValidator() {}

    /**
     * Checks a request.
     *
     * @param streamed whether the answer is to be streamed
     * @throws IllegalArgumentException if it cannot be written; the message names the field
     */
    static void check(MessageRequest request, boolean streamed) {
        if (!request.extra().getOrDefault("stream", streamed + "").equals(streamed + "")) {
            throw wrong("stream", "is always " + streamed + " here");
        }
        if (request.cacheFor().isPresent()) {
            throw wrong("cacheFor", "Gemini caches by itself");
        }
        if (request.userId().isPresent()) {
            throw wrong("userId", "Gemini takes none");
        }
        if (request.topK().isPresent()) {
            throw wrong("topK", "the Interactions API has none; Gemini.builder() has");
        }
        Map<String, String> config = RawJson.fields(request.extra().getOrDefault("generation_config", "{}"));
        thinking(request, config == null ? Map.of() : config);
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        boolean isRaw = config == null || config.containsKey("tool_choice");
        if (!choice.parallel() && choice.mode() != ToolChoice.Mode.NONE && !isRaw) {
            throw wrong("toolChoice", "Gemini has no setting to call one tool at a time");
        }
        for (ContentBlock block : request.system()) {
            if (!(block instanceof Text) || !block.extra().isEmpty()) {
                throw wrong("system", "takes texts without further fields");
            }
        }
        if (!request.extra().containsKey("tools")) {
            ToolNames.GEMINI.check(request);
        }
        if (!request.extra().containsKey("input")) {
            messages(request.messages());
        }
    }

    private static void thinking(MessageRequest request, Map<String, String> config) {
        boolean isRaw = config.containsKey("thinking_level");
        switch (request.thinking().orElse(null)) {
            case ThinkingMode.Budget budget ->
                throw wrong("thinking", "the Interactions API takes no budget of tokens; set effort(...)");
            case ThinkingMode.Off off
            when !isRaw ->
                throw wrong("thinking", "cannot be off in the Interactions API; effort(\"minimal\") is the least");
            case null, default -> {}
        }
    }

    private static void messages(List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String where = "messages[" + i + "]";
            if (!ForeignHistory.isOwn(message, GeminiInteractions.NAME)) {
                continue; // what does not fit is left out
            }
            if (message.role() == Role.SYSTEM) {
                throw wrong(where + ".role", "Gemini takes instructions before the conversation only: see system");
            }
            List<ContentBlock> content = message.content();
            if (message.role() == Role.USER && content.stream().noneMatch(GeminiContentWriter::isSent)) {
                throw wrong(where + ".content", "is empty");
            }
            for (int j = 0; j < content.size(); j++) {
                block(where + ".content[" + j + "]", content.get(j));
            }
        }
    }

    private static void block(String where, ContentBlock block) {
        switch (block) {
            case ToolResult result -> GeminiRequestValidator.inside(where + ".content", result.content());
            case RedactedThinking thinking -> throw wrong(where, "Gemini cannot read another provider's thinking");
            default -> GeminiRequestValidator.source(where, block);
        }
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return GeminiRequestValidator.wrong(field, why);
    }
}
