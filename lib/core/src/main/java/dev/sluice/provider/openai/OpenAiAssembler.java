package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.PromptUsage;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One answer, built of its chunks; a whole completion is one chunk. It starts with its first choice, because what comes
 * before (Azure's {@code prompt_filter_results}) has neither id nor model. Only the choice numbered 0 is this answer.
 *
 * <p>Fields of chunks beside a choice become the message's extra fields, each when it is new. Unknown fields of a
 * choice become extra fields too, joined by {@link OpenAiUnknownFields}. In a stream they are also an {@code Unknown}
 * event, at their place in a chunk.
 */
final class OpenAiAssembler {
    /** The type of an answer in chunks. */
    static final String CHUNK = "chat.completion.chunk";

    /** The type of an answer that is not streamed. */
    static final String WHOLE = "chat.completion";

    private static final String GROQ = "x_groq";

    /** Fields that chunks repeat, and that need no second look. */
    private static final List<String> REPEATED = List.of("service_tier", "system_fingerprint", "provider");

    private final String type;
    private final OpenAiUsage usage = new OpenAiUsage();
    private final OpenAiBlocks blocks = new OpenAiBlocks();
    private final OpenAiToolCalls calls = new OpenAiToolCalls(blocks);
    private final OpenAiReasoning reasoning = new OpenAiReasoning(blocks);
    private final Map<String, String> repeated = new LinkedHashMap<>();
    private final Map<String, String> head = new LinkedHashMap<>();
    private final Map<String, String> changes = new LinkedHashMap<>();
    private final OpenAiUnknownFields unknown = new OpenAiUnknownFields();
    private String id = "";
    private String model = "";
    private boolean started;
    private String stopReason = "";
    private @Nullable String stopSequence;

    /** An answer in objects of that type. */
    OpenAiAssembler(String type) {
        this.type = type;
    }

    /** Whether it has begun. */
    boolean isStarted() {
        return started;
    }

    /** Whether the model has said why it stopped. Its usage may still come. */
    boolean isFinished() {
        return !stopReason.isEmpty();
    }

    /** Takes a chunk, which is not an error. */
    void chunk(JsonFields chunk, Consumer<? super StreamEvent> out) {
        usage.merge(chunk.objectIfAny("usage"));
        List<JsonFields> choices = chunk.objects("choices");
        fields(chunk);
        if (!started && !choices.isEmpty()) {
            started = true;
            out.accept(new StreamEvent.MessageStart(message()));
        }
        for (JsonFields choice : choices) {
            if (choice.number("index", 0) == 0) {
                choice(choice, out);
            } else {
                out.accept(new StreamEvent.Unknown(type, "{\"choices\":[" + choice.raw() + "]}"));
            }
        }
    }

    /** Takes a delta that a chunk would have come to. */
    void grow(ContentBlockDelta delta, Consumer<? super StreamEvent> out) {
        blocks.grow(delta, out);
    }

    /** Says that the answer is complete. */
    void end(Consumer<? super StreamEvent> out) {
        calls.end(id, out);
        blocks.end(out);
        changes.putAll(unknown.whole());
        reasoning.details().ifPresent(details -> changes.put(OpenAiReasoning.DETAILS, details));
        out.accept(new StreamEvent.MessageDelta(
                finish(), stopReason.isEmpty() ? null : stopReason, stopSequence, usage.soFar(), changes));
        out.accept(new StreamEvent.MessageStop());
    }

    private Message message() {
        return new Message(
                id,
                Role.ASSISTANT,
                model,
                OpenAiChatCompletions.NAME,
                List.of(),
                FinishReason.UNKNOWN,
                null,
                null,
                PromptUsage.of(usage.soFar()),
                head);
    }

    private void fields(JsonFields chunk) {
        chunk.takeIf("object", type);
        chunk.skip("obfuscation"); // random, so that the length of a chunk reveals nothing
        groq(chunk.objectIfAny(GROQ));
        if (started) {
            chunk.skip("id");
            chunk.skip("created"); // of some servers the time of the chunk
            repeated.forEach(chunk::takeIf);
            changes.putAll(chunk.rest());
            return;
        }
        id = text(chunk, "id");
        model = text(chunk, "model");
        repeated.put("model", model);
        for (String name : REPEATED) {
            String text = chunk.textIfAny(name);
            if (text != null) {
                repeated.put(name, text);
                head.put(name, Json.write(text));
            }
        }
        head.putAll(chunk.rest());
    }

    /** Groq reports its usage inside of a field that has more. */
    private void groq(@Nullable JsonFields groq) {
        if (groq != null) {
            usage.merge(groq.objectIfAny("usage"));
            Map<String, String> rest = groq.rest();
            if (!rest.isEmpty()) {
                (started ? changes : head).put(GROQ, RawJson.object(rest));
            }
        }
    }

    private void choice(JsonFields choice, Consumer<? super StreamEvent> out) {
        if (OpenAiErrors.isError(choice)) { // OpenRouter
            throw OpenAiErrors.inStream(choice, choice.raw());
        }
        JsonFields delta = choice.object("delta");
        JsonFields said = delta == null ? choice.object("message") : delta;
        if (said != null) {
            words(said, out);
            said.objects(OpenAiToolCalls.CALLS).forEach(call -> calls.fragment(call, id, out));
            JsonFields function = said.object(OpenAiToolCalls.LEGACY);
            if (function != null) {
                calls.legacy(function, id, out);
            }
        }
        String finish = text(choice, "finish_reason");
        stopReason = finish.isEmpty() ? stopReason : finish;
        if (stopReason.equals("error")) { // Mistral, OpenRouter: the model broke down, and nobody says why
            throw OpenAiErrors.broken(choice.raw());
        }
        if (!finish.isEmpty() && finish() != FinishReason.CONTENT_FILTER) { // no tool is to run for a refused answer
            blocks.endWholeCalls(out);
        }
        String sequence = choice.textIfAny("stop_reason"); // vLLM; a number is a token that ends every answer
        stopSequence = sequence == null ? stopSequence : sequence;
        unknown(choice.rest(), delta == null ? "message" : "delta", said == null ? Map.of() : said.rest(), out);
    }

    private void words(JsonFields said, Consumer<? super StreamEvent> out) {
        said.takeIf("role", Role.ASSISTANT.wireName());
        reasoning.take(said, out);
        String content = said.textIfAny(OpenAiBlocks.CONTENT);
        if (content != null) {
            blocks.text(OpenAiBlocks.CONTENT, content, out);
        } else {
            said.objects(OpenAiBlocks.CONTENT).forEach(part -> part(part, out));
        }
        blocks.text(OpenAiBlocks.REFUSAL, text(said, OpenAiBlocks.REFUSAL), out);
        said.objects("annotations").forEach(annotation -> blocks.citation(citation(annotation), out));
    }

    /** Content in parts: Mistral's, when it thinks. */
    private void part(JsonFields part, Consumer<? super StreamEvent> out) {
        switch (part.textOrEmpty("type")) {
            case "text" -> blocks.text(OpenAiBlocks.CONTENT, part.textOrEmpty("text"), out);
            case OpenAiReasoning.PART ->
                part.objects(OpenAiReasoning.PART)
                        .forEach(inner -> blocks.thinking(OpenAiReasoning.PART, inner.textOrEmpty("text"), out));
            default -> unknown(Map.of(), "delta", Map.of(OpenAiBlocks.CONTENT, "[" + part.raw() + "]"), out);
        }
    }

    private static Citation citation(JsonFields annotation) {
        String type = annotation.textOrEmpty("type");
        JsonFields source = annotation.objectIfAny(type);
        return source == null
                ? new Citation(type, null, null, null, annotation.raw())
                : new Citation(
                        type,
                        source.textIfAny("content"),
                        source.textIfAny("title"),
                        source.textIfAny("url"),
                        annotation.raw());
    }

    private void unknown(
            Map<String, String> choice, String name, Map<String, String> said, Consumer<? super StreamEvent> out) {
        if (choice.isEmpty() && said.isEmpty()) {
            return;
        }
        unknown.add(choice);
        unknown.add(said);
        if (type.equals(WHOLE)) {
            return;
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("index", "0");
        fields.putAll(choice);
        if (!said.isEmpty()) {
            fields.put(name, RawJson.object(said));
        }
        out.accept(new StreamEvent.Unknown(type, "{\"choices\":[" + RawJson.object(fields) + "]}"));
    }

    private static String text(JsonFields wire, String name) {
        String text = wire.textIfAny(name);
        return text == null ? "" : text;
    }

    private FinishReason finish() {
        FinishReason reason = switch (stopReason) {
            case "stop" -> FinishReason.STOP;
            case "eos", "eos_token", "stop_sequence" -> FinishReason.STOP; // Hugging Face's servers
            case "length", "model_length" -> FinishReason.LENGTH; // the second: Mistral, the context is full
            case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.UNKNOWN;
        };
        if (reason != FinishReason.STOP) {
            return reason;
        }
        // "stop" is also what OpenAI says when a call was demanded by name, and others when one was not.
        return blocks.isRefused() ? FinishReason.CONTENT_FILTER : calls.isEmpty() ? reason : FinishReason.TOOL_CALLS;
    }
}
