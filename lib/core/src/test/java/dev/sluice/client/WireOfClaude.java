package dev.sluice.client;

import static dev.sluice.client.Fields.json;
import static dev.sluice.test.peer.ClaudeWire.blockStart;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.ReceivedRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Claude's Messages API. */
final class WireOfClaude implements Wire {
    private static final String SIGNATURE = "signed-by-claude";

    private static final Map<Integer, String> TYPES = Map.of(
            400, "invalid_request_error", 401, "authentication_error", 429, "rate_limit_error", 500, "api_error");

    @Override
    public Provider at(URI address) {
        return Claude.builder().apiKey(KEY).baseUrl(address).build();
    }

    @Override
    public List<String> begun(Message answer) {
        var events = new ArrayList<String>();
        events.add(event(
                "message_start",
                "{\"type\":\"message_start\",\"message\":{%s,\"content\":[],%s,%s}}"
                        .formatted(head(answer), "\"stop_reason\":null", usage(answer.usage(), 1))));
        for (int i = 0; i < answer.content().size(); i++) {
            block(i, answer.content().get(i), events);
        }
        return events;
    }

    private static void block(int index, ContentBlock block, List<String> events) {
        switch (block) {
            case Thinking thinking -> {
                events.add(blockStart(index, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"));
                Wire.pieces(thinking.thinking()).forEach(piece -> events.add(ClaudeWire.thinking(index, piece)));
                events.add(ClaudeWire.signature(index, SIGNATURE));
            }
            case Text text -> {
                events.add(ClaudeWire.textStart(index));
                Wire.pieces(text.text()).forEach(piece -> events.add(ClaudeWire.text(index, piece)));
            }
            case ToolUse use -> {
                events.add(ClaudeWire.toolStart(index, use.id(), use.name()));
                Wire.pieces(use.input()).forEach(piece -> events.add(ClaudeWire.inputJson(index, piece)));
            }
            default -> throw new IllegalArgumentException(block.toString());
        }
        events.add(blockStop(index));
    }

    @Override
    public List<String> ended(Message answer) {
        String delta = "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":%s,\"stop_sequence\":null},%s}"
                .formatted(
                        json(word(answer)), usage(answer.usage(), answer.usage().outputTokens()));
        return List.of(event("message_delta", delta), messageStop());
    }

    @Override
    public Optional<String> whole(Message answer) {
        String content =
                answer.content().stream().map(WireOfClaude::wholeBlock).collect(Collectors.joining(",", "[", "]"));
        return Optional.of("{%s,\"content\":%s,\"stop_reason\":%s,\"stop_sequence\":null,%s}"
                .formatted(
                        head(answer),
                        content,
                        json(word(answer)),
                        usage(answer.usage(), answer.usage().outputTokens())));
    }

    private static String wholeBlock(ContentBlock block) {
        return switch (block) {
            case Thinking thinking ->
                "{\"type\":\"thinking\",\"thinking\":%s,\"signature\":\"%s\"}"
                        .formatted(json(thinking.thinking()), SIGNATURE);
            case Text text -> "{\"type\":\"text\",\"text\":%s}".formatted(json(text.text()));
            case ToolUse use ->
                "{\"type\":\"tool_use\",\"id\":%s,\"name\":%s,\"input\":%s}"
                        .formatted(json(use.id()), json(use.name()), use.input());
            default -> throw new IllegalArgumentException(block.toString());
        };
    }

    private static String head(Message answer) {
        return "\"id\":%s,\"type\":\"message\",\"role\":\"assistant\",\"model\":%s"
                .formatted(json(answer.id()), json(answer.model()));
    }

    private static String usage(Usage usage, long output) {
        return "\"usage\":{\"input_tokens\":%d,\"cache_read_input_tokens\":%d,\"output_tokens\":%d}"
                .formatted(usage.inputTokens(), usage.cacheReadTokens(), output);
    }

    private static String word(Message answer) {
        return switch (answer.finishReason()) {
            case STOP -> "end_turn";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case CONTENT_FILTER -> "refusal";
            case PAUSE -> "pause_turn";
            case UNKNOWN -> answer.stopReason();
        };
    }

    @Override
    public String refusal(int status, String words) {
        return errorJson(TYPES.getOrDefault(status, "overloaded_error"), words);
    }

    @Override
    public String error(boolean passing, String words) {
        return ClaudeWire.error(passing ? "overloaded_error" : "invalid_request_error", words);
    }

    @Override
    public String news() {
        return event("brand_new", "{\"type\":\"brand_new\",\"mood\":\"sunny\"}");
    }

    @Override
    public Optional<String> tokens(int count) {
        return Optional.of("{\"input_tokens\":" + count + "}");
    }

    @Override
    public List<String> models(String first, String second) {
        String page = "{\"data\":[{\"type\":\"model\",\"id\":%s,\"display_name\":\"A"
                + " model\"}],\"has_more\":%s,\"last_id\":%s}";
        return List.of(
                page.formatted(json(first), true, json(first)), page.formatted(json(second), false, json(second)));
    }

    @Override
    public ReceivedFields read(ReceivedRequest request) {
        assertThat(request.path()).isEqualTo("/v1/messages");
        assertThat(request.header("x-api-key")).isEqualTo(KEY);
        Fields body = Fields.of(request.bodyText()).is("stream", true);
        Object shape = null;
        if (body.has("output_config")) {
            shape = body.object("output_config")
                    .object("format")
                    .is("type", "json_schema")
                    .take("schema");
        }
        var asked = new ReceivedFields(
                body.text("model"),
                (int) body.take("max_tokens"),
                body.has("system") ? body.text("system") : "",
                body.each(
                        "tools",
                        tool -> ToolDefinition.of(
                                tool.text("name"), tool.text("description"), json(tool.take("input_schema")))),
                shape,
                body.each("messages", WireOfClaude::message));
        body.end();
        return asked;
    }

    private static Message message(Fields message) {
        return Message.of(Role.valueOf(message.text("role").toUpperCase(java.util.Locale.ROOT)), content(message));
    }

    private static List<ContentBlock> content(Fields fields) {
        return fields.isText("content")
                ? List.of(new Text(fields.text("content")))
                : fields.each("content", WireOfClaude::block);
    }

    private static ContentBlock block(Fields block) {
        String type = block.text("type");
        return switch (type) {
            case "text" -> new Text(block.text("text"));
            case "thinking" -> new Thinking(block.is("signature", SIGNATURE).text("thinking"), null, Map.of());
            case "tool_use" ->
                new ToolUse(id(block.text("id")), block.text("name"), json(block.take("input")), Map.of());
            case "tool_result" -> {
                boolean failed = block.has("is_error");
                yield new ToolResult(
                        id((failed ? block.is("is_error", true) : block).text("tool_use_id")),
                        content(block),
                        failed,
                        Map.of());
            }
            default -> throw new AssertionError("Claude takes no " + type);
        };
    }

    private static String id(String id) {
        assertThat(id).matches("[a-zA-Z0-9_-]+");
        return id;
    }
}
