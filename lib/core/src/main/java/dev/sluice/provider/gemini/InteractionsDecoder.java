package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ApiError;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.WholeBlocks;
import dev.sluice.sse.SseReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Decodes the events of one interaction. The {@code event_type} field is the kind of an event. The answer is complete
 * with {@code interaction.completed}, for each status, and nothing behind that counts. {@code [DONE]} is no end of its
 * own.
 */
final class InteractionsDecoder implements EventDecoder {
    private static final String DELTA = "delta";
    private static final String INTERACTION = "interaction";
    static final String CREATED = "interaction.created";
    static final String COMPLETED = "interaction.completed";
    private static final String STATUS_UPDATE = "interaction.status_update";

    /** The fields of events that need no place: they say where the event belongs, or nothing. */
    private static final List<String> SKIPPED =
            List.of("event_type", "event_id", "index", INTERACTION, "interaction_id", "step", DELTA, "metadata");

    private final JsonFields event = new JsonFields();
    private final InteractionsAnswer answer = new InteractionsAnswer();
    private final EventIds ids = new EventIds();
    private boolean done;

    @Override
    public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
        if (done) {
            return;
        }
        try {
            if (event.read(sse)) {
                String type = type(sse);
                if (type.equals("error") || ids.next(type, InteractionsStep.text(event, "event_id"))) {
                    decode(type, out);
                }
            } else {
                GeminiDecoder.foreign(sse.data(), null);
            }
        } catch (JacksonException e) {
            GeminiDecoder.foreign(sse.data(), e);
        }
    }

    @Override
    public String position() {
        return ids.position();
    }

    @Override
    public void resumed() {
        ids.resumed();
    }

    private String type(SseReader sse) {
        String type = event.textIfAny("event_type");
        if (type != null) {
            return type;
        }
        return event.has("error") ? "error" : sse.type();
    }

    private void decode(String type, Consumer<? super StreamEvent> out) {
        if (type.equals("error")) {
            throw GeminiErrors.inStream(event);
        }
        JsonFields interaction = event.objectIfAny(INTERACTION);
        boolean isFirst = answer.start(interaction, InteractionsStep.text(event, "interaction_id"), out);
        JsonFields metadata = event.objectIfAny("metadata");
        if (metadata != null) {
            answer.usage().merge(metadata.objectIfAny("total_usage"));
        }
        boolean known = switch (type) {
            case CREATED -> isFirst;
            case "step.start" -> {
                JsonFields step = event.objectIfAny("step");
                yield answer.stepStart(answer.place(event, true), step, out);
            }
            case "step.delta" -> {
                JsonFields delta = event.objectIfAny(DELTA);
                yield delta != null && answer.stepDelta(answer.place(event, false), delta, out);
            }
            case "step.stop" -> {
                answer.usage().merge(event.objectIfAny("usage"));
                answer.stepStop(answer.place(event, false), out);
                yield true;
            }
            case STATUS_UPDATE -> {
                answer.status(event);
                yield false;
            }
            case COMPLETED -> {
                done = true;
                answer.status(event); // a token beside the interaction
                answer.end(interaction, out);
                yield true;
            }
            default -> false;
        };
        if (!known) {
            out.accept(new StreamEvent.Unknown(type, event.raw()));
        } else if (!done) {
            rest(type, metadata, out);
        }
    }

    /** Emits the fields of an event that have no place, with that of its step. */
    private void rest(String type, @Nullable JsonFields metadata, Consumer<? super StreamEvent> out) {
        var fields = new LinkedHashMap<String, String>();
        for (String name : new String[] {"step", DELTA}) {
            JsonFields object = event.objectIfAny(name);
            if (object != null) {
                String kind = object.raw("type");
                Map<String, String> left = object.rest();
                if (!left.isEmpty()) {
                    var all = new LinkedHashMap<String, String>();
                    all.put("type", kind == null ? "\"\"" : kind);
                    all.putAll(left);
                    fields.put(name, RawJson.object(all));
                }
            }
        }
        if (metadata != null && !metadata.rest().isEmpty()) {
            fields.put("metadata", metadata.raw());
        }
        SKIPPED.forEach(event::skip);
        fields.putAll(event.rest());
        if (!fields.isEmpty()) {
            String index = event.raw("index");
            var all = new LinkedHashMap<String, String>();
            if (index != null) {
                all.put("index", index);
            }
            all.putAll(fields);
            out.accept(new StreamEvent.Unknown(type, RawJson.object(all)));
        }
    }

    /** Takes an error that came without the framing of an event. */
    @Override
    public void unparsedLines(String lines) {
        ApiError error = done ? null : GeminiErrors.find(lines);
        if (error != null) {
            throw error;
        }
    }

    @Override
    public void whole(byte[] body, Consumer<? super StreamEvent> out) {
        GeminiErrors.throwIfListed(new String(body, StandardCharsets.UTF_8));
        List<StreamEvent> all = NonStreamingBody.read(body, wire -> {
            GeminiErrors.throwIfAny(wire);
            if (wire.textIfAny("status") == null && !wire.has("steps")) {
                throw wire.mismatch("status", "the status of an interaction");
            }
            var events = new ArrayList<StreamEvent>();
            answer.end(wire, new WholeBlocks(events::add));
            return events;
        });
        all.forEach(out);
    }

    /** Nothing waits for the end: the answer is complete with its last event or not at all. */
    @Override
    public void end(Consumer<? super StreamEvent> out) {}
}
