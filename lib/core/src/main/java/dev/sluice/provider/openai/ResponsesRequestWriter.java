package dev.sluice.provider.openai;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.StrictSchema;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes the body of a request for a response. Its requests have passed {@link ResponsesRequestValidator}. */
final class ResponsesRequestWriter {
    private static final String PREVIOUS = "previous_response_id";
    private static final String STORE = "store";

    /** The raw fields that count for the length of a prompt. */
    private static final Set<String> COUNTED = Set.of(
            "model",
            "input",
            "instructions",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "reasoning",
            "text",
            "truncation",
            PREVIOUS,
            "conversation",
            "personality");

    private final MessageRequest request;
    private final boolean stateful;
    private final boolean callsLast;
    private final Call call;
    private final Map<String, String> raw;
    private final JsonObjectWriter fields;

    private ResponsesRequestWriter(
            MessageRequest request, boolean stateful, boolean callsLast, Call call, JsonGenerator out) {
        this.request = request;
        this.stateful = stateful;
        this.callsLast = callsLast;
        this.call = call;
        this.raw = new LinkedHashMap<>(request.extra());
        if (call == Call.COUNT) {
            raw.keySet().retainAll(COUNTED);
        }
        this.fields = new JsonObjectWriter(out);
    }

    /** The fields of the request. */
    enum Call {
        STREAM,
        WHOLE,
        COUNT
    }

