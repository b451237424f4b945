package dev.sluice.message;

import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.Arrays;
import java.util.Map;

/**
 * Reads what {@link ConversationWriter} wrote. An unknown part is an error if leaving it out would lose something;
 * otherwise it is ignored.
 */
final class ConversationReader {
    private ConversationReader() {}

    static Conversation read(String json) {
        StoredJson stored = StoredJson.of(json);
        long version = stored.number("version");
        if (version != ConversationWriter.VERSION) {
            throw stored.wrong(
                    "version",
                    version == 0
                            ? "is missing"
                            : "is " + version + ", but this version of the library reads "
                                    + ConversationWriter.VERSION);
        }
        return new Conversation(
                stored.each("system", ConversationReader::text), stored.each("messages", ConversationReader::message));
    }

    private static Message message(StoredJson stored) {
        return new Message(
                stored.textOrEmpty("id"),
                role(stored),
                stored.textOrEmpty("model"),
                stored.textOrEmpty("provider"),
                stored.each("content", ConversationReader::block),
                finishReason(stored.textOrEmpty("finish_reason")),
                stored.textOrNull("stop_reason"),
                stored.textOrNull("stop_sequence"),
                usage(stored.object("usage")),
                stored.texts("extra"));
    }

    private static Role role(StoredJson stored) {
        String name = stored.text("role");
        return Arrays.stream(Role.values())
                .filter(role -> role.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> stored.wrong("role", "is '" + name + "', which is not known"));
    }

    /** The provider's own word stands beside it, so one that is not known loses nothing. */
    private static FinishReason finishReason(String name) {
        return Arrays.stream(FinishReason.values())
                .filter(reason -> reason.name().equalsIgnoreCase(name))
                .findFirst()
                .orElse(FinishReason.UNKNOWN);
    }

    private static Usage usage(StoredJson stored) {
        return new Usage(
                stored.number("input_tokens"),
                stored.number("output_tokens"),
                stored.number("cache_read_tokens"),
                stored.number("cache_write_tokens"),
                stored.number("cache_write_1h_tokens"),
                stored.number("thinking_tokens"),
                stored.each("iterations", ConversationReader::iteration),
                stored.texts("extra"));
    }

    private static Usage.Iteration iteration(StoredJson stored) {
        return new Usage.Iteration(
                stored.textOrEmpty("type"),
                stored.textOrEmpty("model"),
                stored.flag("is_answer"),
                usage(stored.object("usage")));
    }

    private static ContentBlock block(StoredJson stored) {
        String type = stored.text("type");
        Map<String, String> extra = stored.texts("extra");
        return switch (type) {
            case "text" -> text(stored);
            case "thinking" -> new Thinking(stored.text("thinking"), stored.textOrNull("signature"), extra);
            case "redacted_thinking" -> new RedactedThinking(stored.text("data"), extra);
            case "tool_use" -> new ToolUse(stored.text("id"), stored.text("name"), stored.text("input"), extra);
            case "server_tool_use" ->
                new ServerToolUse(stored.text("id"), stored.text("name"), stored.text("input"), extra);
            case "server_tool_result" ->
                new ServerToolResult(stored.text("kind"), stored.text("tool_use_id"), stored.text("content"), extra);
            case "tool_result" ->
                new ToolResult(
                        stored.text("tool_use_id"),
                        stored.each("content", ConversationReader::block),
                        stored.flag("is_error"),
                        extra);
            case "image" -> new Image(source(stored.object("source")), extra);
            case "document" ->
                new Document(
                        source(stored.object("source")),
                        stored.textOrNull("title"),
                        stored.textOrNull("context"),
                        stored.flag("citations"),
                        extra);
            case "unknown" -> new ContentBlock.Unknown(stored.text("kind"), stored.text("json"));
            default -> throw notKnown(stored, type);
        };
    }

    private static Text text(StoredJson stored) {
        return new Text(
                stored.text("text"), stored.each("citations", ConversationReader::citation), stored.texts("extra"));
    }

    private static Citation citation(StoredJson stored) {
        return new Citation(
                stored.text("type"),
                stored.textOrNull("cited_text"),
                stored.textOrNull("title"),
                stored.textOrNull("url"),
                stored.text("json"));
    }

    private static MediaSource source(StoredJson stored) {
        String type = stored.text("type");
        return switch (type) {
            case "base64" -> new MediaSource.Base64Data(stored.text("media_type"), stored.text("data"));
            case "url" -> new MediaSource.Url(stored.text("url"));
            case "file" -> new MediaSource.FileId(stored.text("file_id"));
            case "text" -> new MediaSource.PlainText(stored.text("text"));
            case "blocks" -> new MediaSource.Blocks(stored.each("content", ConversationReader::block));
            default -> throw notKnown(stored, type);
        };
    }

    private static IllegalArgumentException notKnown(StoredJson stored, String type) {
        return stored.wrong(
                "type", "is '" + type + "', which is not known; a later version of the library may have written it");
    }
}
