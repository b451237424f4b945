package dev.sluice.transport;

import java.io.IOException;

/**
 * The connection ended before a single byte of a response came. As a rule it was a kept connection that had gone before
 * the request was sent, so the request may be sent again; that the server has seen it cannot be ruled out.
 */
public final class NoResponseException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A failure with this message and cause. */
    public NoResponseException(String message, Throwable cause) {
        super(message, cause);
    }
}
