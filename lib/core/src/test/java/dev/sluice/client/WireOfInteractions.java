package dev.sluice.client;

import static dev.sluice.client.Fields.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.test.peer.ReceivedRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Gemini's Interactions API. */
final class WireOfInteractions implements Wire {
    private static final String SIGNATURE = "signed-by-gemini";

    private static final Map<Integer, String> CODES =
            Map.of(400, "invalid_argument", 401, "unauthenticated", 429, "resource_exhausted", 500, "internal");

    private final WireOfGemini generateContent = new WireOfGemini();

    @Override
    public Provider at(URI address) {
        return Gemini.interactions().apiKey(KEY).baseUrl(address).build();
    }

    @Override
    public List<String> begun(Message answer) {
        var events = new ArrayList<String>();
        events.add(event(
                "interaction.created", "\"interaction\":{%s,\"status\":\"in_progress\"}".formatted(head(answer))));
        for (int i = 0; i < answer.content().size(); i++) {
            step(i, answer.content().get(i), events);
        }
        return events;
    }

    private static void step(int index, ContentBlock block, List<String> events) {
        String step = switch (block) {
            case Thinking thinking -> "{\"type\":\"thought\"}";
            case Text text -> "{\"type\":\"model_output\"}";
            case ToolUse use -> call(use, "{}");
            default -> throw new IllegalArgumentException(block.toString());
        };
        events.add(event("step.start", "\"index\":%d,\"step\":%s".formatted(index, step)));
        switch (block) {
            case Thinking thinking -> {
                deltas(
                        index,
                        thinking.thinking(),
                        "{\"type\":\"thought_summary\",\"content\":{\"type\":\"text\",\"text\":%s}}",
                        events);
                events.add(delta(index, "{\"type\":\"thought_signature\",\"signature\":\"%s\"}".formatted(SIGNATURE)));
            }
            case Text text -> deltas(index, text.text(), "{\"type\":\"text\",\"text\":%s}", events);
            case ToolUse use -> deltas(index, use.input(), "{\"type\":\"arguments_delta\",\"arguments\":%s}", events);
            default -> throw new IllegalArgumentException(block.toString());
        }
        events.add(event("step.stop", "\"index\":" + index));
    }

    private static void deltas(int index, String text, String delta, List<String> events) {
        Wire.pieces(text).forEach(piece -> events.add(delta(index, delta.formatted(json(piece)))));
    }

    private static String delta(int index, String delta) {
        return event("step.delta", "\"index\":%d,\"delta\":%s".formatted(index, delta));
    }

    private static String step(ContentBlock block) {
        return switch (block) {
            case Thinking(String words, var signature, var extra) ->
                "{\"type\":\"thought\",\"signature\":\"%s\",\"summary\":[{\"type\":\"text\",\"text\":%s}]}"
                        .formatted(SIGNATURE, json(words));
            case Text(String words, var citations, var extra) ->
                "{\"type\":\"model_output\",\"content\":[{\"type\":\"text\",\"text\":%s}]}".formatted(json(words));
            case ToolUse use -> call(use, use.input());
            default -> throw new IllegalArgumentException(block.toString());
        };
    }

    private static String call(ToolUse use, String arguments) {
        return "{\"type\":\"function_call\",\"id\":%s,\"name\":%s,\"arguments\":%s}"
                .formatted(json(use.id()), json(use.name()), arguments);
    }

    @Override
    public List<String> ended(Message answer) {
        return List.of(
                event("interaction.completed", "\"interaction\":{%s,%s}".formatted(head(answer), end(answer))),
                "event: done\ndata: [DONE]\n\n");
    }

    @Override
    public Optional<String> whole(Message answer) {
        String steps =
                answer.content().stream().map(WireOfInteractions::step).collect(Collectors.joining(",", "[", "]"));
        return Optional.of("{%s,%s,\"steps\":%s}".formatted(head(answer), end(answer), steps));
    }

    private static String head(Message answer) {
        return "\"id\":%s,\"object\":\"interaction\",\"model\":%s".formatted(json(answer.id()), json(answer.model()));
    }

