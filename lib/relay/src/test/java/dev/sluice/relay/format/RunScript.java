package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.StreamFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run's events, written down. */
final class RunScript {
    final List<RelayEvent> events = new ArrayList<>();

    /** One more event, of these fields. */
    RunScript add(String type, Object... namesAndValues) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", type);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return raw(type, Json.write(fields));
    }

    RunScript raw(String type, String json) {
        events.add(new RelayEvent(events.size() + 1, type, json));
        return this;
    }

    RunScript turn() {
        return add("message_start", "id", "msg_1", "model", "claude-sonnet-5", "provider", "claude");
    }

    RunScript block(int index, String kind, Object... more) {
        var all = new ArrayList<Object>(List.of("index", index, "event", "content_block_start", "block", kind));
        all.addAll(List.of(more));
        return add("message_delta", all.toArray());
    }

    RunScript text(int index, String text) {
        return add("message_delta", "index", index, "text", text);
    }

    RunScript thinking(int index, String text) {
        return add("message_delta", "index", index, "thinking", text);
    }

    RunScript input(int index, String json) {
        return add("message_delta", "index", index, "input_json", json);
    }

    RunScript blockEnd(int index) {
        return add("message_delta", "index", index, "event", "content_block_stop");
    }

    RunScript stop(String reason) {
        return add(
                "message_stop",
                "finish_reason",
                reason,
                "stop_reason",
                "end_turn",
                "usage",
                Map.of("input_tokens", 10, "output_tokens", 5));
    }

    /** The turn is taken back, and has cost something. */
    RunScript reset() {
        return add(
                "turn_reset",
                "turn",
                1,
                "attempt",
                1,
                "code",
                "connection_failed",
                "usage",
                Map.of("input_tokens", 10, "output_tokens", 1));
    }

    RunScript complete() {
        return add("stream_complete");
    }

    RunScript error() {
        return add(
                "stream_error",
                "error",
                "The model is overloaded.",
                "details",
                Map.of("code", "overloaded_error", "retryable", true));
    }

    /** An answer of one text and its good end. */
    static RunScript answer(String... words) {
        var run = new RunScript().turn().block(0, "text");
        for (String word : words) {
            run.text(0, word);
        }
        return run.blockEnd(0).stop("stop").complete();
    }

    /** Thoughts, a tool with progress while the text goes on, and a second turn. */
    static RunScript tools() {
        return new RunScript()
                .turn()
                .block(0, "thinking")
                .thinking(0, "A gauge ")
                .thinking(0, "will know.")
                .add("message_delta", "index", 0, "event", "signature")
                .blockEnd(0)
                .block(1, "text")
                .text(1, "Let me look. ")
                .blockEnd(1)
                .block(2, "tool_use", "id", "toolu_1", "name", "river_level")
                .input(2, "{\"river\":")
                .input(2, "\"Douro\"}")
                .blockEnd(2)
                .add("tool_start", "id", "toolu_1", "name", "river_level", "input", Map.of("river", "Douro"))
                .block(3, "tool_use", "id", "toolu_2", "name", "rain")
                .add("tool_progress", "id", "toolu_1", "message", "asking", "percentage", 20)
                .input(3, "{}")
                .blockEnd(3)
                .add("tool_start", "id", "toolu_2", "name", "rain", "input", Map.of())
                .add("debug", "id", "toolu_1", "message", "secret note")
                .add(
                        "message_delta",
                        "event",
                        "message_delta",
                        "finish_reason",
                        "tool_calls",
                        "stop_reason",
                        "tool_use")
                .stop("tool_calls")
                .add("tool_progress", "id", "toolu_1", "message", "reading", "percentage", 90)
                .add(
                        "tool_event",
                        "id",
                        "toolu_1",
                        "event",
                        Map.of("type", "message_delta", "index", 0, "text", "inner"))
                .add("tool_complete", "id", "toolu_1", "output", "2.41 m")
                .add("tool_error", "id", "toolu_2", "error", "no gauge")
                .turn()
                .add("message_delta", "event", "ping")
                .block(0, "text")
                .text(0, "The Douro stands ")
                .text(0, "at 2.41 m.")
                .add(
                        "message_delta",
                        "index",
                        0,
                        "citation",
                        Map.of("type", "web", "url", "https://rivers.example/douro", "title", "Rivers"))
                .blockEnd(0)
                .stop("stop")
                .complete();
    }

    /** Two calls, of which one waits for a person; the run is parked, and goes on with the answer. */
    static RunScript waiting() {
        return new RunScript()
                .turn()
                .block(0, "text")
                .text(0, "One moment. ")
                .block(1, "tool_use", "id", "a", "name", "charge")
                .blockEnd(1)
                .add("tool_start", "id", "a", "name", "charge", "input", Map.of("euro", 5))
                .add("tool_start", "id", "b", "name", "look", "input", Map.of())
                .add("approval_asked", "id", "a", "name", "charge", "input", Map.of("euro", 5), "call_key", "s1-1")
                .blockEnd(0)
                .stop("tool_calls")
                .add("tool_complete", "id", "b", "output", "seen")
                .add("run_parked");
    }

    /** The same to its end. */
    static RunScript answered() {
        return waiting()
                .add("tool_progress", "id", "a", "message", "paying")
                .add("tool_complete", "id", "a", "output", "paid")
                .turn()
                .text(0, "Done.")
                .stop("stop")
                .complete();
    }

    /** All frames that a new watcher gets of the whole run and its end. */
    List<String> frames(StreamFormat format) {
        return frames(format, events.size());
    }

    /** The frames of the first events, and of the end. */
    List<String> frames(StreamFormat format, int count) {
        var frames = new ArrayList<String>();
        StreamFormat.Encoder encoder = format.encoder("s1");
        events.subList(0, count).forEach(event -> encoder.event(event, frames::add));
        encoder.end(frames::add);
        return frames;
    }

    /** The frames of the first events, and of a failure after them. */
    List<String> framesAndFailure(StreamFormat format, int count) {
        var frames = new ArrayList<String>();
        StreamFormat.Encoder encoder = format.encoder("s1");
        events.subList(0, count).forEach(event -> encoder.event(event, frames::add));
        encoder.failure("server_shutdown", "The server stops.", true, frames::add);
        encoder.end(frames::add);
        return frames;
    }
}
