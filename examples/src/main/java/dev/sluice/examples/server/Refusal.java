package dev.sluice.examples.server;

/** A request that gets an HTTP error instead of an answer. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final String type;

    Refusal(int status, String type, String message) {
        super(message);
        this.status = status;
        this.type = type;
    }

    int status() {
        return status;
    }

    /** The error's type on the wire. */
    String type() {
        return type;
    }

    static Refusal invalid(String message) {
        return new Refusal(400, "invalid_request_error", message);
    }

    static Refusal overloaded() {
        return new Refusal(529, "overloaded_error", "Overloaded");
    }
}