    private static String end(Message answer) {
        Usage usage = answer.usage();
        return "\"status\":%s,\"usage\":{\"total_input_tokens\":%d,\"total_cached_tokens\":%d,\"total_output_tokens\":%d,\"total_tokens\":%d}"
                .formatted(
                        json(status(answer)),
                        usage.totalInputTokens(),
                        usage.cacheReadTokens(),
                        usage.outputTokens(),
                        usage.totalTokens());
    }

    private static String status(Message answer) {
        return switch (answer.finishReason()) {
            case STOP -> "completed";
            case TOOL_CALLS -> "requires_action";
            case LENGTH -> "incomplete";
            case CONTENT_FILTER, PAUSE, UNKNOWN -> answer.stopReason();
        };
    }

    private static String event(String type, String fields) {
        return "event: %s\ndata: {%s,\"event_type\":\"%s\"}\n\n".formatted(type, fields, type);
    }

    @Override
    public boolean tellsRefusals() {
        return false;
    }

    @Override
    public String refusal(int status, String words) {
        return "{%s}".formatted(error(CODES.getOrDefault(status, "unavailable"), words));
    }

    @Override
    public String error(boolean passing, String words) {
        return event("error", error(passing ? "unavailable" : "invalid_argument", words));
    }

    private static String error(String code, String words) {
        return "\"error\":{\"code\":\"%s\",\"message\":%s}".formatted(code, json(words));
    }

    @Override
    public String news() {
        return event("interaction.mood", "\"mood\":\"sunny\"");
    }

    @Override
    public Optional<String> tokens(int count) {
        return Optional.empty();
    }

    @Override
    public List<String> models(String first, String second) {
        return generateContent.models(first, second);
    }

    @Override
    public ReceivedFields read(ReceivedRequest request) {
        assertThat(request.path()).isEqualTo("/v1beta/interactions");
        assertThat(request.header("x-goog-api-key")).isEqualTo(KEY);
        Fields body = Fields.of(request.bodyText()).is("stream", true).is("store", false);
        Object shape = null;
        if (body.has("response_format")) {
            shape = body.object("response_format")
                    .is("type", "text")
                    .is("mime_type", "application/json")
                    .take("schema");
        }
        Map<String, String> names = new HashMap<>();
        var asked = new ReceivedFields(
                body.text("model"),
                (int) body.object("generation_config").take("max_output_tokens"),
                body.has("system_instruction") ? body.text("system_instruction") : "",
                body.each("tools", WireOfInteractions::tool),
                shape,
                body.each("input", step -> step(step, names)));
        body.end();
        return asked;
    }

    private static ToolDefinition tool(Fields tool) {
        tool.is("type", "function");
        return ToolDefinition.of(tool.text("name"), tool.text("description"), json(tool.take("parameters")));
    }

    private static Message step(Fields step, Map<String, String> names) {
        String type = step.text("type");
        return switch (type) {
            case "user_input" -> ReceivedFields.user(step.each("content", WireOfInteractions::part));
            case "model_output" -> ReceivedFields.model(step.each("content", WireOfInteractions::part));
            case "thought" -> {
                step.is("signature", SIGNATURE);
                List<ContentBlock> summary = step.each("summary", WireOfInteractions::part);
                yield ReceivedFields.model(List.of(new Thinking(((Text) summary.getFirst()).text(), null, Map.of())));
            }
            case "function_call" -> {
                var use = new ToolUse(step.text("id"), step.text("name"), json(step.take("arguments")), Map.of());
                names.put(use.id(), use.name());
                yield ReceivedFields.model(List.of(use));
            }
            case "function_result" -> {
                String id = step.text("call_id");
                boolean failed = step.has("is_error") && (boolean) step.take("is_error");
                step.is("name", names.get(id));
                yield ReceivedFields.user(
                        List.of(new ToolResult(id, List.of(new Text(step.text("result"))), failed, Map.of())));
            }
            default -> throw new AssertionError("Google has no step " + type);
        };
    }

    private static ContentBlock part(Fields part) {
        return new Text(part.is("type", "text").text("text"));
    }
}
