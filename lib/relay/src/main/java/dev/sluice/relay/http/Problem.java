package dev.sluice.relay.http;

import dev.sluice.relay.RelayException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The reason for a refusal, in the form that the client receives. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final transient Map<String, String> headers;

    Problem(int status, String code, String message) {
        this(status, code, message, Map.of());
    }

    Problem(int status, String code, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.headers = Map.copyOf(headers);
    }

    static Problem badRequest(String message) {
        return new Problem(400, "bad_request", message);
    }

    static Problem notFound() {
        return new Problem(404, "not_found", "There is no such thing here.");
    }

    static Problem tooManyStarts(String whose, long seconds) {
        return new Problem(
                429,
                "too_many_requests",
                "Too many runs were started in a short time by " + whose + "; the next one can be in " + seconds
                        + " s.",
                Map.of("Retry-After", Long.toString(seconds)));
    }

    static Problem of(RelayException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.code()) {
            case UNKNOWN -> new Problem(404, "not_found", message);
            case EXPIRED -> new Problem(410, "stream_expired", message);
            case TOO_MANY -> new Problem(429, "too_many_streams", message, Map.of("Retry-After", "5"));
            case UNAVAILABLE -> new Problem(503, "unavailable", message, Map.of("Retry-After", "2"));
        };
    }

    static Problem of(AccessDenied e) {
        String message = String.valueOf(e.getMessage());
        return new Problem(e.status(), e.status() == 401 ? "unauthenticated" : "forbidden", message);
    }

    /** Internal errors are for the log. */
    static Problem internal() {
        return new Problem(500, "internal", "Something went wrong here; the server's log has it.");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** The value of the JSON's field {@code error}. */
    Map<String, Object> error() {
        var error = new LinkedHashMap<String, Object>();
        error.put("code", code);
        error.put("message", String.valueOf(getMessage()));
        return error;
    }

    FullResponse answer() {
        return FullResponse.json(status, Map.of("error", error())).with(headers);
    }
}
