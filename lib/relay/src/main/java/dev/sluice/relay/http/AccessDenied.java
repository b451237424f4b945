package dev.sluice.relay.http;

/** A request that is not let in. Its message is shown to the one who sent it. */
public final class AccessDenied extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    private AccessDenied(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** It does not say, or not credibly, on whose behalf it is: 401. */
    public static AccessDenied unauthenticated(String message) {
        return new AccessDenied(401, message);
    }

    /** It is known on whose behalf it is, who may not: 403. */
    public static AccessDenied forbidden(String message) {
        return new AccessDenied(403, message);
    }

    /** The HTTP status that says so. */
    public int status() {
        return status;
    }
}
