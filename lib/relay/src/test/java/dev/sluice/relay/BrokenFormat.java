package dev.sluice.relay;

import java.util.Map;
import java.util.function.Consumer;

/** A format whose encoder has a defect. */
final class BrokenFormat implements StreamFormat {
    @Override
    public Map<String, String> headers() {
        return Map.of();
    }

    @Override
    public boolean resumesByEventId() {
        return true;
    }

    @Override
    public Encoder encoder(String streamId) {
        return new Encoder() {
            @Override
            public void event(RelayEvent event, Consumer<String> frames) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void heartbeat(Consumer<String> frames) {}

            @Override
            public void failure(String code, String message, boolean retryable, Consumer<String> frames) {}

            @Override
            public void end(Consumer<String> frames) {}
        };
    }
}
