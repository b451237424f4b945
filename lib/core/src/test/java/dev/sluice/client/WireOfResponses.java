package dev.sluice.client;

import static dev.sluice.client.Fields.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.test.peer.ReceivedRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** OpenAI's Responses API. */
final class WireOfResponses implements Wire {
    private static final String ENCRYPTED = "encrypted-by-openai";

    private static final Map<Integer, String> CODES = Map.of(429, "rate_limit_exceeded", 500, "server_error");

    @Override
    public Provider at(URI address) {
        return OpenAi.builder().apiKey(KEY).baseUrl(address.resolve("/v1")).build();
    }

    @Override
    public List<String> begun(Message answer) {
        var events = new ArrayList<String>();
        events.add(event("created", "\"response\":" + response(answer, "in_progress", "[]", "")));
        events.add(event("in_progress", "\"response\":" + response(answer, "in_progress", "[]", "")));
        for (int i = 0; i < answer.content().size(); i++) {
            item(i, answer.content().get(i), isRefusal(answer), events);
        }
        return events;
    }

    /** Whether the words are a refusal: then only their type says so. */
    private static boolean isRefusal(Message answer) {
        return answer.finishReason() == FinishReason.CONTENT_FILTER
                && answer.content().stream().anyMatch(Text.class::isInstance);
    }

    private static void item(int index, ContentBlock block, boolean refusal, List<String> events) {
        String place = "\"item_id\":\"item_%d\",\"output_index\":%d".formatted(index, index);
        String added = switch (block) {
            case Thinking thinking -> item(index, new Thinking("", null, Map.of()), false, "in_progress");
            case Text text ->
                "{\"id\":\"item_%d\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}".formatted(index);
            case ToolUse use -> item(index, new ToolUse(use.id(), use.name(), "", Map.of()), false, "in_progress");
            default -> throw new IllegalArgumentException(block.toString());
        };
        events.add(event("output_item.added", "\"output_index\":%d,\"item\":%s".formatted(index, added)));
        switch (block) {
            case Thinking thinking ->
                pieces(thinking.thinking(), "reasoning_summary_text.delta", place + ",\"summary_index\":0", events);
            case Text text -> {
                String part = place + ",\"content_index\":0";
                events.add(event("content_part.added", part + ",\"part\":" + part("", refusal)));
                pieces(text.text(), refusal ? "refusal.delta" : "output_text.delta", part, events);
                events.add(event("content_part.done", part + ",\"part\":" + part(text.text(), refusal)));
            }
            case ToolUse use -> pieces(use.input(), "function_call_arguments.delta", place, events);
            default -> throw new IllegalArgumentException(block.toString());
        }
        events.add(event(
                "output_item.done",
                "\"output_index\":%d,\"item\":%s".formatted(index, item(index, block, refusal, "completed"))));
    }

    private static void pieces(String text, String type, String place, List<String> events) {
        for (String piece : Wire.pieces(text)) {
            events.add(event(type, place + ",\"delta\":%s,\"obfuscation\":\"x\"".formatted(json(piece))));
        }
    }

    private static String part(String text, boolean refusal) {
        return refusal
                ? "{\"type\":\"refusal\",\"refusal\":%s}".formatted(json(text))
                : "{\"type\":\"output_text\",\"annotations\":[],\"text\":%s}".formatted(json(text));
    }

    private static String item(int index, ContentBlock block, boolean refusal, String status) {
        String head = "\"id\":\"item_%d\",\"status\":\"%s\"".formatted(index, status);
        return switch (block) {
            case Thinking(String words, var signature, var extra) ->
                "{%s,\"type\":\"reasoning\",\"encrypted_content\":\"%s\",\"summary\":%s}"
                        .formatted(
                                head,
                                ENCRYPTED,
                                words.isEmpty()
                                        ? "[]"
                                        : "[{\"type\":\"summary_text\",\"text\":%s}]".formatted(json(words)));
            case Text(String words, var citations, var extra) ->
                "{%s,\"type\":\"message\",\"role\":\"assistant\",\"content\":[%s]}"
                        .formatted(head, part(words, refusal));
            case ToolUse(String id, String name, String input, var extra) ->
                "{%s,\"type\":\"function_call\",\"call_id\":%s,\"name\":%s,\"arguments\":%s}"
                        .formatted(head, json(id), json(name), json(input));
            default -> throw new IllegalArgumentException(block.toString());
        };
    }

    @Override
    public List<String> ended(Message answer) {
        return List.of(
                event(status(answer), "\"response\":" + response(answer, status(answer), output(answer), end(answer))));
    }

    @Override
    public Optional<String> whole(Message answer) {
        return Optional.of(response(answer, status(answer), output(answer), end(answer)));
    }

