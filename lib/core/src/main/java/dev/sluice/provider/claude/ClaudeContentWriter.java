package dev.sluice.provider.claude;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.JsonObjectWriter;
import java.util.List;

/**
 * Writes what was said as Claude's Messages API takes it: system prompt, messages and their blocks.
 *
 * <p>Fields are in the order of the API's own, so that a block that came whole goes back byte for byte.
 *
 * <p>An answer received earlier is sent back unchanged, except for parts that would make the API reject the whole
 * request. These are text blocks without words, and thinking that was cut before its signature came. An answer of which
 * nothing is left then is left out; the API joins the turns around it.
 */
final class ClaudeContentWriter {
    private final JsonObjectWriter fields;

    ClaudeContentWriter(JsonObjectWriter fields) {
        this.fields = fields;
    }

    /** Whether a block may be sent in an answer that goes back. */
    static boolean isReplayable(ContentBlock block) {
        return switch (block) {
            case Text text -> !text.text().isBlank() || !text.citations().isEmpty();
            case Thinking thinking -> isSigned(thinking);
            default -> true;
        };
    }

    private static boolean isSigned(Thinking thinking) {
        String signature = thinking.signature();
        return signature != null && !signature.isEmpty();
    }

    void system(List<ContentBlock> blocks) {
        if (!blocks.isEmpty() && fields.named("system")) {
            content(blocks);
        }
    }

    void messages(List<Message> messages) {
        if (!fields.array("messages")) {
            return;
        }
        for (Message message : messages) {
            List<ContentBlock> content = message.content();
            if (message.role() == Role.ASSISTANT) {
                content = content.stream()
                        .filter(ClaudeContentWriter::isReplayable)
                        .toList();
                if (content.isEmpty()) {
                    continue;
                }
            }
            fields.begin();
            fields.text("role", message.role().wireName());
            fields.named("content");
            content(content);
            fields.end();
        }
        fields.endArray();
    }

    /** A plain text as a string, everything else as blocks. */
    private void content(List<ContentBlock> blocks) {
        if (blocks.size() == 1
                && blocks.getFirst() instanceof Text text
                && text.citations().isEmpty()
                && text.extra().isEmpty()) {
            fields.text(text.text());
        } else {
            blocks(blocks);
        }
    }

    private void blocks(List<ContentBlock> blocks) {
        fields.beginArray();
        blocks.forEach(this::block);
        fields.endArray();
    }

    private void block(ContentBlock block) {
        if (block instanceof ContentBlock.Unknown(String type, String json)) {
            fields.raw(type, json);
            return;
        }
        fields.begin(block.extra());
        switch (block) {
            case Text text -> text(text);
            case Thinking thinking -> {
                fields.text("type", "thinking");
                fields.text("thinking", thinking.thinking());
                String signature = thinking.signature();
                fields.text("signature", signature == null ? "" : signature);
            }
            case ContentBlock.RedactedThinking redacted -> {
                fields.text("type", "redacted_thinking");
                fields.text("data", redacted.data());
            }
            case ContentBlock.ToolUse use -> call("tool_use", use.id(), use.name(), use.input());
            case ContentBlock.ServerToolUse use -> call("server_tool_use", use.id(), use.name(), use.input());
            case ContentBlock.ServerToolResult result -> {
                fields.text("type", result.type());
                fields.text("tool_use_id", result.toolUseId());
                fields.rawField("is_error");
                if (fields.named("content")) {
                    fields.raw("content", result.content());
                }
            }
            case ToolResult result -> result(result);
            case ContentBlock.Image image -> {
                fields.text("type", "image");
                if (fields.named("source")) {
                    source(image.source());
                }
            }
            case Document document -> document(document);
            case ContentBlock.Unknown unknown -> throw new IllegalStateException("written above");
        }
        fields.end();
    }

    private void text(Text text) {
        fields.text("type", "text");
        fields.text("text", text.text());
        if (!text.citations().isEmpty() && fields.array("citations")) {
            for (Citation citation : text.citations()) {
                fields.raw("citations", citation.json());
            }
            fields.endArray();
        }
    }

    /**
     * A call, whose input the API wants to be an object. An input may be cut or invalid with {@code max_tokens} and
     * with eager tool streaming. It is sent back in the wrapper that Claude's documentation of fine-grained tool
     * streaming gives for it.
     */
    private void call(String type, String id, String name, String input) {
        if (!fields.rawField("type")) {
            fields.text("type", type);
        }
        fields.text("id", id);
        fields.text("name", name);
        fields.rawField("server_name");
        if (!fields.named("input")) {
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

    private void result(ToolResult result) {
        fields.text("type", "tool_result");
        fields.text("tool_use_id", result.toolUseId());
        if (!result.content().isEmpty() && fields.named("content")) {
            content(result.content());
        }
        if (result.isError()) {
            fields.flag("is_error", true);
        }
    }

    private void document(Document document) {
        fields.text("type", "document");
        if (fields.named("source")) {
            source(document.source());
        }
        String title = document.title();
        if (title != null) {
            fields.text("title", title);
        }
        String context = document.context();
        if (context != null) {
            fields.text("context", context);
        }
        if (document.citations() && fields.named("citations")) {
            fields.begin();
            fields.flag("enabled", true);
            fields.end();
        }
    }

    private void source(MediaSource source) {
        fields.begin();
        switch (source) {
            case MediaSource.Base64Data(String mediaType, String data) -> {
                fields.text("type", "base64");
                fields.text("media_type", mediaType);
                fields.text("data", data);
            }
            case MediaSource.Url(String url) -> {
                fields.text("type", "url");
                fields.text("url", url);
            }
            case MediaSource.FileId(String fileId) -> {
                fields.text("type", "file");
                fields.text("file_id", fileId);
            }
            case MediaSource.PlainText(String text) -> {
                fields.text("type", "text");
                fields.text("media_type", "text/plain");
                fields.text("data", text);
            }
            case MediaSource.Blocks(List<ContentBlock> content) -> {
                fields.text("type", "content");
                fields.named("content");
                blocks(content);
            }
        }
        fields.end();
    }
}
