package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * Writes the body of a request to Gemini. Its requests have passed {@link GeminiRequestValidator}. Objects that it
 * writes and the caller sets too, such as {@code generationConfig}, are merged field by field, and the caller's fields
 * win.
 */
final class GeminiRequestWriter {
    /** The reason of an answer that a token continues. */
    static final String PAUSED = "CONTINUATION";

    private static final String TOKEN = "continuationToken";

    /** The fields that Vertex AI takes for a count. */
    private static final Set<String> COUNTED =
            Set.of("model", "contents", "systemInstruction", "tools", "generationConfig");

    private final MessageRequest request;
    private final List<Message> messages;
    private final Map<String, String> safety;
    private final String model;
    private final JsonObjectWriter fields;

    private GeminiRequestWriter(
            MessageRequest request, List<Message> messages, Map<String, String> safety, JsonGenerator out) {
        this.request = request;
        this.messages = messages;
        this.safety = safety;
        this.model = GeminiRequestValidator.model(request.model());
        this.fields = new JsonObjectWriter(out);
    }

    /**
     * The body of a request for an answer.
     *
     * @param messages those of the request, in the form for Gemini
     * @param safety the thresholds by category
     */
    static byte[] answer(MessageRequest request, List<Message> messages, Map<String, String> safety) {
        return write(request, messages, safety, writer -> writer.body(false));
    }

    /** The body of a request that asks how many tokens the same would be; tools and instructions count. */
    static byte[] count(MessageRequest request, List<Message> messages, Map<String, String> safety) {
        return write(request, messages, safety, writer -> {
            writer.fields.begin();
            writer.fields.named("generateContentRequest");
            writer.body(true);
            writer.fields.end();
        });
    }

    /** As {@link #count}, for Vertex AI, which wants what counts on its own and rejects what does not. */
    static byte[] countOnVertex(MessageRequest request, List<Message> messages, Map<String, String> safety) {
        return write(request, messages, safety, GeminiRequestWriter::counted);
    }

