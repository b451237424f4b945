package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * Writes the body of a request for an interaction. Its requests have passed {@link InteractionsRequestValidator}.
 * Objects that it writes and the caller sets too are merged field by field, and the caller's fields win.
 */
final class InteractionsRequestWriter {
    private static final String PREVIOUS = "previous_interaction_id";
    private static final String STORE = "store";
    private static final String AGENT = "agent";
    private static final String FUNCTION = "function";
    private static final String TOOL_CHOICE = "tool_choice";

    private final MessageRequest request;
    private final boolean stateful;
    private final Map<String, String> raw;
    private final JsonObjectWriter fields;

    private InteractionsRequestWriter(MessageRequest request, boolean stateful, JsonGenerator out) {
        this.request = request;
        this.stateful = stateful;
        this.raw = request.extra();
        this.fields = new JsonObjectWriter(out);
    }

    static byte[] write(MessageRequest request, boolean stateful, boolean streamed) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = RawJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            new InteractionsRequestWriter(request, stateful, out).body(streamed);
        }
        return bytes.toByteArray();
    }

    private void body(boolean streamed) {
        fields.begin(raw);
        if (!raw.containsKey(AGENT)) {
            fields.text("model", request.model());
        }
        if (streamed) {
            fields.flag("stream", true);
        }
        boolean kept = isKept();
        fields.flag(STORE, kept);
        if (!request.system().isEmpty()) {
            fields.text(
                    "system_instruction",
                    String.join(
                            "\n\n",
                            request.system().stream()
                                    .map(block -> ((ContentBlock.Text) block).text())
                                    .toList()));
        }
        input(kept);
        tools();
        request.outputSchema().ifPresent(this::responseFormat);
        generationConfig();
        request.serviceTier().ifPresent(tier -> fields.text("service_tier", tier));
        fields.end();
    }

    /**
     * Whether the service keeps the interaction. It has to keep one that continues a kept one, or that runs in the
     * background.
     */
    private boolean isKept() {
        boolean asked = stateful || raw.containsKey(PREVIOUS) || isInBackground(request);
        return Boolean.parseBoolean(raw.getOrDefault(STORE, asked ? "true" : "false"));
    }

    /** Whether the service makes the interaction without a connection. */
    static boolean isInBackground(MessageRequest request) {
        return "true".equals(request.extra().get("background"));
    }

    /** What was said, unless the service knows it: all of it, or what follows the answer that the request names. */
    private void input(boolean kept) {
        List<Message> all = request.messages();
        String token = PausedAnswers.token(all, InteractionsAnswer.PAUSED, InteractionsAnswer.CONTINUATION_TOKEN);
        if (token != null && fields.named(InteractionsAnswer.CONTINUATION_TOKEN)) {
            fields.raw(InteractionsAnswer.CONTINUATION_TOKEN, token);
        }
        List<Message> messages = all;
        if (token != null) {
            if (kept && !all.getLast().id().isEmpty()) {
                fields.text(PREVIOUS, all.getLast().id());
                return;
            }
            messages = PausedAnswers.without(all, InteractionsAnswer.PAUSED, InteractionsAnswer.CONTINUATION_TOKEN);
        }
        messages = unknown(messages, kept);
        if (fields.array("input")) {
            new InteractionsContentWriter(fields, all).messages(ForeignHistory.of(messages, GeminiInteractions.NAME));
            fields.endArray();
        }
    }

    /**
     * The messages that the service does not know yet: all, unless the request names an answer or the service keeps
     * them.
     */
    private List<Message> unknown(List<Message> messages, boolean kept) {
        String previous = raw.get(PREVIOUS);
        boolean chained = stateful && kept && previous == null;
        for (int i = messages.size() - 1; i >= 0 && (chained || previous != null); i--) {
            Message message = messages.get(i);
            boolean own = ForeignHistory.isBy(message, GeminiInteractions.NAME)
                    && !message.id().isEmpty();
            if (own && (chained || ("\"" + message.id() + "\"").equals(previous))) {
                if (chained) {
                    fields.text(PREVIOUS, message.id());
                }
                return messages.subList(i + 1, messages.size());
            }
        }
        return messages;
    }

    private void tools() {
        if (!request.tools().isEmpty() && fields.array("tools")) {
            request.tools().forEach(this::tool);
            fields.endArray();
        }
    }

    /** A tool that the service runs is its raw fields; only a server of the caller's has a name. */
    private void tool(ToolDefinition tool) {
        fields.begin(tool.extra());
        if (GeminiRequestWriter.isServerTool(tool)) {
            if (!tool.name().isEmpty() && "\"mcp_server\"".equals(tool.extra().get("type"))) {
                fields.text("name", tool.name());
            }
            fields.end();
            return;
        }
        fields.text("type", FUNCTION);
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
    }

    private void responseFormat(String schema) {
        if (fields.beginMerged("response_format")) {
            fields.text("type", "text");
            fields.text("mime_type", "application/json");
            if (fields.named("schema")) {
                fields.raw("outputSchema", schema);
            }
            fields.end();
        }
    }

    private void generationConfig() {
        ToolChoice choice = choice();
        boolean any = request.maxTokens().isPresent()
                || request.temperature().isPresent()
                || request.topP().isPresent()
                || !request.stopSequences().isEmpty()
                || request.thinking().isPresent()
                || request.effort().isPresent()
                || choice != null;
        if (!any || !fields.beginMerged("generation_config")) {
            return;
        }
        request.maxTokens().ifPresent(most -> fields.number("max_output_tokens", most));
        request.temperature().ifPresent(value -> fields.number("temperature", value));
        request.topP().ifPresent(value -> fields.number("top_p", value));
        if (!request.stopSequences().isEmpty() && fields.array("stop_sequences")) {
            request.stopSequences().forEach(fields::text);
            fields.endArray();
        }
        request.effort().ifPresent(effort -> fields.text("thinking_level", effort.toLowerCase(Locale.ROOT)));
        if (request.thinking().orElse(null) instanceof ThinkingMode.Adaptive(boolean shown)) {
            fields.text("thinking_summaries", shown ? "auto" : "none");
        }
        if (choice != null) {
            toolChoice(choice);
        }
        fields.end();
    }

    /** The setting for the choice of tools; null if there is none, or there are no tools. */
    private @Nullable ToolChoice choice() {
        ToolChoice choice = request.toolChoice().orElse(null);
        boolean counts =
                choice != null && (GeminiRequestWriter.hasFunctions(request) || GeminiRequestWriter.isDemand(choice));
        return counts ? choice : null;
    }

    private void toolChoice(ToolChoice choice) {
        String tool = choice.tool();
        if (tool == null) {
            fields.text(TOOL_CHOICE, choice.mode().name().toLowerCase(Locale.ROOT));
        } else if (fields.named(TOOL_CHOICE)) {
            fields.begin();
            fields.named("allowed_tools");
            fields.begin();
            fields.text("mode", "any");
            fields.array("tools");
            fields.text(tool);
            fields.endArray();
            fields.end();
            fields.end();
        }
    }
}
