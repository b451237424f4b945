package dev.sluice.provider.openai;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.StrictSchema;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes the body of a request for a chat completion. Its requests have passed {@link OpenAiRequestValidator}. */
final class OpenAiRequestWriter {
    private final MessageRequest request;
    private final Dialect dialect;
    private final boolean streamed;
    private final JsonObjectWriter fields;

    private OpenAiRequestWriter(MessageRequest request, Dialect dialect, boolean streamed, JsonGenerator out) {
        this.request = request;
        this.dialect = dialect;
        this.streamed = streamed;
        this.fields = new JsonObjectWriter(out);
    }

    /**
     * The differences between servers.
     *
     * @param tokenLimitField the field that the most tokens of an answer are in
     * @param systemRole the role of instructions
     * @param usage whether a stream is asked to report its usage
     * @param reasoning whether thoughts are sent back
     */
    record Dialect(String tokenLimitField, String systemRole, boolean usage, boolean reasoning) {}

    static byte[] write(MessageRequest request, Dialect dialect, boolean streamed) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = RawJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            new OpenAiRequestWriter(request, dialect, streamed, out).body();
        }
        return bytes.toByteArray();
    }

    private void body() {
        fields.begin(request.extra());
        fields.text("model", request.model());
        if (streamed) {
            fields.flag("stream", true);
            streamOptions();
        }
        request.maxTokens().ifPresent(most -> fields.number(dialect.tokenLimitField, most));
        new OpenAiContentWriter(fields, dialect.systemRole, dialect.reasoning)
                .messages(request.system(), ForeignHistory.of(request.messages(), OpenAiChatCompletions.NAME));
        if (!request.stopSequences().isEmpty() && fields.array("stop")) {
            request.stopSequences().forEach(fields::text);
            fields.endArray();
        }
        request.temperature().ifPresent(value -> fields.number("temperature", value));
        request.topP().ifPresent(value -> fields.number("top_p", value));
        request.topK().ifPresent(value -> fields.number("top_k", value)); // not OpenAI's, but that of all others
        if (!request.tools().isEmpty() && fields.array("tools")) {
            request.tools().forEach(this::tool);
            fields.endArray();
        }
        request.toolChoice().ifPresent(this::toolChoice);
        effort();
        request.outputSchema().ifPresent(this::responseFormat);
        request.userId().ifPresent(user -> fields.text("user", user));
        request.serviceTier().ifPresent(tier -> fields.text("service_tier", tier));
        fields.end();
    }

    private void streamOptions() {
        if (dialect.usage && fields.named("stream_options")) {
            fields.begin();
            fields.flag("include_usage", true);
            fields.end();
        }
    }

    /** A tool that the provider defines is its raw fields; a function has its own in an object. */
    private void tool(ToolDefinition tool) {
        if (tool.extra().containsKey("type")) {
            fields.begin(tool.extra());
            fields.end();
            return;
        }
        fields.begin();
        fields.text("type", "function");
        fields.named("function");
        fields.begin(tool.extra());
        fields.text("name", tool.name());
        String description = tool.description();
        if (description != null) {
            fields.text("description", description);
        }
        String schema = tool.inputSchema();
        if (schema != null && fields.named("parameters")) {
            fields.raw("inputSchema", schema);
        }
        fields.end();
        fields.end();
    }

    private void toolChoice(ToolChoice choice) {
        boolean hasTools = !request.tools().isEmpty() || request.extra().containsKey("tools");
        boolean isDemand = choice.mode() == ToolChoice.Mode.ANY || choice.mode() == ToolChoice.Mode.TOOL;
        if (!hasTools && !isDemand) {
            return; // without tools OpenAI takes neither of the two fields
        }
        String tool = choice.tool();
        if (tool == null) {
            fields.text(
                    "tool_choice",
                    switch (choice.mode()) {
                        case ANY -> "required";
                        case NONE -> "none";
                        default -> "auto";
                    });
        } else if (fields.named("tool_choice")) {
            fields.begin();
            fields.text("type", "function");
            fields.named("function");
            fields.begin();
            fields.text("name", tool);
            fields.end();
            fields.end();
        }
        if (!choice.parallel() && choice.mode() != ToolChoice.Mode.NONE) {
            fields.flag("parallel_tool_calls", false);
        }
    }

    private void effort() {
        boolean off = request.thinking().orElse(null) instanceof ThinkingMode.Off;
        request.effort()
                .or(() -> off ? Optional.of(OpenAiRequestValidator.NO_EFFORT) : Optional.empty())
                .ifPresent(effort -> fields.text("reasoning_effort", effort));
    }

    /**
     * Strict, so that the answer fits the schema for certain, unless the schema has what strict mode rejects. The name is required, and
     * nobody reads it.
     */
    private void responseFormat(String schema) {
        if (fields.named("response_format")) {
            fields.begin();
            fields.text("type", "json_schema");
            fields.named("json_schema");
            fields.begin();
            fields.text("name", "answer");
            fields.flag(
                    "strict",
                    StrictSchema.openObject(schema).isEmpty()
                            && StrictSchema.optionalField(schema).isEmpty());
            fields.named("schema");
            fields.raw("outputSchema", schema);
            fields.end();
            fields.end();
        }
    }
}