    private static String output(Message answer) {
        return IntStream.range(0, answer.content().size())
                .mapToObj(i -> item(i, answer.content().get(i), isRefusal(answer), "completed"))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String response(Message answer, String status, String output, String more) {
        return "{\"id\":%s,\"object\":\"response\",\"created_at\":1760000000,\"status\":\"%s\",\"model\":%s,\"error\":null,\"output\":%s%s}"
                .formatted(json(answer.id()), status, json(answer.model()), output, more);
    }

    private static String status(Message answer) {
        return switch (answer.finishReason()) {
            case STOP, TOOL_CALLS -> "completed";
            default -> isRefusal(answer) ? "completed" : "incomplete";
        };
    }

    private static String end(Message answer) {
        String reason = switch (answer.finishReason()) {
            case STOP, TOOL_CALLS -> "";
            case LENGTH -> "max_output_tokens";
            case CONTENT_FILTER -> isRefusal(answer) ? "" : "content_filter";
            case PAUSE, UNKNOWN -> answer.stopReason();
        };
        Usage usage = answer.usage();
        return ",\"incomplete_details\":%s,\"usage\":{\"input_tokens\":%d,\"output_tokens\":%d,\"input_tokens_details\":{\"cached_tokens\":%d}}"
                .formatted(
                        reason.isEmpty() ? "null" : "{\"reason\":%s}".formatted(json(reason)),
                        usage.totalInputTokens(),
                        usage.outputTokens(),
                        usage.cacheReadTokens());
    }

    private static String event(String type, String fields) {
        return "event: response.%s\ndata: {\"type\":\"response.%s\",%s}\n\n".formatted(type, type, fields);
    }

    @Override
    public String refusal(int status, String words) {
        return "{\"error\":{\"message\":%s,\"type\":\"invalid_request_error\",\"param\":null,\"code\":%s}}"
                .formatted(json(words), json(CODES.get(status)));
    }

    @Override
    public String error(boolean passing, String words) {
        return event(
                "failed",
                "\"response\":{\"id\":\"answer-1\",\"status\":\"failed\",\"output\":[],\"error\":{\"code\":\"%s\",\"message\":%s}}"
                        .formatted(passing ? "server_error" : "invalid_prompt", json(words)));
    }

    @Override
    public String news() {
        return event("mood", "\"mood\":\"sunny\"");
    }

    @Override
    public Optional<String> tokens(int count) {
        return Optional.of("{\"object\":\"response.input_tokens\",\"input_tokens\":%d}".formatted(count));
    }

    @Override
    public List<String> models(String first, String second) {
        return new WireOfOpenAi().models(first, second);
    }

    @Override
    public boolean marksFailedResults() {
        return false;
    }

    @Override
    public ReceivedFields read(ReceivedRequest request) {
        assertThat(request.path()).isEqualTo("/v1/responses");
        assertThat(request.header("authorization")).isEqualTo("Bearer " + KEY);
        Fields body = Fields.of(request.bodyText())
                .is("stream", true)
                .is("store", false)
                .is("include", List.of("reasoning.encrypted_content"));
        Object shape = null;
        if (body.has("text")) {
            shape = body.object("text")
                    .object("format")
                    .is("type", "json_schema")
                    .is("name", "answer")
                    .is("strict", true)
                    .take("schema");
        }
        var asked = new ReceivedFields(
                body.text("model"),
                (int) body.take("max_output_tokens"),
                body.has("instructions") ? body.text("instructions") : "",
                body.each("tools", WireOfResponses::tool),
                shape,
                body.each("input", WireOfResponses::item));
        body.end();
        return asked;
    }

    private static ToolDefinition tool(Fields tool) {
        tool.is("type", "function").is("strict", false);
        return ToolDefinition.of(tool.text("name"), tool.text("description"), json(tool.take("parameters")));
    }

    private static Message item(Fields item) {
        String type = item.has("type") ? item.text("type") : "message";
        return switch (type) {
            case "message" -> message(item);
            case "reasoning" -> {
                item.text("id");
                item.is("encrypted_content", ENCRYPTED);
                yield reply(new Thinking(
                        String.join(
                                "",
                                item.each(
                                        "summary",
                                        part -> part.is("type", "summary_text").text("text"))),
                        null,
                        Map.of()));
            }
            case "function_call" -> {
                if (item.has("id")) {
                    item.text("id");
                }
                yield reply(new ToolUse(item.text("call_id"), item.text("name"), item.text("arguments"), Map.of()));
            }
            case "function_call_output" -> Message.user(new ToolResult(item.text("call_id"), item.text("output")));
            default -> throw new AssertionError("OpenAI has no item " + type);
        };
    }

    private static Message message(Fields item) {
        String role = item.text("role");
        List<ContentBlock> content = item.isText("content")
                ? List.of(new Text(item.text("content")))
                : item.each("content", WireOfResponses::part);
        if (item.has("id")) {
            assertThat(role).isEqualTo("assistant");
            item.text("id");
            item.is("status", "completed");
        }
        return switch (role) {
            case "user" -> Message.of(Role.USER, content);
            case "system" -> Message.of(Role.SYSTEM, content);
            case "assistant" -> Message.of(Role.ASSISTANT, content);
            default -> throw new AssertionError("OpenAI has no role " + role);
        };
    }

    private static ContentBlock part(Fields part) {
        String type = part.text("type");
        if (type.equals("refusal")) {
            return new Text(part.text("refusal"));
        }
        if (type.equals("output_text")) {
            part.is("annotations", List.of());
        } else {
            assertThat(type).isEqualTo("input_text");
        }
        return new Text(part.text("text"));
    }

    private static Message reply(ContentBlock block) {
        return Message.of(Role.ASSISTANT, List.of(block));
    }
}
