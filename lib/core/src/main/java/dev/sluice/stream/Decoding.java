package dev.sluice.stream;

import dev.sluice.control.StandIn;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and decodes one answer, an event of the wire at a time. The reader does, or in its place, while it sleeps or has left, the
 * consumer; what goes wrong then, the reader learns when it goes on.
 */
final class Decoding implements StandIn {
    private final TransportResponse response;
    final InputStream bytes;
    private final SseReader sse;
    private final EventDecoder decoder;
    private final Consumer<StreamEvent> out;
    private final Production stream;
    private @Nullable Throwable failure;

    /**
     * Of one answer.
     *
     * @param response is closed to end a consumer's wait
     * @param bytes its body, watched
     * @param out takes the events
     * @param stream is resumed when the reader is to go on
     */
    Decoding(
            TransportResponse response,
            InputStream bytes,
            SseReader sse,
            EventDecoder decoder,
            Consumer<StreamEvent> out,
            Production stream) {
        this.response = response;
        this.bytes = bytes;
        this.sse = sse;
        this.decoder = decoder;
        this.out = out;
        this.stream = stream;
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

    /** The reader's turn, at the end of the response: hands on what is left, or says what is wrong with it. */
    void end() throws IOException {
        String unframed = sse.unframed();
        if (!unframed.isEmpty()) {
            decoder.unframed(unframed);
        }
        decoder.end(out);
    }

    /** The consumer's turn, or the reader's: no wait. Returns whether there may be more without one. */
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

    @Override
    public boolean await() {
        if (failure != null) {
            return false;
        }
        try {
            return sse.await();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            return false;
        }
    }

    @Override
    public void stop() {
        try {
            response.close();
        } catch (IOException e) {
            // it is as good as closed, and nobody wants to know
        }
    }

    @Override
    public void resume() {
        stream.resume();
    }
}
