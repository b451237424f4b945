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
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes what was said as the items of a request. The results of tools are items of their own. They must follow the
 * calls, so they come before the rest of their message.
 */
final class ResponsesContentWriter {
    private static final String CONTENT = "content";

    private final JsonObjectWriter fields;
    private final Set<String> customCalls;
    private final ResponsesReplyWriter replies;

    /**
     * A writer of items.
     *
     * @param replies writes the answers
     * @param customCalls the ids of the calls whose input is a text: their results are items of another type
     */
    ResponsesContentWriter(JsonObjectWriter fields, ResponsesReplyWriter replies, Set<String> customCalls) {
        this.fields = fields;
        this.customCalls = customCalls;
        this.replies = replies;
    }

    /** Instructions that are more than words; nothing if there are none. */
    void instructions(List<ContentBlock> system) {
        if (!system.isEmpty()) {
            message(Role.SYSTEM, system);
        }
    }

    void messages(List<Message> messages) {
        for (Message message : messages) {
            if (message.role() == Role.ASSISTANT) {
                replies.reply(message);
            } else {
                said(message.role(), message.content());
            }
        }
    }

    private void said(Role role, List<ContentBlock> content) {
        var words = new ArrayList<ContentBlock>();
        for (ContentBlock block : content) {
            switch (block) {
                case ToolResult result -> result(result);
                case ContentBlock.Unknown(String type, String json) when !isPart(type) -> fields.raw(type, json);
                default -> words.add(block);
            }
        }
        if (!words.isEmpty()) {
            message(role, words);
        }
    }

    /** Whether what has no record is a part of a message; else it is an item of its own. */
    static boolean isPart(String type) {
        return type.startsWith("input_") || type.startsWith("output_") || type.endsWith("_text");
    }

    /** Whether the tool failed has no field here: the model reads what the result says. */
    private void result(ToolResult result) {
        boolean custom = customCalls.contains(result.toolUseId());
        fields.begin(result.extra());
        fields.text("type", custom ? "custom_tool_call_output" : "function_call_output");
        fields.text("call_id", result.toolUseId());
        if (fields.named("output")) {
            content(result.content().isEmpty() ? List.of(new Text("")) : result.content());
        }
        fields.end();
    }

    private void message(Role role, List<ContentBlock> content) {
        fields.begin();
        fields.text("role", role.wireName());
        fields.named(CONTENT);
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
            fields.beginArray();
            blocks.forEach(this::part);
            fields.endArray();
        }
    }

    private void part(ContentBlock block) {
        switch (block) {
            case Text text -> {
                fields.begin(text.extra());
                fields.text("type", "input_text");
                fields.text("text", text.text());
                fields.end();
            }
            case Image image -> image(image);
            case Document(MediaSource.Blocks(List<ContentBlock> inner), var title, var context, var c, var extra) ->
                inner.forEach(this::part);
            case Document document -> document(document);
            case ContentBlock.Unknown(String type, String json) -> fields.raw(type, json);
            default -> throw new IllegalStateException("not a part: " + block.getClass());
        }
    }

    private void image(Image image) {
        fields.begin(image.extra());
        fields.text("type", "input_image");
        source(image.source(), "image_url", "image_url");
        fields.end();
    }

    private void document(Document document) {
        String title = document.title();
        String context = document.context();
        if (document.source() instanceof MediaSource.PlainText(String text)) {
            part(new Text(String.join(
                    "\n\n",
                    Stream.of(title, context, text)
                            .filter(words -> words != null && !words.isEmpty())
                            .toList())));
            return;
        }
        fields.begin(document.extra());
        fields.text("type", "input_file");
        if (title != null || document.source() instanceof MediaSource.Base64Data) {
            fields.text("filename", title == null ? name(document.source()) : title);
        }
        source(document.source(), "file_url", "file_data");
        fields.end();
        if (context != null) {
            part(new Text(context));
        }
    }

    /** A name, because bytes need one. */
    private static String name(MediaSource source) {
        boolean pdf = source instanceof MediaSource.Base64Data(String type, String data)
                && type.startsWith("application/pdf");
        return pdf ? "document.pdf" : "document";
    }

    private void source(MediaSource source, String address, String bytes) {
        switch (source) {
            case MediaSource.Url(String url) -> fields.text(address, url);
            case MediaSource.FileId(String id) -> fields.text("file_id", id);
            case MediaSource.Base64Data(String type, String data) ->
                fields.text(bytes, "data:" + type + ";base64," + data);
            default -> throw new IllegalStateException("rejected before: " + source.getClass());
        }
    }
}
