package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.RawJson;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what Gemini surely rejects, or has no way to be told, whatever the model, and names the field. A field that the
 * caller sets raw is the caller's own affair.
 */
final class GeminiRequestValidator {
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+/-]*");
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:-]{0,127}");
    private static final Set<String> RESULTS = Set.of("codeExecutionResult", "toolResponse");
    private static final int MOST_FUNCTIONS = 512;
    private static final int MOST_STOP_SEQUENCES = 5;

    private final MessageRequest request;
    private final List<Message> messages;

    private GeminiRequestValidator(MessageRequest request, List<Message> messages) {
        this.request = request;
        this.messages = messages;
    }

    /**
     * Checks a request.
     *
     * @param messages those of the request, as they can be told to Gemini
     * @throws IllegalArgumentException if the API surely rejects it; the message names the field
     */
    static void check(MessageRequest request, List<Message> messages) {
        var rules = new GeminiRequestValidator(request, messages);
        rules.settings();
        rules.generation();
        rules.tools();
        rules.toolChoice();
        rules.messages();
    }

    /**
     * A model as the API's address names it: {@code models/...}, unless it is said that it is another kind of thing.
     *
     * @throws IllegalArgumentException if no model is called like that; some such would be another address
     */
    static String model(String name) {
        if (!MODEL.matcher(name).matches() || name.contains("..") || name.contains("//") || name.endsWith("/")) {
            throw wrong("model", "'" + Excerpt.of(name) + "' cannot be the name of a model");
        }
        return name.startsWith("models/") || name.startsWith("tunedModels/") ? name : "models/" + name;
    }

    /** Whether there is, or may be, a function to call. */
    static boolean hasFunctions(MessageRequest request) {
        return request.extra().containsKey("tools")
                || request.tools().stream().anyMatch(tool -> !GeminiRequestWriter.isServerTool(tool));
    }

    private void settings() {
        if (request.cacheFor().isPresent()) {
            throw wrong("cacheFor", "Gemini caches by itself, or what put(\"cachedContent\", name) names");
        }
        if (request.userId().isPresent()) {
            throw wrong("userId", "Gemini takes none");
        }
    }

    private void generation() {
        String json = request.extra().get("generationConfig");
        Map<String, String> raw = json == null ? Map.of() : RawJson.fields(json);
        if (raw == null) {
            return;
        }
        if (!raw.getOrDefault("candidateCount", "1").equals("1")) {
            throw wrong("generationConfig.candidateCount", "must be 1, as an answer is one message here");
        }
        if (request.maxTokens().orElse(1) < 1 && !raw.containsKey("maxOutputTokens")) {
            throw wrong("maxTokens", "0, must be at least 1 for Gemini");
        }
        int stops = request.stopSequences().size();
        if (stops > MOST_STOP_SEQUENCES && !raw.containsKey("stopSequences")) {
            throw wrong("stopSequences", stops + ", must be at most " + MOST_STOP_SEQUENCES);
        }
        boolean budget = request.thinking().isPresent() && !(request.thinking().get() instanceof ThinkingMode.Adaptive);
        if (budget && request.effort().isPresent() && !raw.containsKey("thinkingConfig")) {
            throw wrong("effort", "Gemini takes no effort beside a budget of thinking, not even beside none");
        }
    }

    private void tools() {
        List<ToolDefinition> functions = request.tools().stream()
                .filter(tool -> !GeminiRequestWriter.isServerTool(tool))
                .toList();
        if (request.extra().containsKey("tools")) {
            return;
        }
        if (functions.size() > MOST_FUNCTIONS) {
            throw wrong("tools", functions.size() + " functions, must be at most " + MOST_FUNCTIONS);
        }
        for (ToolDefinition tool : functions) {
            if (!FUNCTION.matcher(tool.name()).matches()) {
                throw wrong(
                        "tools",
                        "'" + Excerpt.of(tool.name())
                                + "' must begin with a letter or '_' and have at most 128 letters, digits and _.:-");
            }
        }
    }

    private void toolChoice() {
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        if (request.extra().containsKey("toolConfig")) {
            return;
        }
        if (!choice.parallel() && choice.mode() != ToolChoice.Mode.NONE) {
            throw wrong("toolChoice", "Gemini cannot be told to call one tool at a time");
        }
        boolean free = choice.mode() == ToolChoice.Mode.AUTO || choice.mode() == ToolChoice.Mode.NONE;
        if (free || request.extra().containsKey("tools")) {
            return;
        }
        if (!hasFunctions(request)) {
            throw wrong("toolChoice", "asks for a tool, but the request has none of the caller's");
        }
        String name = choice.tool();
        if (name != null
                && request.tools().stream().noneMatch(tool -> tool.name().equals(name))) {
            throw wrong("toolChoice", "names the tool '" + name + "', which the request does not have");
        }
    }

    private void messages() {
        if (request.extra().containsKey("contents")) {
            return;
        }
        Set<String> calls = new HashSet<>();
        boolean any = false;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            boolean sent = message.content().stream().anyMatch(GeminiContentWriter::isSent);
            any |= sent;
            message("messages[" + i + "]", message, sent, calls);
        }
        if (!any) {
            throw wrong("messages", "no message has content that can be sent");
        }
    }

    private static void message(String where, Message message, boolean sent, Set<String> calls) {
        if (message.role() == Role.SYSTEM) {
            throw wrong(where + ".role", "Gemini takes instructions before the conversation only: see system");
        }
        if (message.role() == Role.USER && !sent) {
            throw wrong(where + ".content", "is empty");
        }
        for (int i = 0; i < message.content().size(); i++) {
            String here = where + ".content[" + i + "]";
            ContentBlock block = message.content().get(i);
            String misplaced = message.role() == Role.USER ? misplacedInUser(block) : misplacedInAnswer(block);
            if (misplaced != null) {
                throw wrong(here, misplaced);
            }
            if (block instanceof ToolUse use) {
                calls.add(use.id());
            }
            if (block instanceof ToolResult result && !calls.contains(result.toolUseId())) {
                throw wrong(here + ".toolUseId", "no call before it has the id '" + result.toolUseId() + "'");
            }
            source(here, block);
        }
    }

    private static @Nullable String misplacedInUser(ContentBlock block) {
        return switch (block) {
            case ToolUse use -> "a tool call belongs to an assistant message";
            case ContentBlock.ServerToolUse use -> "a tool call belongs to an assistant message";
            case ContentBlock.Thinking thinking -> "thinking belongs to an assistant message";
            default -> notGeminis(block);
        };
    }

    private static @Nullable String misplacedInAnswer(ContentBlock block) {
        return block instanceof ToolResult ? "a tool result belongs to a user message" : notGeminis(block);
    }

    private static @Nullable String notGeminis(ContentBlock block) {
        return switch (block) {
            case ContentBlock.RedactedThinking thinking -> "Gemini cannot read another provider's thinking";
            case ServerToolResult result ->
                RESULTS.contains(result.type())
                        ? null
                        : "Gemini cannot read a result of type '" + Excerpt.of(result.type()) + "'";
            default -> null;
        };
    }

    private static void source(String where, ContentBlock block) {
        switch (block) {
            case Image(MediaSource source, var extra) -> {
                if (source instanceof MediaSource.PlainText || source instanceof MediaSource.Blocks) {
                    throw wrong(where + ".source", "an image takes bytes, a URL or a file");
                }
            }
            case Document(MediaSource.Blocks(List<ContentBlock> content), var title, var context, var c, var extra) ->
                inner(where + ".source.content", content);
            case ToolResult result -> inner(where + ".content", result.content());
            default -> {}
        }
    }

    /** What is inside of another block is words, pictures and documents. */
    private static void inner(String where, List<ContentBlock> content) {
        for (ContentBlock block : content) {
            boolean fits = block instanceof Text
                    || block instanceof Image
                    || block instanceof Document
                    || block instanceof ContentBlock.Unknown;
            if (!fits) {
                throw wrong(where, "takes text, images and documents");
            }
            source(where, block);
        }
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
