package dev.sluice.provider;

import dev.sluice.message.StreamEvent;
import dev.sluice.sse.SseReader;
import java.util.function.Consumer;

/**
 * Turns the server-sent events of one response into the events of one answer. Has state; used by one thread. A decoder
 * emits a {@link StreamEvent.MessageStop} when, and only when, the answer is complete.
 */
public interface EventDecoder {

    /**
     * Decodes the event the reader stands on.
     *
     * @param sse not to be moved, and not to be kept
     * @param out takes what the event means: nothing, one event or several
     * @throws dev.sluice.StreamException.ApiError if the event is the provider's word that the answer failed
     * @throws dev.sluice.StreamException.ProtocolError if it cannot be understood
     */
    void decode(SseReader sse, Consumer<? super StreamEvent> out);

    /**
     * Takes what the response ended with and what belonged to no event: lines that a reader of server-sent events passes
     * over. Called before {@link #end}, if there is any.
     *
     * @param lines as they came, joined by line feeds; the beginning, if they are many
     * @throws dev.sluice.StreamException.ApiError if they are the provider's word that the answer failed
     */
    default void unparsedLines(String lines) {}

    /**
     * Decodes the body of an answer that was not streamed, into the events it would have been streamed as, each block whole.
     *
     * @param body a JSON text in UTF-8
     * @param out takes the events; none if this throws
     * @throws dev.sluice.StreamException.Truncated if it is cut
     * @throws dev.sluice.StreamException.ApiError if it is the provider's word that the answer failed
     * @throws dev.sluice.StreamException.ProtocolError if it cannot be understood
     */
    default void whole(byte[] body, Consumer<? super StreamEvent> out) {
        throw new UnsupportedOperationException("this provider has no answers that are not streamed");
    }

    /**
     * Where the last decoded event stands in the answer, in the words of {@link Provider#resumeRequest}. Empty if the wire does not
     * say it, so that the answer cannot be resumed. Asked for answers in the background only, also while {@link #decode} emits.
     */
    default String position() {
        return "";
    }

    /**
     * The events that follow come from a request that resumed the answer behind {@link #position()}. The decoder goes on with what
     * it has. It drops events that it has decoded before, because some servers send all of them again. An event that is missing
     * is a {@link dev.sluice.StreamException.ProtocolError}.
     */
    default void resumed() {}

    /**
     * The response has ended. Emits the events that waited for the end of the body. For a provider without an end
     * marker, this is the end of the answer.
     */
    void end(Consumer<? super StreamEvent> out);
}
