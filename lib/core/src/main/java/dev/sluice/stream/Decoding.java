package dev.sluice.stream;

import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.sse.SseReader;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and decodes one answer, an event of the wire at a time. The reader does, and while that waits for room in the queue,
 * the consumer in its place as far as there are bytes; what goes wrong then, the reader learns when it goes on.
 */
final class Decoding implements BooleanSupplier {
    private final SseReader sse;
    private final EventDecoder decoder;
    private final Consumer<StreamEvent> out;
    private @Nullable Throwable failure;

    Decoding(SseReader sse, EventDecoder decoder, Consumer<StreamEvent> out) {
        this.sse = sse;
        this.decoder = decoder;
        this.out = out;
    }

    /** The reader's turn: waits for an event. False at the end of the response. */
    boolean next() throws IOException {
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
        if (!sse.next()) {
            return false;
        }
        decoder.decode(sse, out);
        return true;
    }

    /** The consumer's turn. Returns whether it may be so again. */
    @Override
    public boolean getAsBoolean() {
        if (failure != null) {
            return false;
        }
        try {
            if (!sse.poll()) {
                return false;
            }
            decoder.decode(sse, out);
            return true;
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            return false;
        }
    }
}
