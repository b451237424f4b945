package dev.sluice.client;

import static dev.sluice.client.Fields.json;
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
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.test.peer.ReceivedRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Chat completions, of a server that shows thoughts. */
final class WireOfOpenAi implements Wire {
    private static final String THOUGHTS = "reasoning_content";

    private static final Map<Integer, String> TYPES = Map.of(
            400, "invalid_request_error", 401, "authentication_error", 429, "rate_limit_error", 500, "server_error");

    @Override
    public Provider at(URI address) {
        return OpenAiChatCompletions.builder()
                .apiKey(KEY)
                .baseUrl(address.resolve("/v1"))
                .build();
    }

    @Override
    public List<String> begun(Message answer) {
        var chunks = new ArrayList<String>();
        chunks.add(chunk(answer, "{\"role\":\"assistant\",\"content\":null}", null));
        int calls = 0;
        for (ContentBlock block : answer.content()) {
            switch (block) {
                case Thinking thinking -> words(answer, THOUGHTS, thinking.thinking(), chunks);
                case Text text -> words(answer, "content", text.text(), chunks);
                case ToolUse use -> call(answer, calls++, use, chunks);
                default -> throw new IllegalArgumentException(block.toString());
            }
        }
        return chunks;
    }

    private static void words(Message answer, String field, String text, List<String> chunks) {
        for (String piece : Wire.pieces(text)) {
            chunks.add(chunk(answer, "{\"%s\":%s}".formatted(field, json(piece)), null));
        }
    }

    private static void call(Message answer, int index, ToolUse use, List<String> chunks) {
        String first = "{\"index\":%d,\"id\":%s,\"type\":\"function\",\"function\":{\"name\":%s,\"arguments\":\"\"}}"
                .formatted(index, json(use.id()), json(use.name()));
        chunks.add(chunk(answer, "{\"tool_calls\":[" + first + "]}", null));
        for (String piece : Wire.pieces(use.input())) {
            String more = "{\"index\":%d,\"function\":{\"arguments\":%s}}".formatted(index, json(piece));
            chunks.add(chunk(answer, "{\"tool_calls\":[" + more + "]}", null));
        }
    }

    @Override
    public List<String> ended(Message answer) {
        return List.of(
                chunk(answer, "{}", word(answer)),
                event("{%s,\"choices\":[],%s}".formatted(head(answer, "chat.completion.chunk"), usage(answer.usage()))),
                event("[DONE]"));
    }

    private static String chunk(Message answer, String delta, String reason) {
        return event("{%s,\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}"
                .formatted(head(answer, "chat.completion.chunk"), delta, json(reason)));
    }

    private static String event(String data) {
        return "data: " + data + "\n\n";
    }

    private static String head(Message answer, String object) {
        return "\"id\":%s,\"object\":\"%s\",\"created\":1760000000,\"model\":%s"
                .formatted(json(answer.id()), object, json(answer.model()));
    }

    private static String usage(Usage usage) {
        return "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"prompt_tokens_details\":{\"cached_tokens\":%d}}"
                .formatted(usage.totalInputTokens(), usage.outputTokens(), usage.cacheReadTokens());
    }

    @Override
    public Optional<String> whole(Message answer) {
        String message = Stream.of(
                        Stream.of("\"role\":\"assistant\""),
                        field(THOUGHTS, joined(answer, Thinking.class)),
                        field("content", joined(answer, Text.class)),
                        calls(answer))
                .flatMap(fields -> fields)
                .collect(Collectors.joining(",", "{", "}"));
        return Optional.of("{%s,\"choices\":[{\"index\":0,\"message\":%s,\"finish_reason\":%s}],%s}"
                .formatted(head(answer, "chat.completion"), message, json(word(answer)), usage(answer.usage())));
    }

    private static Stream<String> field(String name, String text) {
        return text.isEmpty() ? Stream.of() : Stream.of("\"" + name + "\":" + json(text));
    }

    private static String joined(Message answer, Class<? extends ContentBlock> kind) {
        return answer.content().stream()
                .filter(kind::isInstance)
                .map(block -> block instanceof Thinking thinking ? thinking.thinking() : ((Text) block).text())
                .collect(Collectors.joining());
    }