    /**
     * The body.
     *
     * @param stateful whether the server keeps the conversation, unless the request decides otherwise
     * @param callsLast see {@link ResponsesReplyWriter}
     */
    static byte[] write(MessageRequest request, boolean stateful, boolean callsLast, Call call) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = RawJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            new ResponsesRequestWriter(request, stateful, callsLast, call, out).body();
        }
        return bytes.toByteArray();
    }

    private void body() {
        fields.begin(raw);
        fields.text("model", request.model());
        boolean kept = isKept();
        if (call != Call.COUNT) {
            answer(kept);
        }
        List<Message> messages = input(kept);
        instructions();
        if (fields.array("input")) {
            var replies = new ResponsesReplyWriter(fields, kept, callsLast);
            var content = new ResponsesContentWriter(fields, replies, customCalls());
            content.instructions(isPlain() ? List.of() : request.system());
            content.messages(ForeignHistory.of(messages, OpenAi.NAME));
            fields.endArray();
        }
        if (!request.tools().isEmpty() && fields.array("tools")) {
            request.tools().forEach(this::tool);
            fields.endArray();
        }
        request.toolChoice().ifPresent(this::toolChoice);
        reasoning();
        request.outputSchema().ifPresent(this::format);
        fields.end();
    }

    /** Fields that do not count for the length of the prompt. */
    private void answer(boolean kept) {
        if (call == Call.STREAM) {
            fields.flag("stream", true);
        }
        fields.flag(STORE, kept);
        if (!kept && fields.array("include")) {
            fields.text("reasoning.encrypted_content"); // so that the next request can send the model's thoughts
            fields.endArray();
        }
        request.maxTokens().ifPresent(most -> fields.number("max_output_tokens", most));
        request.temperature().ifPresent(value -> fields.number("temperature", value));
        request.topP().ifPresent(value -> fields.number("top_p", value));
        request.userId().ifPresent(user -> fields.text("safety_identifier", user));
        request.serviceTier().ifPresent(tier -> fields.text("service_tier", tier));
    }

    /** Whether the server keeps the response; one that is made in the background it has to keep. */
    private boolean isKept() {
        boolean asked = stateful || isInBackground(request);
        return Boolean.parseBoolean(raw.getOrDefault(STORE, asked ? "true" : "false"));
    }

    /** Whether the server makes the response without a connection. */
    static boolean isInBackground(MessageRequest request) {
        return "true".equals(request.extra().get("background"));
    }

    /** The messages for the server: all, unless it knows the beginning. */
    private List<Message> input(boolean kept) {
        List<Message> messages = request.messages();
        String previous = raw.get(PREVIOUS);
        boolean chained = stateful && kept && previous == null && !raw.containsKey("conversation");
        if (previous == null && !chained) {
            return messages;
        }
        for (int i = messages.size() - 1; i >= 0; i--) {
            Message message = messages.get(i);
            boolean own =
                    ForeignHistory.isBy(message, OpenAi.NAME) && !message.id().isEmpty();
            if (own && (chained || ("\"" + message.id() + "\"").equals(previous))) {
                if (chained) {
                    fields.text(PREVIOUS, message.id());
                }
                return messages.subList(i + 1, messages.size());
            }
        }
        return messages;
    }

    /** The calls whose input was a text, in the whole conversation: of it not all may be sent. */
    private Set<String> customCalls() {
        return request.messages().stream()
                .filter(message -> ForeignHistory.isOwn(message, OpenAi.NAME))
                .flatMap(message -> message.toolUses().stream())
                .filter(ResponsesReplyWriter::isCustom)
                .map(ContentBlock.ToolUse::id)
                .collect(Collectors.toSet());
    }

    /** Whether the instructions are words and nothing else, for which there is a field. */
    private boolean isPlain() {
        return request.system().stream()
                .allMatch(block -> block instanceof Text && block.extra().isEmpty());
    }

    private void instructions() {
        if (isPlain() && !request.system().isEmpty()) {
            fields.text(
                    "instructions",
                    request.system().stream()
                            .map(block -> ((Text) block).text())
                            .collect(Collectors.joining("\n\n")));
        }
    }

    /**
     * A tool that the service runs is its raw fields. A function says whether its input fits its schema for certain, because
     * the API would take it for granted.
     */
    private void tool(ToolDefinition tool) {
        String type = ResponsesRequestValidator.type(tool);
        fields.begin(tool.extra());
        if (type.equals(ResponsesRequestValidator.FUNCTION) || type.equals(ResponsesRequestValidator.CUSTOM)) {
            fields.text("type", type);
            fields.text("name", tool.name());
            String description = tool.description();
            if (description != null) {
                fields.text("description", description);
            }
        }
        if (type.equals(ResponsesRequestValidator.FUNCTION)) {
            String schema = tool.inputSchema();
            if (fields.named("parameters")) {
                fields.raw("inputSchema", schema == null ? "{\"type\":\"object\",\"properties\":{}}" : schema);
            }
            fields.flag("strict", false);
        }
        fields.end();
    }

    private void toolChoice(ToolChoice choice) {
        if (request.tools().isEmpty() && !raw.containsKey("tools")) {
            return;
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
            String type = request.tools().stream()
                    .filter(known -> known.name().equals(tool))
                    .map(ResponsesRequestValidator::type)
                    .findFirst()
                    .orElse(ResponsesRequestValidator.FUNCTION);
            fields.begin();
            fields.text("type", type);
            if (type.equals(ResponsesRequestValidator.FUNCTION) || type.equals(ResponsesRequestValidator.CUSTOM)) {
                fields.text("name", tool);
            }
            fields.end();
        }
        if (!choice.parallel() && choice.mode() != ToolChoice.Mode.NONE) {
            fields.flag("parallel_tool_calls", false);
        }
    }

    private void reasoning() {
        ThinkingMode thinking = request.thinking().orElse(null);
        boolean off = thinking instanceof ThinkingMode.Off;
        Optional<String> effort =
                request.effort().or(() -> off ? Optional.of(OpenAiRequestValidator.NO_EFFORT) : Optional.empty());
        boolean shown = thinking instanceof ThinkingMode.Adaptive(boolean wanted) && wanted;
        if ((effort.isPresent() || shown) && fields.beginMerged("reasoning")) {
            effort.ifPresent(word -> fields.text("effort", word));
            if (shown) {
                fields.text("summary", "auto");
            }
            fields.end();
        }
    }

    /**
     * Strict, so that the answer fits the schema for certain, unless the schema has what strict mode rejects. The name is required, and
     * nobody reads it.
     */
    private void format(String schema) {
        if (fields.beginMerged("text")) {
            if (fields.named("format")) {
                fields.begin();
                fields.text("type", "json_schema");
                fields.text("name", "answer");
                fields.flag(
                        "strict",
                        StrictSchema.openObject(schema).isEmpty()
                                && StrictSchema.optionalField(schema).isEmpty());
                fields.named("schema");
                fields.raw("outputSchema", schema);
                fields.end();
            }
            fields.end();
        }
    }
}
