package dev.sluice.relay.http;

import dev.sluice.context.ContextCarrier.Captured;

/**
 * Says what is in force on the thread that starts and attaches a request's run, such as the trace that its headers name. The run
 * carries it on; see {@link dev.sluice.context.ContextCarrier}.
 */
@FunctionalInterface
public interface RequestContext {

    /**
     * Looks at a request. Must not block. What it throws is logged and has no other effect.
     *
     * @param head the request; of a WebSocket its handshake
     * @return what runs the rest of the request on the same thread
     */
    Captured of(RequestHead head);
}