    private static Stream<String> calls(Message answer) {
        String calls = answer.toolUses().stream()
                .map(use -> "{\"id\":%s,\"type\":\"function\",\"function\":{\"name\":%s,\"arguments\":%s}}"
                        .formatted(json(use.id()), json(use.name()), json(use.input())))
                .collect(Collectors.joining(","));
        return calls.isEmpty() ? Stream.of() : Stream.of("\"tool_calls\":[" + calls + "]");
    }

    private static String word(Message answer) {
        return switch (answer.finishReason()) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case PAUSE, UNKNOWN -> answer.stopReason();
        };
    }

    @Override
    public String refusal(int status, String words) {
        return "{\"error\":{\"message\":%s,\"type\":\"%s\",\"param\":null,\"code\":null}}"
                .formatted(json(words), TYPES.getOrDefault(status, "overloaded_error"));
    }

    @Override
    public String error(boolean passing, String words) {
        return event(refusal(passing ? 500 : 400, words));
    }

    @Override
    public String news() {
        return event("{\"choices\":[{\"index\":0,\"delta\":{},\"mood\":\"sunny\"}]}");
    }

    @Override
    public Optional<String> tokens(int count) {
        return Optional.empty();
    }

    @Override
    public List<String> models(String first, String second) {
        return List.of(
                "{\"object\":\"list\",\"data\":[{\"id\":%s,\"object\":\"model\"},{\"id\":%s,\"object\":\"model\"}]}"
                        .formatted(json(first), json(second)));
    }

    @Override
    public boolean marksFailedResults() {
        return false;
    }

    @Override
    public ReceivedFields read(ReceivedRequest request) {
        assertThat(request.path()).isEqualTo("/v1/chat/completions");
        assertThat(request.header("authorization")).isEqualTo("Bearer " + KEY);
        Fields body =
                Fields.of(request.bodyText()).is("stream", true).is("stream_options", Map.of("include_usage", true));
        Object shape = null;
        if (body.has("response_format")) {
            shape = body.object("response_format")
                    .is("type", "json_schema")
                    .object("json_schema")
                    .is("name", "answer")
                    .is("strict", true)
                    .take("schema");
        }
        List<Message> messages = body.each("messages", WireOfOpenAi::message);
        boolean instructed = messages.getFirst().role() == Role.SYSTEM;
        var asked = new ReceivedFields(
                body.text("model"),
                (int) body.take("max_tokens"),
                instructed ? messages.getFirst().text() : "",
                body.each("tools", tool -> tool(tool.is("type", "function").object("function"))),
                shape,
                instructed ? messages.subList(1, messages.size()) : messages);
        body.end();
        return asked;
    }

    private static ToolDefinition tool(Fields tool) {
        var definition = ToolDefinition.of(tool.text("name"), tool.text("description"), json(tool.take("parameters")));
        return definition;
    }

    private static Message message(Fields message) {
        String role = message.text("role");
        return switch (role) {
            case "system" -> Message.of(Role.SYSTEM, content(message));
            case "user" -> Message.of(Role.USER, content(message));
            case "tool" -> Message.user(new ToolResult(message.text("tool_call_id"), message.text("content")));
            case "assistant" -> Message.of(Role.ASSISTANT, reply(message));
            default -> throw new AssertionError("OpenAI has no role " + role);
        };
    }

    private static List<ContentBlock> content(Fields message) {
        return message.isText("content")
                ? List.of(new Text(message.text("content")))
                : message.each(
                        "content", part -> new Text(part.is("type", "text").text("text")));
    }

    private static List<ContentBlock> reply(Fields message) {
        var content = new ArrayList<ContentBlock>();
        if (message.has(THOUGHTS)) {
            content.add(new Thinking(message.text(THOUGHTS), null, Map.of()));
        }
        if (message.isText("content")) {
            content.add(new Text(message.text("content")));
        } else {
            assertThat(message.take("content")).isNull();
        }
        content.addAll(message.each("tool_calls", WireOfOpenAi::call));
        return content;
    }

    private static ToolUse call(Fields call) {
        String id = call.is("type", "function").text("id");
        Fields function = call.object("function");
        var use = new ToolUse(id, function.text("name"), function.text("arguments"), Map.of());
        return use;
    }
}
