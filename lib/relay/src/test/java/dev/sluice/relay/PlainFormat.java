package dev.sluice.relay;

import java.util.Map;
import java.util.function.Consumer;

/** Frames that a test can read: {@code 3 message_delta {…}}, {@code alive}, {@code failure slow_reader true}, {@code end}. */
record PlainFormat(boolean resumesByEventId, boolean hasFailures) implements StreamFormat {
    static final PlainFormat PLAIN = new PlainFormat(true, true);

    @Override
    public Map<String, String> headers() {
        return Map.of();
    }

    @Override
    public Encoder encoder(String streamId) {
        return new Encoder() {
            @Override
            public void event(RelayEvent event, Consumer<String> frames) {
                frames.accept(event.id() + " " + event.type() + " " + event.json());
            }

            @Override
            public void heartbeat(Consumer<String> frames) {
                frames.accept("alive");
            }

            @Override
            public void failure(String code, String message, boolean retryable, Consumer<String> frames) {
                if (hasFailures) {
                    frames.accept("failure " + code + " " + retryable);
                }
            }

            @Override
            public void end(Consumer<String> frames) {
                frames.accept("end");
            }
        };
    }
}
