package dev.sluice.provider.claude;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.sse.SseReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Decodes the events of one answer of Claude's.
 *
 * <p>The {@code type} field is the kind of an event, in each order of fields. The name of the server-sent event counts
 * only if there is none. An empty delta is not emitted. Fields that have no place in the event's record follow it as an
 * {@code Unknown} event or delta of the same type. Those of a {@link StreamEvent.MessageStop} come before it, because
 * nothing comes after it.
 */
final class ClaudeDecoder implements EventDecoder {
    private final @Nullable DeltaScanner scanner;
    private final JsonFields event = new JsonFields();
    private final ClaudeUsage usage = new ClaudeUsage();
    private boolean started;
    private boolean parsed; // the event before: its fields are still there
    private @Nullable CompactionBlock compaction; // held back until it is whole

    ClaudeDecoder() {
        this(new DeltaScanner());
    }

    /** A decoder that decodes the same without a scanner as with it, more slowly. */
    ClaudeDecoder(@Nullable DeltaScanner scanner) {
        this.scanner = scanner;
    }

    @Override
    public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
        ContentBlockDelta delta = scanner == null ? null : scanner.scan(sse);
        if (delta != null) {
            if (parsed) {
                parsed = false;
                event.clear(); // nearly all that follows is the scanner's, or else nothing is
            }
            if (compaction != null && compaction.isAt(delta.index())) {
                release(out);
            }
            out.accept(delta);
            return;
        }
        parsed = true;
        int first = firstByte(sse);
        if (first < 0) {
            return;
        }
        try {
            if (first != '{' || !event.read(sse)) {
                decodeForeign(sse, null);
                return;
            }
            decode(type(sse), sse, out);
        } catch (JacksonException e) {
            decodeForeign(sse, e);
        }
    }

    /** The fields of a message are in its body what they are in its start. */
    @Override
    public void whole(byte[] body, Consumer<? super StreamEvent> out) {
        NonStreamingBody.handOut(NonStreamingBody.read(body, this::wholeMessage), out);
    }

    private Message wholeMessage(JsonFields body) {
        ClaudeErrors.throwIfAny(body);
        if (!body.has("content")) {
            throw body.mismatch("content", "a list");
        }
        return message(body);
    }

    /** Nothing waits for the end: the answer is complete with its {@code message_stop} or not at all. */
    @Override
    public void end(Consumer<? super StreamEvent> out) {}

    private void decode(String type, SseReader sse, Consumer<? super StreamEvent> out) {
        switch (type) {
            case "content_block_delta" -> decodeDelta(out);
            case "content_block_start" -> decodeStart(out);
            case "content_block_stop" -> {
                int index = event.index("index");
                if (compaction != null && compaction.isAt(index)) {
                    release(out);
                }
                out.accept(new StreamEvent.ContentBlockStop(index));
            }
            case "message_start" -> out.accept(new StreamEvent.MessageStart(message(event.needed("message"))));
            case "message_delta" -> {
                release(out);
                out.accept(messageDelta());
            }
            case "ping" -> out.accept(new StreamEvent.Ping());
            case "message_stop" -> {
                release(out);
                decodeRest(type, out);
                out.accept(new StreamEvent.MessageStop());
                return;
            }
            case "error" -> throw ClaudeErrors.ofEvent(event, sse.data());
            default -> {
                out.accept(new StreamEvent.Unknown(type, event.raw()));
                return;
            }
        }
        decodeRest(type, out);
    }

    private String type(SseReader sse) {
        String type = event.text("type");
        if (type != null) {
            return type;
        }
        // Gateways send their own errors without a type and without a name.
        return !sse.hasType() && event.has("error") ? "error" : sse.type();
    }

    private void decodeStart(Consumer<? super StreamEvent> out) {
        int index = event.index("index");
        JsonFields wire = event.needed("content_block");
        if (CompactionBlock.TYPE.equals(wire.textIfAny("type"))) {
            release(out);
            compaction = new CompactionBlock(index, wire);
        } else {
            out.accept(new StreamEvent.ContentBlockStart(index, ClaudeBlocks.block(wire)));
        }
    }

    /** Emits the compaction block that is held back, if there is one. */
    private void release(Consumer<? super StreamEvent> out) {
        if (compaction != null) {
            StreamEvent start = compaction.start();
            compaction = null;
            out.accept(start);
        }
    }

    private void decodeDelta(Consumer<? super StreamEvent> out) {
        int index = event.index("index");
        JsonFields wire = event.needed("delta");
        String type = wire.textOrEmpty("type");
        if (compaction != null && compaction.isAt(index)) {
            if (!type.equals("text_delta") && !type.equals("input_json_delta") && !type.equals("thinking_delta")) {
                compaction.add(wire);
                return;
            }
            release(out); // no compaction as this library knows it: the rest is emitted as it comes
        }
        Delta delta = delta(type, wire);
        if (delta != null) {
            out.accept(new ContentBlockDelta(index, delta));
        }
        if (!(delta instanceof Delta.Unknown)) {
            Map<String, String> rest = wire.rest();
            if (!rest.isEmpty()) {
                out.accept(new ContentBlockDelta(index, new Delta.Unknown(type, RawJson.object(rest))));
            }
        }
    }

    /** The delta; null if it is empty. */
    private static @Nullable Delta delta(String type, JsonFields wire) {
        return switch (type) {
            case "text_delta" -> unlessEmpty(wire.text("text"), Delta.TextDelta::new);
            case "input_json_delta" -> unlessEmpty(wire.text("partial_json"), Delta.InputJsonDelta::new);
            case "thinking_delta" -> unlessEmpty(wire.text("thinking"), Delta.ThinkingDelta::new);
            case "signature_delta" -> unlessEmpty(wire.text("signature"), Delta.SignatureDelta::new);
            case "citations_delta" -> {
                JsonFields citation = wire.object("citation");
                yield citation == null ? null : new Delta.CitationsDelta(ClaudeBlocks.citation(citation));
            }
            default -> new Delta.Unknown(type, wire.raw());
        };
    }

    private static @Nullable Delta unlessEmpty(@Nullable String text, Function<String, Delta> delta) {
        return text == null || text.isEmpty() ? null : delta.apply(text);
    }

    private Message message(JsonFields wire) {
        JsonFields first = wire.object("usage");
        if (!started) { // gateways repeat the start: what it counts is older than what has come since
            usage.merge(first);
            started = true;
        }
        wire.takeIf("type", "message");
        String id = wire.textOrEmpty("id");
        String model = wire.textOrEmpty("model");
        String stopReason = wire.text("stop_reason");
        String stopSequence = wire.text("stop_sequence");
        var content = ClaudeBlocks.blocks(wire.objects("content"));
        Role role = role(wire);
        return new Message(
                id,
                role,
                model,
                Claude.NAME,
                content,
                finish(stopReason),
                stopReason,
                stopSequence,
                usage.soFar(),
                wire.rest());
    }

    private StreamEvent messageDelta() {
        usage.merge(event.object("usage"));
        JsonFields wire = event.object("delta");
        if (wire == null) {
            return new StreamEvent.MessageDelta(finish(null), null, null, usage.soFar(), event.rest());
        }
        String stopReason = wire.text("stop_reason");
        String stopSequence = wire.text("stop_sequence");
        var extra = new LinkedHashMap<>(event.rest());
        extra.putAll(wire.rest());
        return new StreamEvent.MessageDelta(finish(stopReason), stopReason, stopSequence, usage.soFar(), extra);
    }

    /** The role of the message: the assistant's, unless it says otherwise. A role that is not known stays among the other fields. */
    private static Role role(JsonFields wire) {
        for (Role role : Role.values()) {
            if (wire.takeIf("role", role.wireName())) {
                return role;
            }
        }
        return Role.ASSISTANT;
    }

    private static FinishReason finish(@Nullable String stopReason) {
        return switch (stopReason) {
            case "end_turn", "stop_sequence" -> FinishReason.STOP;
            case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_use" -> FinishReason.TOOL_CALLS;
            case "refusal" -> FinishReason.CONTENT_FILTER;
            case "pause_turn", "compaction" -> FinishReason.PAUSE;
            case null, default -> FinishReason.UNKNOWN;
        };
    }

    /** Emits the fields of an event that have no place in its record; with the index, if it has one. */
    private void decodeRest(String type, Consumer<? super StreamEvent> out) {
        Map<String, String> rest = event.rest();
        if (rest.isEmpty()) {
            return;
        }
        var fields = new LinkedHashMap<String, String>();
        if (type.startsWith("content_block_")) {
            fields.put("index", Integer.toString(event.index("index")));
        }
        fields.putAll(rest);
        out.accept(new StreamEvent.Unknown(type, RawJson.object(fields)));
    }

    /** Interprets data that is no JSON object: the end marker of some gateways, or an error. */
    private static void decodeForeign(SseReader sse, @Nullable JacksonException cause) {
        String data = sse.data();
        if (data.strip().equals("[DONE]")) {
            return;
        }
        if (sse.type().equals("error")) {
            throw ClaudeErrors.ofForeignEvent(data);
        }
        throw new ProtocolError(
                "The server sent data that is " + (cause == null ? "no JSON object: " : "no JSON: ") + Excerpt.of(data),
                cause);
    }

    /** The first byte that JSON does not skip; -1 if there is none. */
    private static int firstByte(SseReader sse) {
        byte[] bytes = sse.array();
        int end = sse.offset() + sse.length();
        for (int i = sse.offset(); i < end; i++) {
            byte b = bytes[i];
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return b & 0xFF;
            }
        }
        return -1;
    }
}