    private static byte[] write(
            MessageRequest request,
            List<Message> messages,
            Map<String, String> safety,
            java.util.function.Consumer<GeminiRequestWriter> body) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = RawJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            body.accept(new GeminiRequestWriter(request, messages, safety, out));
        }
        return bytes.toByteArray();
    }

    /** Whether a tool is one that Gemini runs itself. */
    static boolean isServerTool(ToolDefinition tool) {
        return tool.inputSchema() == null && !serverType(tool).isEmpty();
    }

    private static String serverType(ToolDefinition tool) {
        return Json.readAny(tool.extra().getOrDefault("type", "null")) instanceof String type ? type : "";
    }

    private void body(boolean named) {
        fields.begin(request.extra());
        if (named) {
            fields.text("model", model);
        }
        var content = new GeminiContentWriter(fields, model);
        content.system(request.system());
        content.messages(PausedAnswers.without(messages, PAUSED, TOKEN));
        String token = PausedAnswers.token(messages, PAUSED, TOKEN);
        if (token != null && !named && fields.named(TOKEN)) {
            fields.raw(TOKEN, token);
        }
        tools();
        toolConfig();
        safetySettings();
        generationConfig();
        request.serviceTier().ifPresent(tier -> fields.text("serviceTier", tier));
        fields.end();
    }

    private void counted() {
        var raw = new LinkedHashMap<>(request.extra());
        raw.keySet().retainAll(COUNTED);
        fields.begin(raw);
        var content = new GeminiContentWriter(fields, model);
        content.system(request.system());
        content.messages(messages);
        tools();
        generationConfig();
        fields.end();
    }

    private void tools() {
        if (request.tools().isEmpty() || !fields.array("tools")) {
            return;
        }
        List<ToolDefinition> functions =
                request.tools().stream().filter(tool -> !isServerTool(tool)).toList();
        if (!functions.isEmpty()) {
            fields.begin();
            fields.array("functionDeclarations");
            functions.forEach(this::function);
            fields.endArray();
            fields.end();
        }
        request.tools().stream().filter(GeminiRequestWriter::isServerTool).forEach(this::serverTool);
        fields.endArray();
    }

    private void function(ToolDefinition tool) {
        fields.begin(tool.extra());
        fields.text("name", tool.name());
        String description = tool.description();
        if (description != null) {
            fields.text("description", description);
        }
        String schema = tool.inputSchema();
        // One of the two: "parameters" is the older way, a schema of Google's own.
        if (schema != null && !tool.extra().containsKey("parameters") && fields.named("parametersJsonSchema")) {
            fields.raw("inputSchema", schema);
        }
        fields.end();
    }

    private void serverTool(ToolDefinition tool) {
        var settings = new LinkedHashMap<>(tool.extra());
        settings.remove("type");
        fields.begin();
        fields.named(serverType(tool));
        fields.begin(settings);
        fields.end();
        fields.end();
    }

    private void toolConfig() {
        ToolChoice choice = request.toolChoice().orElse(null);
        if (choice == null || !(hasFunctions() || isDemand(choice)) || !fields.beginMerged("toolConfig")) {
            return; // without functions the API takes no choice, and "auto" and "none" mean nothing
        }
        if (fields.beginMerged("functionCallingConfig")) {
            String tool = choice.tool();
            fields.text("mode", tool == null ? choice.mode().name() : "ANY");
            if (tool != null && fields.array("allowedFunctionNames")) {
                fields.text(tool);
                fields.endArray();
            }
            fields.end();
        }
        fields.end();
    }

    private boolean hasFunctions() {
        return hasFunctions(request);
    }

    /** Whether the model may call a tool of the caller's. */
    static boolean hasFunctions(MessageRequest request) {
        return request.extra().containsKey("tools") || request.tools().stream().anyMatch(tool -> !isServerTool(tool));
    }

    static boolean isDemand(ToolChoice choice) {
        return choice.mode() == ToolChoice.Mode.ANY || choice.mode() == ToolChoice.Mode.TOOL;
    }

    private void safetySettings() {
        if (safety.isEmpty() || !fields.array("safetySettings")) {
            return;
        }
        safety.forEach((category, threshold) -> {
            fields.begin();
            fields.text("category", category);
            fields.text("threshold", threshold);
            fields.end();
        });
        fields.endArray();
    }

    private void generationConfig() {
        boolean any = request.maxTokens().isPresent()
                || request.temperature().isPresent()
                || request.topP().isPresent()
                || request.topK().isPresent()
                || !request.stopSequences().isEmpty()
                || request.outputSchema().isPresent()
                || request.thinking().isPresent()
                || request.effort().isPresent();
        if (!any || !fields.beginMerged("generationConfig")) {
            return;
        }
        request.maxTokens().ifPresent(most -> fields.number("maxOutputTokens", most));
        request.temperature().ifPresent(value -> fields.number("temperature", value));
        request.topP().ifPresent(value -> fields.number("topP", value));
        request.topK().ifPresent(value -> fields.number("topK", value));
        if (!request.stopSequences().isEmpty() && fields.array("stopSequences")) {
            request.stopSequences().forEach(fields::text);
            fields.endArray();
        }
        request.outputSchema().ifPresent(this::outputSchema);
        thinkingConfig();
        fields.end();
    }

    private void outputSchema(String schema) {
        fields.text("responseMimeType", "application/json");
        if (fields.named("responseJsonSchema")) {
            fields.raw("outputSchema", schema);
        }
    }

    private void thinkingConfig() {
        boolean any = request.thinking().isPresent() || request.effort().isPresent();
        if (!any || !fields.beginMerged("thinkingConfig")) {
            return;
        }
        request.thinking().ifPresent(mode -> {
            switch (mode) {
                case ThinkingMode.Off off -> fields.number("thinkingBudget", 0);
                case ThinkingMode.Adaptive(boolean shown) -> {
                    fields.flag("includeThoughts", shown);
                    if (request.effort().isEmpty()) { // the API takes a level or a budget
                        fields.number("thinkingBudget", -1);
                    }
                }
                case ThinkingMode.Budget(int tokens, boolean shown) -> {
                    fields.flag("includeThoughts", shown);
                    fields.number("thinkingBudget", tokens);
                }
            }
        });
        request.effort().ifPresent(effort -> fields.text("thinkingLevel", effort.toUpperCase(Locale.ROOT)));
        fields.end();
    }
}
