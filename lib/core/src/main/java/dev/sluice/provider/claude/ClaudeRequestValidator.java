package dev.sluice.provider.claude;

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
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what Claude's API surely rejects, whatever the model, and names the field. A field that the caller sets raw is the
 * caller's own affair.
 */
final class ClaudeRequestValidator {
    private static final int MOST_MESSAGES = 100_000;
    private static final int LEAST_BUDGET = 1024;

    /**
     * How many tokens an answer that is not streamed may have. Such an answer is given up after ten minutes, and Anthropic's
     * own clients reckon with 128 000 tokens in an hour.
     */
    private static final int MOST_WHOLE = 128_000 / 6;

    private final MessageRequest request;
    private final ClaudeEndpoint call;

    private ClaudeRequestValidator(MessageRequest request, ClaudeEndpoint call) {
        this.request = request;
        this.call = call;
    }

    /**
     * Checks a request.
     *
     * @param call what it is for
     * @param betas the beta features that the request asks for
     * @throws IllegalArgumentException if the API surely rejects it; the message names the field
     */
    static void check(MessageRequest request, ClaudeEndpoint call, Set<String> betas) {
        var rules = new ClaudeRequestValidator(request, call);
        if (call.isAnswered()) {
            rules.answer();
        }
        rules.cache();
        rules.thinking(betas);
        rules.toolChoice();
        rules.messages();
    }

    /** Whether there is, or may be, a tool to call. */
    static boolean hasTools(MessageRequest request) {
        return !request.tools().isEmpty() || bringsTools(request);
    }

    /** How the API spells how long something is kept in its cache. */
    static String timeToLive(Duration cacheFor) {
        if (cacheFor.equals(Duration.ofMinutes(5))) {
            return "5m";
        }
        if (cacheFor.equals(Duration.ofHours(1))) {
            return "1h";
        }
        throw wrong("cacheFor", cacheFor + ", but Claude keeps a prompt for 5 minutes or for 1 hour");
    }

    private void answer() {
        if (request.maxTokens().isEmpty() && !isRaw("max_tokens")) {
            throw wrong("maxTokens", "Claude requires it; set the most tokens the answer may have");
        }
        boolean streamed = call == ClaudeEndpoint.STREAM;
        if (isRaw("stream") && !String.valueOf(streamed).equals(request.extra().get("stream"))) {
            throw wrong("stream", "is always " + streamed + " here");
        }
        int maxTokens = request.maxTokens().orElse(0);
        if (!streamed && maxTokens > MOST_WHOLE && !isRaw("max_tokens")) {
            throw wrong(
                    "maxTokens",
                    maxTokens + ", and an answer of more than " + MOST_WHOLE
                            + " tokens may take longer than Claude answers without streaming; stream it instead");
        }
        double temperature = request.temperature().orElse(0);
        if (temperature > 1 && !isRaw("temperature")) {
            throw wrong("temperature", temperature + ", must be 0 to 1 for Claude");
        }
    }

    private void cache() {
        if (!isRaw("cache_control")) {
            request.cacheFor().ifPresent(ClaudeRequestValidator::timeToLive);
        }
    }

    private void thinking(Set<String> betas) {
        if (isRaw("thinking") || !(request.thinking().orElse(null) instanceof ThinkingMode.Budget budget)) {
            return;
        }
        if (budget.tokens() < LEAST_BUDGET) {
            throw wrong("thinking", "a budget of " + budget.tokens() + " tokens, must be at least " + LEAST_BUDGET);
        }
        // With this beta the budget is that of all the thinking between the calls of one turn.
        boolean interleaved = betas.stream().anyMatch(beta -> beta.startsWith("interleaved-thinking"));
        int maxTokens = request.maxTokens().orElse(Integer.MAX_VALUE);
        if (call.isAnswered() && budget.tokens() >= maxTokens && !interleaved && !isRaw("max_tokens")) {
            throw wrong(
                    "thinking",
                    "a budget of " + budget.tokens() + " tokens, must be less than maxTokens (" + maxTokens + ")");
        }
    }

