package dev.sluice.relay.http;

/** A request that is not let in. Its message is shown to the one who sent it. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    private Refused(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** It does not say, or not credibly, on whose behalf it is: 401. */
    public static Refused unauthenticated(String message) {
        return new Refused(401, message);
    }

    /** It is known on whose behalf it is, who may not: 403. */
    public static Refused forbidden(String message) {
        return new Refused(403, message);
    }

    /** The HTTP status that says so. */
    public int status() {
        return status;
    }
}
