package dev.sluice.transport;

import java.io.IOException;

/**
 * The connection ended before a single byte of a response came. Usually it was a kept connection that the server had
 * closed before, so the request may be sent again. But the server may have seen it.
 */
public final class NoResponseException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A failure with this message and cause. */
    public NoResponseException(String message, Throwable cause) {
        super(message, cause);
    }
}
