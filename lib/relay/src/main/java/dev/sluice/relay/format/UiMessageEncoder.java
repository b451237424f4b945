package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.StreamFormat;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run as chunks of a UI message stream. The client is strict. A chunk of an unknown kind, or of a part that is not
 * open, fails the whole message. It takes an end without an error for a good one. So only what is known goes out, and
 * how a run ended is always said.
 */
final class UiMessageEncoder implements StreamFormat.Encoder {
    private final String messageId;
    private final @Nullable UiPlace place;
    private final UiParts parts = new UiParts();
    private final UiTools tools = new UiTools();
    private final RunTotals totals = new RunTotals();
    private int sources;
    private boolean started;
    private boolean inStep;
    private boolean isReset;
    private boolean ended;
    private boolean goesOn; // behind what the client has
    private boolean stepEnded; // the client knows an end of the open step, which its calls' results still belong to
    private long parked; // the event that says so, while it is the last

    /**
     * An encoder for one message.
     *
     * @param place where an earlier response ended in the message that this response continues; null for a new message. It is the
     *     client's word
     */
    UiMessageEncoder(String messageId, @Nullable UiPlace place) {
        this.messageId = messageId;
        this.place = place;
        goesOn = place == null;
    }

    @Override
    public void event(RelayEvent event, Consumer<String> frames) {
        if (ended) {
            return;
        }
        if (!goesOn && place != null && place.isBefore(event)) {
            goesOn = true;
            started = false;
            stepEnded = inStep;
        }
        parked = 0;
        Consumer<String> chunks = goesOn ? chunk -> frames.accept(SseFrames.data(chunk)) : known -> {};
        TextDelta usual = TextDelta.at(event);
        if (usual != null) {
            words(usual, chunks);
            return;
        }
        switch (event.type()) {
            case "message_start", "message_delta", "message_stop", "turn_reset" ->
                turn(event.type(), read(event), chunks);
            case "tool_start", "tool_progress", "tool_complete", "tool_error", "tool_event", "approval_asked" ->
                tool(event.type(), read(event), chunks);
            case "stream_error" -> fail(read(event), chunks);
            case "stream_complete" -> finish(finishReason(), chunks);
            case "run_parked" -> parked = goesOn ? event.id() : 0;
            default -> {
                // a note for others, or of a later version
            }
        }
    }

    private void turn(String type, Map<String, Object> event, Consumer<String> chunks) {
        switch (type) {
            case "message_start" -> {
                if (!isReset) { // else the step that was reset is this turn's
                    endStep(chunks);
                }
                isReset = false;
                beginStep(chunks);
                totals.start(event);
            }
            case "message_stop" -> {
                parts.endAll(chunks);
                totals.stop(event);
            }
            case "turn_reset" -> {
                totals.reset(event);
                resetStep(chunks);
            }
            default -> delta(event, chunks);
        }
    }

    private void delta(Map<String, Object> event, Consumer<String> chunks) {
        Object index = event.get("index");
        if (index == null) {
            return; // of the message as a whole: its stop says it again
        }
        TextDelta words = TextDelta.in(event);
        if (words != null) {
            words(words, chunks);
        } else if (event.get("input_json") instanceof String json) {
            tools.inputDelta(index, json, chunks);
        } else if (event.get("citation") instanceof Map<?, ?> citation) {
            source(citation, chunks);
        } else if ("content_block_start".equals(event.get("event"))) {
            beginStep(chunks);
            tools.blockStart(event, chunks);
        } else if ("content_block_stop".equals(event.get("event"))) {
            parts.end(index, chunks);
            tools.blockStop(index, chunks);
        }
    }

    private void words(TextDelta words, Consumer<String> chunks) {
        beginStep(chunks);
        parts.add(words, chunks);
    }

    /** Where the model has something from, if that has an address; other places mean nothing outside of the documents. */
    private void source(Map<?, ?> citation, Consumer<String> chunks) {
        if (citation.get("url") instanceof String url) {
            beginStep(chunks);
            chunks.accept(Json.write(SseFrames.object(
                    "type",
                    "source-url",
                    "sourceId",
                    "source-" + ++sources,
                    "url",
                    url,
                    "title",
                    citation.get("title") instanceof String title ? title : null)));
        }
    }

    private void tool(String type, Map<String, Object> event, Consumer<String> chunks) {
        if (!(event.get("id") instanceof String id)) {
            return;
        }
        beginStep(chunks);
        switch (type) {
            case "tool_start" -> tools.start(id, String.valueOf(event.get("name")), event.get("input"), chunks);
            case "approval_asked" ->
                tools.ask(
                        id,
                        String.valueOf(event.get("name")),
                        event.get("input"),
                        String.valueOf(event.get("call_key")),
                        chunks);
            case "tool_complete" -> tools.end(id, "tool-output-available", "output", event.get("output"), chunks);
            case "tool_error" ->
                tools.end(id, "tool-output-error", "errorText", String.valueOf(event.get("error")), chunks);
            case "tool_progress" ->
                data(
                        "tool-progress",
                        id,
                        "message",
                        event.get("message"),
                        "percentage",
                        event.get("percentage"),
                        chunks);
            default -> {
                if (!(event.get("event") instanceof Map<?, ?> inner && "debug".equals(inner.get("type")))) {
                    data("tool-event", id, "event", event.get("event"), "", null, chunks);
                }
            }
        }
    }

