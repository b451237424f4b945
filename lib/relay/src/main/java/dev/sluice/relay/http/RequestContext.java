package dev.sluice.relay.http;

import dev.sluice.context.ContextCarrier.Captured;

/**
 * Gives the context in which a request's run is started and attached, such as the trace that its headers name. The run
 * carries it on; see {@link dev.sluice.context.ContextCarrier}.
 */
@FunctionalInterface
public interface RequestContext {

    /**
     * Looks at a request. Must not block. What it throws is logged and has no other effect.
     *
     * @param head the request; of a WebSocket its handshake
     * @return runs the rest of the request on the same thread
     */
    Captured of(RequestHead head);
}
