package dev.sluice.relay.format;

import dev.sluice.TimeSource;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.StreamFormat;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run's events as WebSocket messages, each a JSON object: words of the answer as {@code chunk}, all else as it is. Each has
 * the event's place in the run as {@code event_id}, since {@code id} is a tool call's or an answer's; with it a watcher comes
 * back.
 */
public final class SluiceWebSocketFormat implements StreamFormat {
    private final TimeSource time;

    /** With the machine's clock. */
    public SluiceWebSocketFormat() {
        this(TimeSource.system());
    }

    /** With this clock, for the chunks' timestamps. */
    public SluiceWebSocketFormat(TimeSource time) {
        this.time = Objects.requireNonNull(time, "time");
    }

    @Override
    public Map<String, String> headers() {
        return Map.of();
    }

    @Override
    public StreamFormat.Encoder encoder(String streamId) {
        return new Encoder(time);
    }

    @Override
    public boolean resumesByEventId() {
        return true;
    }

    private record Encoder(TimeSource time) implements StreamFormat.Encoder {
        @Override
        public void event(RelayEvent event, Consumer<String> frames) {
            TextDelta words = event.type().equals("message_delta") ? words(event) : null;
            frames.accept(
                    words == null || words.thinking()
                            ? "{\"event_id\":" + event.id() + rest(event.json())
                            : "{\"type\":\"chunk\",\"event_id\":" + event.id() + ",\"index\":" + words.index()
                                    + ",\"timestamp\":" + time.now().toEpochMilli() + ",\"content\":" + words.literal()
                                    + "}");
        }

        private static @Nullable TextDelta words(RelayEvent event) {
            TextDelta usual = TextDelta.at(event);
            return usual == null ? TextDelta.in(Json.readObject(event.json())) : usual;
        }

        /** An object behind its opening brace, behind another field. */
        private static String rest(String json) {
            String fields = json.strip().substring(1).stripLeading();
            return (fields.equals("}") ? "" : ",") + fields;
        }

        /** Nothing: WebSocket has pings of its own. */
        @Override
        public void heartbeat(Consumer<String> frames) {}

        @Override
        public void failure(String code, String message, boolean retryable, Consumer<String> frames) {
            frames.accept(SseFrames.failure(code, message, retryable));
        }

        @Override
        public void end(Consumer<String> frames) {
            // the events say it themselves
        }
    }
}