    private void toolChoice() {
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        if (choice.mode() == ToolChoice.Mode.AUTO
                || choice.mode() == ToolChoice.Mode.NONE
                || isRaw("tool_choice")
                || bringsTools(request)) {
            return;
        }
        if (request.tools().isEmpty()) {
            throw wrong("toolChoice", "asks for a tool, but the request has none");
        }
        String name = choice.tool();
        if (name != null
                && request.tools().stream().noneMatch(tool -> tool.name().equals(name) || isToolset(tool))) {
            throw wrong("toolChoice", "names the tool '" + name + "', which the request does not have");
        }
    }

    private void messages() {
        if (isRaw("messages")) {
            return;
        }
        List<Message> messages = request.messages();
        if (messages.size() > MOST_MESSAGES) {
            throw wrong("messages", messages.size() + ", must be at most " + MOST_MESSAGES);
        }
        for (int i = 0; i < messages.size(); i++) {
            message("messages[" + i + "]", messages.get(i));
        }
        if (ForeignHistory.of(messages, Claude.NAME).stream().allMatch(ClaudeRequestValidator::isLeftOut)) {
            throw wrong("messages", "no message has content that can be sent");
        }
    }

    private static void message(String where, Message message) {
        List<ContentBlock> content = message.content();
        if (message.role() != Role.ASSISTANT && content.stream().allMatch(ClaudeRequestValidator::isEmpty)) {
            throw wrong(where + ".content", "is empty");
        }
        for (int i = 0; i < content.size(); i++) {
            String here = where + ".content[" + i + "]";
            ContentBlock block = content.get(i);
            String misplaced = switch (message.role()) {
                case USER -> misplacedInUser(block);
                case ASSISTANT -> block instanceof ToolResult ? "a tool result belongs to a user message" : null;
                case SYSTEM -> misplacedInSystem(block);
            };
            if (misplaced != null) {
                throw wrong(here, misplaced);
            }
            source(here, block);
        }
    }

    private static @Nullable String misplacedInUser(ContentBlock block) {
        return switch (block) {
            case ContentBlock.ToolUse use -> "a tool call belongs to an assistant message";
            case ContentBlock.ServerToolUse use -> "a tool call belongs to an assistant message";
            case ContentBlock.Thinking thinking -> "thinking belongs to an assistant message";
            case ContentBlock.RedactedThinking thinking -> "thinking belongs to an assistant message";
            default -> null;
        };
    }

    private static @Nullable String misplacedInSystem(ContentBlock block) {
        return block instanceof Text || block instanceof ContentBlock.Unknown
                ? null
                : "a system message takes text blocks only";
    }

    private static void source(String where, ContentBlock block) {
        switch (block) {
            case Image(MediaSource source, var extra) -> {
                if (source instanceof MediaSource.PlainText || source instanceof MediaSource.Blocks) {
                    throw wrong(where + ".source", "an image takes bytes, a URL or a file");
                }
            }
            case Document(MediaSource.Blocks(List<ContentBlock> content), var title, var context, var c, var extra) ->
                content.forEach(inner -> source(where + ".source.content", inner));
            case ToolResult result -> result.content().forEach(inner -> source(where + ".content", inner));
            default -> {}
        }
    }

    private static boolean isEmpty(ContentBlock block) {
        return block instanceof Text(String text, var citations, var extra) && text.isEmpty();
    }

    private static boolean isLeftOut(Message message) {
        return message.role() == Role.ASSISTANT
                && message.content().stream().noneMatch(ClaudeContentWriter::isReplayable);
    }

    /** One definition of a toolset stands for many tools. */
    private static boolean isToolset(ToolDefinition tool) {
        return tool.extra().getOrDefault("type", "").contains("toolset");
    }

    private static boolean bringsTools(MessageRequest request) {
        return request.extra().containsKey("tools") || request.extra().containsKey("mcp_servers");
    }

    private boolean isRaw(String field) {
        return request.extra().containsKey(field);
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
