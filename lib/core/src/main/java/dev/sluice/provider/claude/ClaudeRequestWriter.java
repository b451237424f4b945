package dev.sluice.provider.claude;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolChoice.Mode;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes the body of a request to Claude's Messages API. Its requests have passed {@link ClaudeRequestValidator}. */
final class ClaudeRequestWriter {
    private final MessageRequest request;
    private final ClaudeEndpoint call;
    private final boolean namesModel;
    private final String version;
    private final JsonObjectWriter fields;

    private ClaudeRequestWriter(
            MessageRequest request, ClaudeEndpoint call, boolean namesModel, String version, JsonGenerator out) {
        this.request = request;
        this.call = call;
        this.namesModel = namesModel;
        this.version = version;
        this.fields = new JsonObjectWriter(out);
    }

    /**
     * The body.
     *
     * @param namesModel whether it names the model
     * @param version the version of the API that it names; empty if it names none
     */
    static byte[] write(MessageRequest request, ClaudeEndpoint call, boolean namesModel, String version) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = RawJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            new ClaudeRequestWriter(request, call, namesModel, version, out).body();
        }
        return bytes.toByteArray();
    }

    private void body() {
        fields.begin(call.raw(request.extra()));
        if (namesModel) {
            fields.text("model", request.model());
        }
        if (!version.isEmpty()) {
            fields.text("anthropic_version", version);
        }
        if (call.isAnswered()) {
            answer();
        }
        var content = new ClaudeContentWriter(fields);
        content.system(request.system());
        content.messages(ForeignHistory.of(request.messages(), Claude.NAME));
        if (!request.tools().isEmpty() && fields.array("tools")) {
            request.tools().forEach(this::tool);
            fields.endArray();
        }
        request.toolChoice().ifPresent(this::toolChoice);
        request.thinking().ifPresent(this::thinking);
        outputConfig();
        request.cacheFor().ifPresent(this::cacheControl);
        fields.end();
    }

    /** The fields that say how to answer and do not count. */
    private void answer() {
        request.maxTokens().ifPresent(most -> fields.number("max_tokens", most));
        if (call == ClaudeEndpoint.STREAM) {
            fields.flag("stream", true);
        }
        if (!request.stopSequences().isEmpty() && fields.array("stop_sequences")) {
            request.stopSequences().forEach(fields::text);
            fields.endArray();
        }
        request.temperature().ifPresent(value -> fields.number("temperature", value));
        request.topP().ifPresent(value -> fields.number("top_p", value));
        request.topK().ifPresent(value -> fields.number("top_k", value));
        request.userId().ifPresent(this::metadata);
        request.serviceTier().ifPresent(tier -> fields.text("service_tier", tier));
    }

    private void tool(ToolDefinition tool) {
        fields.begin(tool.extra());
        if (!tool.name().isEmpty()) {
            fields.text("name", tool.name());
        }
        String description = tool.description();
        if (description != null) {
            fields.text("description", description);
        }
        String schema = tool.inputSchema();
        if (schema != null && fields.named("input_schema")) {
            fields.raw("inputSchema", schema);
        }
        fields.end();
    }

    private void toolChoice(ToolChoice choice) {
        boolean meansNothing = !hasTools() && (choice.mode() == Mode.AUTO || choice.mode() == Mode.NONE);
        if (meansNothing || !fields.named("tool_choice")) {
            return; // without tools the API takes no choice at all
        }
        fields.begin();
        fields.text("type", choice.mode().name().toLowerCase(Locale.ROOT));
        String tool = choice.tool();
        if (tool != null) {
            fields.text("name", tool);
        }
        if (!choice.parallel() && choice.mode() != Mode.NONE) {
            fields.flag("disable_parallel_tool_use", true);
        }
        fields.end();
    }

    private boolean hasTools() {
        return !request.tools().isEmpty()
                || request.extra().containsKey("tools")
                || request.extra().containsKey("mcp_servers");
    }

    private void thinking(ThinkingMode mode) {
        if (!fields.named("thinking")) {
            return;
        }
        fields.begin();
        switch (mode) {
            case ThinkingMode.Off off -> fields.text("type", "disabled");
            case ThinkingMode.Adaptive(boolean shown) -> {
                fields.text("type", "adaptive");
                display(shown);
            }
            case ThinkingMode.Budget(int tokens, boolean shown) -> {
                fields.text("type", "enabled");
                fields.number("budget_tokens", tokens);
                display(shown);
            }
        }
        fields.end();
    }

    /** Said in both cases, because models differ in what they do unasked. */
    private void display(boolean shown) {
        fields.text("display", shown ? "summarized" : "omitted");
    }

    private void outputConfig() {
        boolean wanted = request.effort().isPresent() || request.outputSchema().isPresent();
        if (!wanted || !fields.named("output_config")) {
            return;
        }
        fields.begin();
        request.effort().ifPresent(effort -> fields.text("effort", effort));
        request.outputSchema().ifPresent(schema -> {
            fields.named("format");
            fields.begin();
            fields.text("type", "json_schema");
            fields.named("schema");
            fields.raw("outputSchema", schema);
            fields.end();
        });
        fields.end();
    }

    private void cacheControl(Duration duration) {
        if (fields.named("cache_control")) {
            fields.begin();
            fields.text("type", "ephemeral");
            fields.text("ttl", ClaudeRequestValidator.timeToLive(duration));
            fields.end();
        }
    }

    private void metadata(String userId) {
        if (fields.named("metadata")) {
            fields.begin();
            fields.text("user_id", userId);
            fields.end();
        }
    }
}
