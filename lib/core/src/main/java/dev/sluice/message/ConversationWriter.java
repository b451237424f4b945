package dev.sluice.message;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes a conversation in the format of {@code docs/conversation.md}. Raw JSON is stored as a text that holds it. A
 * signature or a hash counts every character of it, and it need not be valid. Absent and empty fields are left out.
 */
final class ConversationWriter {
    /** Goes up when a reader of before would misunderstand. */
    static final int VERSION = 1;

    private ConversationWriter() {}

    static String write(Conversation conversation) {
        return Json.write(new JsonFieldsBuilder()
                .put("version", VERSION)
                .put("system", each(conversation.system(), ConversationWriter::block))
                .put("messages", each(conversation.messages(), ConversationWriter::message))
                .map());
    }

    static String write(List<ContentBlock> blocks) {
        return Json.write(each(blocks, ConversationWriter::block));
    }

    private static Object message(Message message) {
        return new JsonFieldsBuilder()
                .put("role", message.role().wireName())
                .put("id", message.id())
                .put("model", message.model())
                .put("provider", message.provider())
                .put("content", each(message.content(), ConversationWriter::block))
                .put(
                        "finish_reason",
                        message.finishReason() == FinishReason.UNKNOWN
                                ? ""
                                : message.finishReason().name().toLowerCase(Locale.ROOT))
                .whole("stop_reason", message.stopReason())
                .whole("stop_sequence", message.stopSequence())
                .put("usage", usage(message.usage()))
                .put("extra", message.extra())
                .map();
    }

    private static Map<String, Object> usage(Usage usage) {
        return new JsonFieldsBuilder()
                .put("input_tokens", usage.inputTokens())
                .put("output_tokens", usage.outputTokens())
                .put("cache_read_tokens", usage.cacheReadTokens())
                .put("cache_write_tokens", usage.cacheWriteTokens())
                .put("cache_write_1h_tokens", usage.cacheWrite1hTokens())
                .put("thinking_tokens", usage.thinkingTokens())
                .put("iterations", each(usage.iterations(), ConversationWriter::iteration))
                .put("extra", usage.extra())
                .map();
    }

    private static Object iteration(Usage.Iteration pass) {
        return new JsonFieldsBuilder(pass.type())
                .put("model", pass.model())
                .put("is_answer", pass.isAnswer())
                .put("usage", usage(pass.usage()))
                .map();
    }

    private static Object block(ContentBlock block) {
        JsonFieldsBuilder fields = switch (block) {
            case Text text ->
                new JsonFieldsBuilder("text")
                        .whole("text", text.text())
                        .put("citations", each(text.citations(), ConversationWriter::citation));
            case Thinking thinking ->
                new JsonFieldsBuilder("thinking")
                        .whole("thinking", thinking.thinking())
                        .whole("signature", thinking.signature());
            case RedactedThinking redacted -> new JsonFieldsBuilder("redacted_thinking").whole("data", redacted.data());
            case ToolUse use -> call("tool_use", use.id(), use.name(), use.input());
            case ServerToolUse use -> call("server_tool_use", use.id(), use.name(), use.input());
            case ServerToolResult result ->
                new JsonFieldsBuilder("server_tool_result")
                        .whole("kind", result.type())
                        .whole("tool_use_id", result.toolUseId())
                        .whole("content", result.content());
            case ToolResult result ->
                new JsonFieldsBuilder("tool_result")
                        .whole("tool_use_id", result.toolUseId())
                        .put("content", each(result.content(), ConversationWriter::block))
                        .put("is_error", result.isError());
            case Image image -> new JsonFieldsBuilder("image").put("source", source(image.source()));
            case Document document ->
                new JsonFieldsBuilder("document")
                        .put("source", source(document.source()))
                        .whole("title", document.title())
                        .whole("context", document.context())
                        .put("citations", document.citations());
            case ContentBlock.Unknown(String type, String json) ->
                new JsonFieldsBuilder("unknown").whole("kind", type).whole("json", json);
        };
        return fields.put("extra", block.extra()).map();
    }

    private static JsonFieldsBuilder call(String type, String id, String name, String input) {
        return new JsonFieldsBuilder(type).whole("id", id).whole("name", name).whole("input", input);
    }

    private static Object citation(Citation citation) {
        return new JsonFieldsBuilder(citation.type())
                .whole("cited_text", citation.citedText())
                .whole("title", citation.title())
                .whole("url", citation.url())
                .whole("json", citation.json())
                .map();
    }

    private static Object source(MediaSource source) {
        JsonFieldsBuilder fields = switch (source) {
            case MediaSource.Base64Data(String mediaType, String data) ->
                new JsonFieldsBuilder("base64").whole("media_type", mediaType).whole("data", data);
            case MediaSource.Url(String url) -> new JsonFieldsBuilder("url").whole("url", url);
            case MediaSource.FileId(String fileId) -> new JsonFieldsBuilder("file").whole("file_id", fileId);
            case MediaSource.PlainText(String text) -> new JsonFieldsBuilder("text").whole("text", text);
            case MediaSource.Blocks(List<ContentBlock> content) ->
                new JsonFieldsBuilder("blocks").put("content", each(content, ConversationWriter::block));
        };
        return fields.map();
    }

    private static <T> List<Object> each(List<T> items, Function<? super T, Object> written) {
        return items.stream().map(written).toList();
    }
}
