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
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.test.peer.ReceivedRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Google's Gemini API. */
final class WireOfGemini implements Wire {
    private static final String SIGNATURE = "signed-by-gemini";

    /** What Google's documentation gives for a call that no Gemini made. */
    private static final String UNSIGNED = "skip_thought_signature_validator";

    private static final Pattern PATH = Pattern.compile("/v1beta/models/([^:]+):streamGenerateContent\\?alt=sse");

    private static final Map<Integer, String> STATUSES =
            Map.of(400, "INVALID_ARGUMENT", 401, "UNAUTHENTICATED", 429, "RESOURCE_EXHAUSTED", 500, "INTERNAL");

    @Override
    public Provider at(URI address) {
        return Gemini.builder().apiKey(KEY).baseUrl(address).build();
    }

    @Override
    public List<String> begun(Message answer) {
        return answer.content().stream()
                .flatMap(WireOfGemini::parts)
                .map(part -> chunk(answer, part, ""))
                .toList();
    }

    private static Stream<String> parts(ContentBlock block) {
        return switch (block) {
            case Thinking thinking ->
                Stream.concat(
                        Wire.pieces(thinking.thinking()).stream()
                                .map(piece -> "{\"text\":%s,\"thought\":true}".formatted(json(piece))),
                        Stream.of("{\"text\":\"\",\"thought\":true,\"thoughtSignature\":\"%s\"}".formatted(SIGNATURE)));
            case Text text -> Wire.pieces(text.text()).stream().map(piece -> "{\"text\":%s}".formatted(json(piece)));
            default -> Stream.of(part(block));
        };
    }

    private static String part(ContentBlock block) {
        return switch (block) {
            case Thinking thinking ->
                "{\"text\":%s,\"thought\":true,\"thoughtSignature\":\"%s\"}"
                        .formatted(json(thinking.thinking()), SIGNATURE);
            case Text text -> "{\"text\":%s}".formatted(json(text.text()));
            case ToolUse use ->
                "{\"functionCall\":{\"id\":%s,\"name\":%s,\"args\":%s}}"
                        .formatted(json(use.id()), json(use.name()), use.input());
            default -> throw new IllegalArgumentException(block.toString());
        };
    }

    private static String chunk(Message answer, String parts, String end) {
        return event(body(answer, parts, end));
    }

    private static String body(Message answer, String parts, String end) {
        Usage usage = answer.usage();
        return """
            {"candidates":[{"content":{"parts":[%s],"role":"model"},%s"index":0}],"usageMetadata":{"promptTokenCount":%d,\
            "cachedContentTokenCount":%d,"candidatesTokenCount":%d},"modelVersion":%s,"responseId":%s}\
            """.formatted(
                        parts,
                        end,
                        usage.totalInputTokens(),
                        usage.cacheReadTokens(),
                        usage.outputTokens(),
                        json(answer.model()),
                        json(answer.id()));
    }

    private static String event(String data) {
        return "data: " + data + "\r\n\r\n";
    }

    private static String end(Message answer) {
        return "\"finishReason\":%s,".formatted(json(word(answer)));
    }

    @Override
    public List<String> ended(Message answer) {
        return List.of(chunk(answer, "{\"text\":\"\"}", end(answer)));
    }

    @Override
    public Optional<String> whole(Message answer) {
        String parts = answer.content().stream().map(WireOfGemini::part).collect(Collectors.joining(","));
        return Optional.of(body(answer, parts, end(answer)));
    }

    private static String word(Message answer) {
        return switch (answer.finishReason()) {
            case STOP, TOOL_CALLS -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case CONTENT_FILTER -> "SAFETY";
            case PAUSE, UNKNOWN -> answer.stopReason();
        };
    }

    @Override
    public String refusal(int status, String words) {
        return "{\"error\":{\"code\":%d,\"message\":%s,\"status\":\"%s\"}}"
                .formatted(status, json(words), STATUSES.getOrDefault(status, "UNAVAILABLE"));
    }

    @Override
    public String error(boolean passing, String words) {
        return event(refusal(passing ? 503 : 400, words));
    }

    @Override
    public String news() {
        return event("{\"candidates\":[{\"index\":0,\"mood\":\"sunny\"}]}");
    }

    @Override
    public Optional<String> tokens(int count) {
        return Optional.of("{\"totalTokens\":" + count + "}");
    }

    @Override
    public List<String> models(String first, String second) {
        String page = "{\"models\":[{\"name\":%s,\"displayName\":\"A model\"}]%s}";
        return List.of(
                page.formatted(json("models/" + first), ",\"nextPageToken\":\"more\""),
                page.formatted(json("models/" + second), ""));
    }

    @Override
    public ReceivedFields read(ReceivedRequest request) {
        Matcher path = PATH.matcher(request.path());
        assertThat(path.matches()).as(request.path()).isTrue();
        assertThat(request.header("x-goog-api-key")).isEqualTo(KEY);
        Fields body = Fields.of(request.bodyText());
        Fields config = body.object("generationConfig");
        Object shape = config.has("responseJsonSchema")
                ? config.is("responseMimeType", "application/json").take("responseJsonSchema")
                : null;
        Map<String, String> names = new HashMap<>();
        var asked = new ReceivedFields(
                path.group(1),
                (int) config.take("maxOutputTokens"),
                body.has("systemInstruction") ? system(body.object("systemInstruction")) : "",
                body.each("tools", tool -> tool.each("functionDeclarations", WireOfGemini::tool)).stream()
                        .flatMap(List::stream)
                        .toList(),
                shape,
                body.each("contents", content -> content(content, names)));
        body.end();
        return asked;
    }

    private static String system(Fields system) {
        return String.join("", system.each("parts", part -> part.text("text")));
    }

    private static ToolDefinition tool(Fields tool) {
        return ToolDefinition.of(tool.text("name"), tool.text("description"), json(tool.take("parametersJsonSchema")));
    }

    private static Message content(Fields content, Map<String, String> names) {
        boolean model = content.text("role").equals("model");
        return Message.of(model ? Role.ASSISTANT : Role.USER, content.each("parts", part -> part(part, model, names)));
    }

    private static ContentBlock part(Fields part, boolean model, Map<String, String> names) {
        if (part.has("thought")) {
            return new Thinking(
                    part.is("thought", true).is("thoughtSignature", SIGNATURE).text("text"), null, Map.of());
        }
        if (part.has("functionCall")) {
            if (part.has("thoughtSignature")) {
                part.is("thoughtSignature", UNSIGNED);
            }
            Fields call = part.object("functionCall");
            var use = new ToolUse(call.text("id"), call.text("name"), json(call.take("args")), Map.of());
            names.put(use.id(), use.name());
            return use;
        }
        if (part.has("functionResponse")) {
            Fields response = part.object("functionResponse");
            String id = response.text("id");
            Fields said = response.is("name", names.get(id)).object("response");
            return said.has("error")
                    ? new ToolResult(id, List.of(new Text(said.text("error"))), true, Map.of())
                    : new ToolResult(id, said.text("output"));
        }
        return new Text(part.text("text"));
    }
}
