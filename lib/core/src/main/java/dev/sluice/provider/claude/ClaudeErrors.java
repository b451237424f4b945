package dev.sluice.provider.claude;

import dev.sluice.StreamException.ApiError;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.transport.TransportResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Maps the errors of Claude's API: an HTTP status, or an {@code error} event in the middle of a stream, whose HTTP
 * status says nothing of it. The set of error types is open.
 */
final class ClaudeErrors {
    private static final Set<String> PASSING =
            Set.of("overloaded_error", "rate_limit_error", "api_error", "timeout_error");

    private ClaudeErrors() {}

    /** The error of a response whose status is not 2xx. Its body is usually JSON, but a proxy may have answered. */
    static ApiError ofResponse(TransportResponse response, String body, InstantSource clock) {
        int status = response.status();
        Said said = said(body);
        String requestId = response.header("request-id").orElse(said.requestId);
        Duration retryAfter = response.retryAfter(clock).orElse(null);
        String answered = "Claude answered " + status + (said.type.isEmpty() ? "" : " " + said.type) + said.code();
        return new ApiError(
                status,
                said.type,
                answered + ": " + said.message + advice(status),
                requestId,
                retryAfter,
                body,
                retryable(response));
    }

    /** The error that an event reports. */
    static ApiError ofEvent(JsonFields event, String raw) {
        Said said = said(event, raw);
        return within("inside the stream", said, raw);
    }

    /** Throws the error that stands in a body in the answer's place, in spite of its HTTP status, if there is one. */
    static void throwIfAny(JsonFields body) {
        if (body.has("error") && !"message".equals(body.textIfAny("type"))) {
            Said said = said(body, body.raw());
            throw within("in place of the answer", said, body.raw());
        }
    }

    /** The error of an event whose name says so, but whose data is not Claude's. */
    static ApiError ofForeignEvent(String raw) {
        return within("inside the stream", new Said("", null, Excerpt.of(raw), null), raw);
    }

    private static ApiError within(String where, Said said, String raw) {
        String type = said.type;
        boolean retryable = PASSING.contains(type);
        return new ApiError(
                200,
                type,
                "Claude reported an error " + where + (type.isEmpty() ? "" : ", " + type) + said.code() + ": "
                        + said.message + (retryable ? "; try again later" : ""),
                said.requestId,
                null,
                raw,
                retryable);
    }

    private static boolean retryable(TransportResponse response) {
        String should = response.header("x-should-retry").orElse("").toLowerCase(Locale.ROOT);
        int status = response.status();
        return switch (should) {
            case "true" -> true;
            case "false" -> false;
            default -> status == 408 || status == 409 || status == 429 || status >= 500;
        };
    }

    private static String advice(int status) {
        return switch (status) {
            case 401 -> "; check the API key";
            case 402 -> "; check the account's billing";
            case 403 -> "; check what the API key may do";
            case 404 -> "; check the model's name and the base URL";
            case 413 -> "; send less: at most 32 MB in one request";
            case 429 -> "; send less at a time, or later";
            case 500, 502, 503, 504, 529 -> "; try again later";
            default -> status < 400 ? "; check the base URL" : "";
        };
    }

    /** The content of an error body; {@code message} is never empty. */
    private record Said(
            String type,
            @Nullable String errorCode,
            String message,
            @Nullable String requestId) {
        /** A detail beyond the type, if there is one: an open set of words. */
        String code() {
            return errorCode == null || errorCode.isBlank() ? "" : " (" + Excerpt.of(errorCode) + ")";
        }
    }

    private static Said said(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        var wire = new JsonFields();
        try {
            if (wire.read(bytes, 0, bytes.length)) {
                return said(wire, body);
            }
        } catch (JacksonException e) {
            // A proxy's page, or nothing.
        }
        return new Said("", null, words(body), null);
    }

    private static Said said(JsonFields wire, String raw) {
        String requestId = wire.textIfAny("request_id");
        String bare = wire.textIfAny("error"); // some gateways
        JsonFields error = wire.objectIfAny("error");
        String type = error == null ? null : error.textIfAny("type");
        String message = error == null ? bare : error.textIfAny("message");
        JsonFields details = error == null ? null : error.objectIfAny("details");
        return new Said(
                type == null ? "" : type,
                details == null ? null : details.textIfAny("error_code"),
                message == null || message.isBlank() ? words(raw) : message,
                requestId);
    }

    private static String words(String raw) {
        return raw.isBlank() ? "it gave no reason" : Excerpt.of(raw);
    }
}
