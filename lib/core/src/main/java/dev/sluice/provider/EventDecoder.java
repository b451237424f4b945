package dev.sluice.provider;

import dev.sluice.message.StreamEvent;
import dev.sluice.sse.SseReader;
import java.util.function.Consumer;

/**
 * Turns the server-sent events of one response into the events of one answer. Has state; used by one thread. A decoder
 * hands out a {@link StreamEvent.MessageStop} when, and only when, the answer is complete.
 */
public interface EventDecoder {

    /**
     * Decodes the event the reader stands on.
     *
     * @param sse not to be moved, and not to be kept
     * @param out takes what the event means: nothing, one event or several
     * @throws dev.sluice.control.StreamException.ApiError if the event is the provider's word that the answer failed
     * @throws dev.sluice.control.StreamException.ProtocolError if it cannot be understood
     */
    void decode(SseReader sse, Consumer<? super StreamEvent> out);

    /**
     * The response has ended. Hands out what was waiting for that: of a provider without an end marker, the end of the
     * answer.
     */
    void end(Consumer<? super StreamEvent> out);
}
