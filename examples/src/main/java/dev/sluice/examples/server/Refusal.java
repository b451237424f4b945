package dev.sluice.examples.server;

/** A request that gets an HTTP error instead of an answer. Its status and its type are the wire's. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final Reason reason;
    private final String field;

    private Refusal(Reason reason, String field, String message) {
        super(message);
        this.reason = reason;
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
        OVERLOADED
    }

    Reason reason() {
        return reason;
    }

    /** The field that is wrong; empty if it is none. */
    String field() {
        return field;
    }

    static Refusal invalid(String message) {
        return new Refusal(Reason.INVALID, "", message);
    }

    static Refusal missing(String field) {
        return new Refusal(Reason.INVALID, field, field + ": Field required");
    }

    static Refusal noKey(String header) {
        return new Refusal(Reason.NO_KEY, "", header + " header is required");
    }

    static Refusal notFound(Object what) {
        return new Refusal(Reason.NOT_FOUND, "", "Not found: " + what);
    }

    static Refusal overloaded() {
        return new Refusal(Reason.OVERLOADED, "", "Overloaded");
    }
}
