package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ToolChoice;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.ToolNames;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses what Gemini's wire has no words for, and what would be lost on the way, and names the field. The API checks
 * everything that can be written. A field that the caller sets raw is the caller's own affair.
 */
final class GeminiRequestValidator {
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+/-]*");

    private GeminiRequestValidator() {}

    /**
     * Checks a request.
     *
     * @param messages those of the request, in the form for Gemini
     * @throws IllegalArgumentException if it cannot be written; the message names the field
     */
    static void check(MessageRequest request, List<Message> messages) {
        if (request.cacheFor().isPresent()) {
            throw wrong("cacheFor", "Gemini caches by itself, or what put(\"cachedContent\", name) names");
        }
        if (request.userId().isPresent()) {
            throw wrong("userId", "Gemini takes none");
        }
        Map<String, String> generation = RawJson.fields(request.extra().getOrDefault("generationConfig", "{}"));
        if (generation != null
                && !generation.getOrDefault("candidateCount", "1").equals("1")) {
            throw wrong("generationConfig.candidateCount", "must be 1, as an answer is one message here");
        }
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        boolean isRaw = request.extra().containsKey("toolConfig");
        if (!choice.parallel() && choice.mode() != ToolChoice.Mode.NONE && !isRaw) {
            throw wrong("toolChoice", "Gemini has no setting to call one tool at a time");
        }
        if (!request.extra().containsKey("tools")) {
            ToolNames.GEMINI.check(request);
        }
        if (!request.extra().containsKey("contents")) {
            messages(messages);
        }
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

    private static void messages(List<Message> messages) {
        Set<String> calls = new HashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String where = "messages[" + i + "]";
            if (message.role() == Role.SYSTEM) {
                throw wrong(where + ".role", "Gemini takes instructions before the conversation only: see system");
            }
            if (message.role() == Role.USER && message.content().stream().noneMatch(GeminiContentWriter::isSent)) {
                throw wrong(where + ".content", "is empty");
            }
            for (int j = 0; j < message.content().size(); j++) {
                block(where + ".content[" + j + "]", message.content().get(j), calls);
            }
        }
    }

    private static void block(String where, ContentBlock block, Set<String> calls) {
        switch (block) {
            case ToolUse use -> calls.add(use.id());
            case ToolResult result -> {
                if (!calls.contains(result.toolUseId())) { // Gemini wants the tool's name, which only the call has
                    throw wrong(where + ".toolUseId", "no call before it has the id '" + result.toolUseId() + "'");
                }
                inside(where + ".content", result.content());
            }
            case RedactedThinking thinking -> throw wrong(where, "Gemini cannot read another provider's thinking");
            default -> source(where, block);
        }
    }

    static void source(String where, ContentBlock block) {
        switch (block) {
            case Image(MediaSource source, var extra) -> {
                if (source instanceof MediaSource.PlainText || source instanceof MediaSource.Blocks) {
                    throw wrong(where + ".source", "an image takes bytes, a URL or a file");
                }
            }
            case Document(MediaSource.Blocks(List<ContentBlock> content), var title, var context, var c, var extra) ->
                inside(where + ".source.content", content);
            default -> {}
        }
    }

    /** Blocks inside of another block are words, pictures and documents. */
    static void inside(String where, List<ContentBlock> content) {
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

    static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
