package dev.sluice.tools;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a {@link RunEvent}, for who watches a run. Proofs and encryptions of a model's thoughts are left
 * out.
 */
final class RunEventJson {
    private RunEventJson() {}

    static String write(RunEvent event) {
        return Json.write(form(event).fields);
    }

    private static Form form(RunEvent event) {
        var form = new Form(event.type());
        return switch (event) {
            case RunEvent.MessageStart(var message) ->
                form.with("id", message.id()).with("model", message.model()).with("provider", message.provider());
            case RunEvent.MessageDelta(var delta) -> delta(form, delta);
            case RunEvent.MessageStop(var message) ->
                end(form, message.finishReason(), message.stopReason(), message.usage());
            case RunEvent.ToolStart(var id, var name, var input) ->
                form.with("id", id).with("name", name).with("input", valueOrText(input));
            case RunEvent.ToolProgress(var id, var message, var percentage) ->
                form.with("id", id).with("message", message).with("percentage", percentage);
            case RunEvent.ToolComplete(var id, var output) ->
                form.with("id", id).with("output", output);
            case RunEvent.ToolError(var id, var name, var error, var cause) ->
                form.with("id", id).with("error", error);
            case RunEvent.ToolEvent(var id, var inner) -> form.with("id", id).with("event", form(inner).fields);
            case RunEvent.ApprovalAsked(var id, var name, var input, var callKey) ->
                form.with("id", id)
                        .with("name", name)
                        .with("input", valueOrText(input))
                        .with("call_key", callKey);
            case RunEvent.ToolOrphaned(var id, var name, var input, var output) ->
                form.with("id", id).with("name", name);
            case RunEvent.TurnReset(var turn, var attempt, var failure) ->
                form.with("turn", turn)
                        .with("attempt", attempt)
                        .with("code", FailureCodes.of(failure))
                        .with("usage", tokens(failure.partial().usage()));
            case RunEvent.StreamError(var error, var details) ->
                form.with("error", error).with("details", new TreeMap<>(details));
            case RunEvent.StreamComplete() -> form;
            case RunEvent.Debug(var id, var message) -> form.with("id", id).with("message", message);
        };
    }

    private static Form delta(Form form, StreamEvent event) {
        return switch (event) {
            case StreamEvent.ContentBlockDelta(var index, var delta) -> delta(form.with("index", index), delta);
            case StreamEvent.ContentBlockStart(var index, var block) ->
                block(form.with("index", index).with("event", "content_block_start"), block);
            case StreamEvent.ContentBlockStop(var index) ->
                form.with("index", index).with("event", "content_block_stop");
            case StreamEvent.MessageDelta(var finish, var stop, var sequence, var usage, var extra) ->
                end(form.with("event", "message_delta"), finish, stop, usage);
            case StreamEvent.Ping() -> form.with("event", "ping");
            case StreamEvent.Unknown(var type, var json) -> form.with("event", type);
            case StreamEvent.MessageStart(var message) -> form.with("event", "message_start");
            case StreamEvent.MessageStop() -> form.with("event", "message_stop");
        };
    }

    private static Form delta(Form form, Delta delta) {
        return switch (delta) {
            case Delta.TextDelta(var text) -> form.with("text", text);
            case Delta.ThinkingDelta(var thinking) -> form.with("thinking", thinking);
            case Delta.InputJsonDelta(var json) -> form.with("input_json", json);
            case Delta.CitationsDelta(var citation) -> form.with("citation", citation(citation));
            case Delta.SignatureDelta(var signature) -> form.with("event", "signature");
            case Delta.Unknown(var type, var json) -> form.with("event", type);
        };
    }

    /** The beginning of a block is not repeated in its deltas. */
    private static Form block(Form form, ContentBlock block) {
        return switch (block) {
            case ContentBlock.Text text -> form.with("block", "text").unlessEmpty("text", text.text());
            case ContentBlock.Thinking thinking ->
                form.with("block", "thinking").unlessEmpty("thinking", thinking.thinking());
            case ContentBlock.RedactedThinking redacted -> form.with("block", "redacted_thinking");
            case ContentBlock.ToolUse use -> call(form, "tool_use", use.id(), use.name());
            case ContentBlock.ServerToolUse use -> call(form, "server_tool_use", use.id(), use.name());
            case ContentBlock.ServerToolResult result ->
                form.with("block", result.type()).with("tool_use_id", result.toolUseId());
            case ContentBlock.ToolResult result ->
                form.with("block", "tool_result").with("tool_use_id", result.toolUseId());
            case ContentBlock.Image image -> form.with("block", "image");
            case ContentBlock.Document document -> form.with("block", "document");
            case ContentBlock.Unknown unknown -> form.with("block", unknown.type());
        };
    }

    private static Form call(Form form, String block, String id, String name) {
        return form.with("block", block).with("id", id).with("name", name);
    }

    private static Map<String, Object> citation(Citation citation) {
        return new Form(citation.type())
                .with("cited_text", citation.citedText())
                .with("title", citation.title())
                .with("url", citation.url())
                .fields;
    }

    private static Form end(Form form, FinishReason finish, @Nullable String stop, Usage usage) {
        return form.with("finish_reason", finish.name().toLowerCase(Locale.ROOT))
                .with("stop_reason", stop)
                .with("usage", tokens(usage));
    }

    private static Map<String, Object> tokens(Usage usage) {
        var tokens = new LinkedHashMap<String, Object>();
        tokens.put("input_tokens", usage.inputTokens());
        tokens.put("output_tokens", usage.outputTokens());
        tokens.put("cache_read_tokens", usage.cacheReadTokens());
        tokens.put("cache_write_tokens", usage.cacheWriteTokens());
        tokens.put("thinking_tokens", usage.thinkingTokens());
        return tokens;
    }

    private static @Nullable Object valueOrText(String json) {
        try {
            return Json.readAny(json);
        } catch (IllegalArgumentException e) {
            return json;
        }
    }

    /** An object's fields, in order. One that is null is left out. */
    private static final class Form {
        final Map<String, Object> fields = new LinkedHashMap<>();

        Form(String type) {
            with("type", type);
        }

        Form with(String name, @Nullable Object value) {
            if (value != null) {
                fields.put(name, value);
            }
            return this;
        }

        Form unlessEmpty(String name, String text) {
            return text.isEmpty() ? this : with(name, text);
        }
    }
}
