package dev.sluice.relay.servlet;

import java.io.IOException;

/** Fails a request on purpose, so that the container closes its connection. A container logs it; where from would say nothing. */
final class CutException extends IOException {
    private static final long serialVersionUID = 1;

    CutException() {
        super("the relay cuts this connection, whose client takes nothing, or takes too long");
        setStackTrace(new StackTraceElement[0]);
    }
}
