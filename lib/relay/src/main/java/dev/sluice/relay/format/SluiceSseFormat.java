package dev.sluice.relay.format;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.StreamFormat;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A run's events as they are, over server-sent events: the browser's own {@code EventSource} reads them, and comes back with
 * the id of the last one. The last event of a run is {@code stream_complete} or {@code stream_error}. A {@code stream_error}
 * without an id of its own is the end of this connection only.
 */
public final class SluiceSseFormat implements StreamFormat {
    private static final StreamFormat.Encoder ENCODER = new Encoder();

    @Override
    public Map<String, String> headers() {
        return SseFrames.UNBUFFERED;
    }

    @Override
    public StreamFormat.Encoder encoder(String streamId) {
        return ENCODER; // it remembers nothing
    }

    @Override
    public boolean resumesByEventId() {
        return true;
    }

    private static String frame(RelayEvent event) {
        String name = isEventName(event.type()) ? "\nevent: " + event.type() : "";
        return "id: " + event.id() + name + "\ndata: " + SseFrames.line(event.json()) + "\n\n";
    }

    private static final class Encoder implements StreamFormat.Encoder {
        private final FrameCache cache = new FrameCache(SluiceSseFormat::frame);

        @Override
        public void event(RelayEvent event, Consumer<String> frames) {
            frames.accept(cache.frame(event));
        }

        @Override
        public void heartbeat(Consumer<String> frames) {
            frames.accept(SseFrames.HEARTBEAT);
        }

        /** It has no id: who comes back asks for what follows the last event that it has. */
        @Override
        public void failure(String code, String message, boolean retryable, Consumer<String> frames) {
            frames.accept("event: stream_error\ndata: " + SseFrames.failure(code, message, retryable) + "\n\n");
        }

        @Override
        public void end(Consumer<String> frames) {
            // the events say it themselves
        }
    }

    /** Whether a browser takes a name for an event's only. It reports its own state as open and error. */
    private static boolean isEventName(String type) {
        return !type.equals("open")
                && !type.equals("error")
                && !type.isEmpty()
                && type.chars().allMatch(c -> c == '_' || (c >= 'a' && c <= 'z'));
    }
}
