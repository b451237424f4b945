package dev.sluice.provider.openai;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.JsonObjectWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes what was said as chat completions take it. The results of tools are messages of their own, which must follow
 * the calls at once. So they come before the rest of their message.
 */
final class OpenAiContentWriter {
    private final JsonObjectWriter fields;
    private final String systemRole;
    private final OpenAiReplyWriter replies;

    OpenAiContentWriter(JsonObjectWriter fields, String systemRole, boolean reasoning) {
        this.fields = fields;
        this.systemRole = systemRole;
        this.replies = new OpenAiReplyWriter(fields, this, reasoning);
    }

    void messages(List<ContentBlock> system, List<Message> messages) {
        if (!fields.array("messages")) {
            return;
        }
        if (!system.isEmpty()) {
            message(systemRole, system);
        }
        for (Message message : messages) {
            switch (message.role()) {
                case SYSTEM -> message(systemRole, message.content());
                case ASSISTANT -> replies.reply(message);
                case USER -> user(message.content());
            }
        }
        fields.endArray();
    }

    private void user(List<ContentBlock> content) {
        var words = new ArrayList<ContentBlock>();
        for (ContentBlock block : content) {
            if (block instanceof ToolResult result) {
                result(result);
            } else {
                words.add(block);
            }
        }
        if (!words.isEmpty()) {
            message(Role.USER.wireName(), words);
        }
    }

    /** Whether the tool failed has no field here: the model reads what the result says. */
    private void result(ToolResult result) {
        fields.begin(result.extra());
        fields.text("role", "tool");
        fields.text("tool_call_id", result.toolUseId());
        if (fields.named(OpenAiBlocks.CONTENT)) {
            content(result.content().isEmpty() ? List.of(new Text("")) : result.content());
        }
        fields.end();
    }

    private void message(String role, List<ContentBlock> content) {
        fields.begin();
        fields.text("role", role);
        fields.named(OpenAiBlocks.CONTENT);
        content(content);
        fields.end();
    }

    /** A plain text as a string, which every server takes, everything else as parts. */
    private void content(List<ContentBlock> blocks) {
        if (blocks.size() == 1
                && blocks.getFirst() instanceof Text text
                && text.extra().isEmpty()) {
            fields.text(text.text());
        } else {
            parts(blocks);
        }
    }

    void parts(List<ContentBlock> blocks) {
        fields.beginArray();
        blocks.forEach(this::part);
        fields.endArray();
    }

    private void part(ContentBlock block) {
        switch (block) {
            case Text text -> {
                fields.begin(text.extra());
                fields.text("type", "text");
                fields.text("text", text.text());
                fields.end();
            }
            case Image image -> image(image);
            case Document(MediaSource.Blocks(List<ContentBlock> inner), var title, var context, var c, var extra) ->
                inner.forEach(this::part);
            case Document document -> document(document);
            case ContentBlock.Unknown(String type, String json) -> fields.raw(type, json);
            case ContentBlock.Thinking thinking -> {
                // Mistral's form; where thoughts have a field instead, they are no part.
                fields.begin();
                fields.text("type", OpenAiReasoning.PART);
                fields.array(OpenAiReasoning.PART);
                part(new Text(thinking.thinking()));
                fields.endArray();
                fields.end();
            }
            default -> throw new IllegalStateException("not a part: " + block.getClass());
        }
    }

    private void image(Image image) {
        fields.begin();
        fields.text("type", "image_url");
        fields.named("image_url");
        fields.begin(image.extra());
        fields.text("url", url(image.source()));
        fields.end();
        fields.end();
    }

    private void document(Document document) {
        String title = document.title();
        if (document.source() instanceof MediaSource.PlainText(String text)) {
            part(new Text(String.join(
                    "\n\n",
                    Stream.of(title, document.context(), text)
                            .filter(words -> words != null && !words.isEmpty())
                            .toList())));
            return;
        }
        fields.begin();
        fields.text("type", "file");
        fields.named("file");
        fields.begin(document.extra());
        if (document.source() instanceof MediaSource.FileId(String id)) {
            fields.text("file_id", id);
        } else {
            fields.text("filename", title == null ? name(document.source()) : title);
            fields.text("file_data", url(document.source()));
        }
        fields.end();
        fields.end();
        String context = document.context();
        if (context != null) {
            part(new Text(context));
        }
    }

    /** A name, because bytes need one. */
    private static String name(MediaSource source) {
        String type = source instanceof MediaSource.Base64Data(String mediaType, String data) ? mediaType : "";
        return type.startsWith("application/pdf") ? "document.pdf" : "document";
    }

    private static String url(MediaSource source) {
        return switch (source) {
            case MediaSource.Url(String url) -> url;
            case MediaSource.Base64Data(String mediaType, String data) -> "data:" + mediaType + ";base64," + data;
            default -> throw new IllegalStateException("rejected before: " + source.getClass());
        };
    }
}
