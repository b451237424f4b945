package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.JsonObjectWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes what was said as Gemini takes it: contents and their parts.
 *
 * <p>An answer received earlier is sent back part by part, each with the signature it came with. Empty texts, and ids
 * that Gemini did not give, are left out. Messages of one role that follow each other are one content, because Gemini
 * wants the results of all calls of a turn together.
 */
final class GeminiContentWriter {
    /** The name of a call that was an {@code executableCode}. */
    static final String CODE_EXECUTION = "codeExecution";

    /** The value of Google's documentation for a call that no Gemini made, if its models want a signature. */
    private static final String UNSIGNED = Json.write("skip_thought_signature_validator");

    /** Models that want no signature. One that is not known to be among them may. */
    private static final Pattern OLDER = Pattern.compile("models/(gemini-[12]\\b|gemma-).*|tunedModels/.*");

    private final JsonObjectWriter fields;
    private final boolean wantsSignature;
    private final Map<String, String> toolOfCall = new HashMap<>();

    GeminiContentWriter(JsonObjectWriter fields, String model) {
        this.fields = fields;
        this.wantsSignature = !OLDER.matcher(model).matches();
    }

    /** Whether there is anything in a block to be sent. */
    static boolean isSent(ContentBlock block) {
        return switch (block) {
            case Text text -> !text.text().isEmpty() || !text.extra().isEmpty();
            case Thinking thinking ->
                !thinking.thinking().isEmpty()
                        || isSigned(thinking)
                        || !thinking.extra().isEmpty();
            default -> true;
        };
    }

    private static boolean isSigned(Thinking thinking) {
        String signature = thinking.signature();
        return signature != null && !signature.isEmpty();
    }

    void system(List<ContentBlock> blocks) {
        if (!blocks.isEmpty() && fields.named("systemInstruction")) {
            fields.begin();
            fields.array("parts");
            blocks.forEach(this::part);
            fields.endArray();
            fields.end();
        }
    }

    void messages(List<Message> messages) {
        if (!fields.array("contents")) {
            return;
        }
        Role speaks = null;
        for (Message message : messages) {
            if (message.content().stream().noneMatch(GeminiContentWriter::isSent)) {
                continue;
            }
            if (message.role() != speaks) {
                end(speaks != null);
                speaks = message.role();
                fields.begin();
                fields.text("role", speaks == Role.ASSISTANT ? "model" : "user");
                fields.array("parts");
            }
            parts(message);
        }
        end(speaks != null);
        fields.endArray();
    }

    private void end(boolean begun) {
        if (begun) {
            fields.endArray();
            fields.end();
        }
    }

    private void parts(Message message) {
        boolean foreign = wantsSignature && !message.provider().equals(Gemini.NAME);
        for (ContentBlock block : message.content()) {
            if (block instanceof ToolUse use) {
                // Of the calls of one turn the first is signed.
                call(use, foreign && !use.extra().containsKey(GeminiBlocks.SIGNATURE));
                foreign = false;
            } else if (isSent(block)) {
                part(block);
            }
        }
    }

    private void part(ContentBlock block) {
        switch (block) {
            case ContentBlock.Unknown(String type, String json) -> fields.raw(type, json);
            case Document document -> document(document);
            default -> {
                fields.begin(block.extra());
                payload(block);
                fields.end();
            }
        }
    }

    private void payload(ContentBlock block) {
        switch (block) {
            case Text text -> fields.text("text", text.text());
            case Thinking thinking -> {
                fields.text("text", thinking.thinking());
                fields.flag("thought", true);
                String signature = thinking.signature();
                if (signature != null && !signature.isEmpty()) {
                    fields.text(GeminiBlocks.SIGNATURE, signature);
                }
            }
            case ServerToolUse use -> serverCall(use);
            case ContentBlock.ServerToolResult result -> {
                if (fields.named(result.type())) {
                    fields.raw("content", result.content());
                }
            }
            case ToolResult result -> result(result);
            case Image image -> GeminiMedia.write(fields, image.source());
            default -> throw new IllegalStateException("written elsewhere, or rejected");
        }
    }

    private void call(ToolUse use, boolean unsigned) {
        toolOfCall.put(use.id(), use.name());
        fields.begin(use.extra());
        if (fields.beginMerged("functionCall")) {
            id(use.id());
            fields.text("name", use.name());
            object(fields, "args", use.input());
            fields.end();
        }
        if (unsigned && fields.named(GeminiBlocks.SIGNATURE)) {
            fields.raw(GeminiBlocks.SIGNATURE, UNSIGNED);
        }
        fields.end();
    }

    private void serverCall(ServerToolUse use) {
        if (use.name().equals(CODE_EXECUTION)) {
            if (fields.named("executableCode")) {
                fields.raw("input", use.input());
            }
        } else if (fields.beginMerged("toolCall")) {
            id(use.id());
            fields.text("toolType", use.name());
            if (!use.input().equals(GeminiBlocks.NO_ARGS)) {
                object(fields, "args", use.input());
            }
            fields.end();
        }
    }

    private void id(String id) {
        if (GeminiIds.isGiven(id)) {
            fields.text("id", id);
        }
    }

    /** An input that was cut or is invalid goes back in an object, as Gemini takes nothing else. */
    static void object(JsonObjectWriter fields, String name, String input) {
        if (!fields.named(name)) {
            return;
        }
        if (Json.isObject(input)) {
            fields.raw("input", input);
        } else {
            fields.begin();
            if (!input.isBlank()) {
                fields.text("INVALID_JSON", input);
            }
            fields.end();
        }
    }

    /** Gemini wants the name of the tool, which is that of the last call before it with the result's id. */
    private void result(ToolResult result) {
        if (!fields.beginMerged("functionResponse")) {
            return;
        }
        id(result.toolUseId());
        fields.text("name", toolOfCall.getOrDefault(result.toolUseId(), ""));
        if (fields.beginMerged("response")) {
            fields.text(result.isError() ? "error" : "output", words(result.content()));
            fields.end();
        }
        List<ContentBlock> media = result.content().stream()
                .filter(block -> !(block instanceof Text))
                .toList();
        if (!media.isEmpty() && fields.array("parts")) {
            media.forEach(this::part);
            fields.endArray();
        }
        fields.end();
    }

    static String words(List<ContentBlock> content) {
        return content.stream()
                .map(block -> block instanceof Text text ? text.text() : "")
                .collect(Collectors.joining());
    }

    /** Title and context, which Gemini has no fields for, are texts before it. */
    private void document(Document document) {
        for (String words : new String[] {document.title(), document.context()}) {
            if (words != null && !words.isEmpty()) {
                part(new Text(words));
            }
        }
        if (document.source() instanceof MediaSource.Blocks(List<ContentBlock> content)) {
            content.forEach(this::part);
        } else {
            fields.begin(document.extra());
            GeminiMedia.write(fields, document.source());
            fields.end();
        }
    }
}
