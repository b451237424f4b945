package dev.sluice.relay.http;

import dev.sluice.relay.EventSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** One request and its response, as a web server has them. The interface for adapters; for one thread. */
public interface RelayExchange {

    /** The request without its body. */
    RequestHead head();

    /** The request's body. A read that gets nothing must fail after a bounded time. */
    InputStream body() throws IOException;

    /**
     * Whether the client is known to be gone. Asked once the body has been read, before a run is started. A server that
     * does not know says no.
     */
    default boolean isGone() {
        return false;
    }

    /** Sends the response, whole. */
    void answer(FullResponse answer) throws IOException;

    /**
     * Sends status 200 and these headers at once, and leaves the response open.
     *
     * @return where its body goes; it works on after the request has been handled
     */
    EventSink stream(Map<String, String> headers) throws IOException;
}
