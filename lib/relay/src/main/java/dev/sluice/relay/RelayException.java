package dev.sluice.relay;

import java.util.Objects;

/** Why a relay cannot do what it was asked for. Its message may be shown to the one who asked. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kind of a refusal. */
    public enum Code {
        /** There is no such stream, or it belongs to another session: 404. */
        UNKNOWN(404),
        /** The stream, or the part of it that was asked for, is no longer kept: 410. */
        EXPIRED(410),
        /** The session has as many streams as it may: 429. */
        TOO_MANY(429),
        /** The storage of the streams cannot be reached, or the relay is being shut down: 503. */
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        /** The HTTP status that says so. */
        public int status() {
            return status;
        }
    }

    private final Code code;

    /** An exception of this kind. */
    public RelayException(Code code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** An exception of this kind, with what caused it. */
    public RelayException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** The kind of this refusal. */
    public Code code() {
        return code;
    }
}
