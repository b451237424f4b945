package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.util.Map;

/** What became of a WebSocket's handshake. */
public sealed interface Handshake {

    /**
     * It is let in.
     *
     * @param session on whose behalf
     * @param headers of the response that switches protocols
     */
    record Accepted(Session session, Map<String, String> headers) implements Handshake {}

    /**
     * It is not; the response says why.
     *
     * @param answer the response
     */
    record Denied(Answer answer) implements Handshake {}
}