    /** A part that the client keeps one of for each call, and replaces. */
    private static void data(
            String name,
            String id,
            String field,
            @Nullable Object value,
            String other,
            @Nullable Object otherValue,
            Consumer<String> chunks) {
        Object data = SseFrames.object("toolCallId", id, field, value, other, otherValue);
        chunks.accept(Json.write(SseFrames.object("type", "data-" + name, "id", id, "data", data)));
    }

    @Override
    public void heartbeat(Consumer<String> frames) {
        frames.accept(SseFrames.HEARTBEAT);
    }

    @Override
    public void failure(String code, String message, boolean retryable, Consumer<String> frames) {
        if (!ended) {
            fail(message, chunk -> frames.accept(SseFrames.data(chunk)));
        }
    }

    @Override
    public boolean isParked() {
        return parked > 0;
    }

    /** A run that ends and has not said how was cancelled. */
    @Override
    public void end(Consumer<String> frames) {
        Consumer<String> chunks = chunk -> frames.accept(SseFrames.data(chunk));
        if (!goesOn && place != null) {
            ended = false; // with what the client claims to have
            started = false;
            fail("This answer has no event " + place.after() + ".", chunks);
        } else if (parked > 0) {
            park(chunks);
        } else if (!ended) {
            abort("The run was stopped.", chunks);
        }
        frames.accept(SseFrames.DONE);
    }

    /** The message ends for now. Its open calls stay open; the client sends the place back with the answers to them. */
    private void park(Consumer<String> chunks) {
        begin(chunks);
        chunks.accept(Json.write(SseFrames.object(
                "type", "data-run-parked", "id", messageId, "data", SseFrames.object("eventId", parked))));
        parts.endAll(chunks);
        tools.endUnasked(chunks);
        finishStep(chunks);
        inStep = false;
        finish("tool-calls", chunks);
    }

    /** A run that somebody stopped has not failed. */
    private void fail(Map<String, Object> event, Consumer<String> chunks) {
        String message = String.valueOf(event.get("error"));
        if (event.get("details") instanceof Map<?, ?> details && "cancelled".equals(details.get("code"))) {
            abort(message, chunks);
        } else {
            fail(message, chunks);
        }
    }

    private void abort(String reason, Consumer<String> chunks) {
        last(SseFrames.object("type", "abort", "reason", reason), chunks);
    }

    private void fail(String message, Consumer<String> chunks) {
        last(SseFrames.object("type", "error", "errorText", message), chunks);
    }

    private void finish(String reason, Consumer<String> chunks) {
        last(
                SseFrames.object(
                        "type",
                        "finish",
                        "finishReason",
                        reason,
                        "messageMetadata",
                        SseFrames.object("model", totals.model(), "usage", totals.usage())),
                chunks);
    }

    private String finishReason() {
        return switch (totals.finishReason()) {
            case "stop" -> "stop";
            case "length" -> "length";
            case "tool_calls" -> "tool-calls";
            case "content_filter" -> "content-filter";
            default -> "other";
        };
    }

    private void last(Map<String, @Nullable Object> chunk, Consumer<String> chunks) {
        begin(chunks);
        endStep(chunks);
        chunks.accept(Json.write(chunk));
        ended = true;
    }

    private void begin(Consumer<String> chunks) {
        if (!started) {
            started = true;
            chunks.accept(Json.write(SseFrames.object("type", "start", "messageId", messageId)));
        }
    }

    private void beginStep(Consumer<String> chunks) {
        begin(chunks);
        if (!inStep) {
            inStep = true;
            chunks.accept("{\"type\":\"start-step\"}");
        }
    }

    /** A step is over when the next begins, so that its tools' results belong to it. */
    private void endStep(Consumer<String> chunks) {
        if (inStep) {
            inStep = false;
            parts.endAll(chunks);
            tools.endAll(chunks);
            finishStep(chunks);
        }
    }

    private void finishStep(Consumer<String> chunks) {
        if (!stepEnded) {
            chunks.accept("{\"type\":\"finish-step\"}");
        }
        stepEnded = false;
    }

    /** The client drops all parts of the step, open ones too; a chunk for one of them would fail the message. */
    private void resetStep(Consumer<String> chunks) {
        if (inStep) {
            isReset = true;
            parts.drop();
            tools.drop();
            chunks.accept("{\"type\":\"reset-step\"}");
        }
    }

    private static Map<String, Object> read(RelayEvent event) {
        return Json.readObject(event.json());
    }
}
