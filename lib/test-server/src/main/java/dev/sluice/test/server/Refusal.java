package dev.sluice.test.server;

import java.util.Map;

/** A request that gets an HTTP error instead of an answer. Its status and its type are the wire's. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final Reason reason;
    private final String field;
    private final int status;
    private final transient Map<String, String> headers;

    private Refusal(Reason reason, int status, String field, String message) {
        this(reason, status, field, message, Map.of());
    }

    private Refusal(Reason reason, int status, String field, String message, Map<String, String> headers) {
        super(message);
        this.headers = headers;
        this.reason = reason;
        this.status = status;
        this.field = field;
    }

    /** Why. */
    enum Reason {
        /** The request cannot be right. */
        INVALID,
        /** It comes without a key. */
        NO_KEY,
        /** There is nothing of that name. */
        NOT_FOUND,
        /** The server has no time. */
        OVERLOADED,
        /** The script says so: {@link #status}. */
        SCRIPTED
    }

    /** The message. */
    String message() {
        return String.valueOf(getMessage());
    }

    Reason reason() {
        return reason;
    }

    /** The HTTP status, where no wire has another one for the reason. */
    int status() {
        return status;
    }

    /** The same with headers of the script's. */
    Refusal with(Map<String, String> more) {
        return new Refusal(reason, status, field, message(), more);
    }

    /** Headers of the script's. */
    Map<String, String> headers() {
        return headers;
    }

    /** The field that is wrong; empty if it is none. */
    String field() {
        return field;
    }

    static Refusal invalid(String message) {
        return new Refusal(Reason.INVALID, 400, "", message);
    }

    static Refusal missing(String field) {
        return new Refusal(Reason.INVALID, 400, field, field + ": Field required");
    }

    static Refusal noKey(String header) {
        return new Refusal(Reason.NO_KEY, 401, "", header + " header is required");
    }

    static Refusal notFound(Object what) {
        return new Refusal(Reason.NOT_FOUND, 404, "", "Not found: " + what);
    }

    static Refusal status(int status, String message) {
        return new Refusal(Reason.SCRIPTED, status, "", message);
    }

    static Refusal overloaded() {
        return new Refusal(Reason.OVERLOADED, 529, "", "Overloaded");
    }
}
