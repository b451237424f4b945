package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.PromptUsage;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.sse.SseReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Decodes one answer of Gemini's: a chunk of the message in each event, without names and without an end marker. The
 * answer is complete when the response ends and a reason for it has been given. A reason alone is no end: some models
 * give one with each chunk, and the last one counts.
 *
 * <p>Fields of a chunk that have no place are in the {@code extra} of the {@link StreamEvent.MessageDelta}, by name. If
 * a later chunk has another value, the earlier one follows it as an {@code Unknown} event.
 */
final class GeminiDecoder implements EventDecoder {
    private JsonFields chunk = new JsonFields(Set.of("candidates", "parts"));
    private final GeminiUsage usage = new GeminiUsage();
    private final Map<String, String> extra = new LinkedHashMap<>();
    private Consumer<? super StreamEvent> out = event -> {};
    private String id = "";
    private String model = "";
    private @Nullable GeminiBlocks blocks;
    private @Nullable String reason;
    private String blocked = "";

    @Override
    public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
        this.out = out;
        try {
            if (chunk.read(sse)) {
                chunk(false);
            } else {
                foreign(sse.data(), null);
            }
        } catch (JacksonException e) {
            foreign(sse.data(), e);
        }
    }

    /** Takes an error that came without the framing of an event, as one does that ends a stream which has begun. */
    @Override
    public void unparsedLines(String lines) {
        ApiError error = GeminiErrors.find(lines);
        if (error != null) {
            throw error;
        }
        String rest = lines.strip();
        if (reason != null && (rest.startsWith("{") || rest.startsWith("["))) {
            throw new ProtocolError("The server ended the stream with what is no event: " + Excerpt.of(rest), null);
        }
    }

    @Override
    public void whole(byte[] body, Consumer<? super StreamEvent> out) {
        this.out = out;
        GeminiErrors.throwIfListed(new String(body, StandardCharsets.UTF_8));
        NonStreamingBody.read(body, wire -> {
            GeminiErrors.throwIfAny(wire);
            chunk = wire;
            chunk(true);
            return wire;
        });
        end(out);
        if (reason == null && blocked.isEmpty()) {
            throw new ProtocolError("The server sent an answer without a reason for its end: " + excerpt(body), null);
        }
    }

    @Override
    public void end(Consumer<? super StreamEvent> out) {
        this.out = out;
        if (blocks == null || (reason == null && blocked.isEmpty())) {
            return;
        }
        blocks.end();
        String why = reason == null ? "blockReason:" + blocked : reason;
        out.accept(new StreamEvent.MessageDelta(finish(blocks.called()), why, null, usage.soFar(), extra));
        out.accept(new StreamEvent.MessageStop());
    }

    private void chunk(boolean whole) {
        if (chunk.has("error")) {
            throw GeminiErrors.inStream(chunk);
        }
        usage.merge(chunk.object("usageMetadata"));
        GeminiBlocks parts = started(whole);
        for (JsonFields candidate : chunk.objects("candidates")) {
            if (candidate.number("index", 0) == 0) {
                candidate(candidate, parts);
            } else {
                out.accept(new StreamEvent.Unknown("candidate", candidate.raw()));
            }
        }
        JsonFields feedback = chunk.objectIfAny("promptFeedback");
        if (feedback != null) {
            String why = feedback.textOrEmpty("blockReason");
            blocked = why.isEmpty() ? blocked : why;
            keep("promptFeedback", feedback.raw());
        }
        chunk.rest().forEach(this::keep);
    }

    private GeminiBlocks started(boolean whole) {
        String version = chunk.textOrEmpty("modelVersion");
        String response = chunk.textOrEmpty("responseId");
        if (blocks == null) {
            id = response.isEmpty() ? GeminiIds.answer() : response;
            model = version;
            blocks = new GeminiBlocks(event -> out.accept(event), id, whole);
            out.accept(new StreamEvent.MessageStart(new Message(
                    id,
                    Role.ASSISTANT,
                    model,
                    Gemini.NAME,
                    List.of(),
                    FinishReason.UNKNOWN,
                    null,
                    null,
                    PromptUsage.of(usage.soFar()),
                    Map.of())));
        }
        keepIfNew("modelVersion", version, model);
        keepIfNew("responseId", response, id);
        return blocks;
    }

    private void candidate(JsonFields candidate, GeminiBlocks parts) {
        JsonFields content = candidate.object("content");
        if (content != null) {
            content.objects("parts").forEach(parts::part);
            content.takeIf("role", "model");
            content.rest().forEach(this::keep);
        }
        JsonFields grounding = candidate.objectIfAny("groundingMetadata");
        if (grounding != null) {
            keep("groundingMetadata", grounding.raw());
            parts.citations().grounding(grounding);
        }
        JsonFields citations = candidate.objectIfAny("citationMetadata");
        if (citations != null) {
            keep("citationMetadata", citations.raw());
            parts.citations().citations(citations);
        }
        String why = candidate.textOrEmpty("finishReason");
        if (!why.isEmpty()) {
            reason = why;
            parts.finish(!why.equals("STOP"));
        }
        candidate.rest().forEach(this::keep);
    }

    private void keepIfNew(String name, String value, String known) {
        if (!value.isEmpty() && !value.equals(known)) {
            keep(name, Json.write(value));
        }
    }

    /** Keeps a field for the end. One that says something else than before does not make that undone. */
    private void keep(String name, String json) {
        String before = extra.put(name, json);
        if (before != null && !before.equals(json)) {
            out.accept(new StreamEvent.Unknown(name, RawJson.object(Map.of(name, before))));
        }
    }

    private FinishReason finish(boolean called) {
        return switch (reason) {
            case "STOP" -> called ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "MAX_TOKENS" -> FinishReason.LENGTH;
            case GeminiRequestWriter.PAUSED -> FinishReason.PAUSE;
            case "SAFETY",
                    "RECITATION",
                    "LANGUAGE",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "MODEL_ARMOR",
                    "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT",
                    "IMAGE_RECITATION" -> FinishReason.CONTENT_FILTER;
            case null -> FinishReason.CONTENT_FILTER; // the prompt was blocked
            default -> FinishReason.UNKNOWN;
        };
    }

    /** Interprets data that is no JSON object: nothing, the end marker of some gateways, or an error in a list. */
    static void foreign(String data, @Nullable JacksonException cause) {
        String word = data.strip();
        if (word.isEmpty() || word.equals("null") || word.equals("[DONE]")) {
            return;
        }
        ApiError error = GeminiErrors.find(data);
        if (error != null) {
            throw error;
        }
        throw new ProtocolError(
                "The server sent data that is " + (cause == null ? "no JSON object: " : "no JSON: ") + Excerpt.of(data),
                cause);
    }

    private static String excerpt(byte[] body) {
        return Excerpt.of(new String(body, StandardCharsets.UTF_8));
    }
}
