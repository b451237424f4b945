package dev.sluice.relay.http;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.relay.Caller;
import java.util.Map;

/** The result of a WebSocket's handshake. */
public sealed interface WebSocketHandshake {

    /**
     * It is let in.
     *
     * @param caller on whose behalf, and from where
     * @param headers of the response that switches protocols
     * @param context the {@link RequestContext} of the handshake
     */
    record Accepted(Caller caller, Map<String, String> headers, Captured context) implements WebSocketHandshake {}

    /**
     * It is not; the response says why.
     *
     * @param answer the response
     */
    record Denied(FullResponse answer) implements WebSocketHandshake {}
}
