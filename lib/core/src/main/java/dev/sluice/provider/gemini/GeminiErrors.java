package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.transport.TransportResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Maps Gemini's errors: an HTTP status, an event in the middle of a stream, or bare lines at its end. The HTTP status
 * says nothing of the latter two. All are Google's error object, alone or in a list, whose {@code status} is an open
 * set of words.
 */
final class GeminiErrors {
    /** A duration as Google writes it in JSON. */
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}(\\.[0-9]{0,9})?s");

    private static final Set<String> PASSING =
            Set.of("RESOURCE_EXHAUSTED", "INTERNAL", "UNKNOWN", "UNAVAILABLE", "DEADLINE_EXCEEDED");

    /** Further words that interactions may have for the same. */
    private static final Set<String> ALSO_PASSING = Set.of(
            "RATE_LIMIT_EXCEEDED",
            "TOO_MANY_REQUESTS",
            "OVERLOADED",
            "MODEL_OVERLOADED",
            "SERVICE_UNAVAILABLE",
            "INTERNAL_SERVER",
            "SERVER",
            "TIMEOUT",
            "GATEWAY_TIMEOUT");

    /** The text around a word in the codes of interactions, which may be in small letters, or the end of an address. */
    private static final Pattern BEFORE_WORD = Pattern.compile(".*[/:.#]");

    private GeminiErrors() {}

    /** The error of a response whose status is not 2xx. Its body is usually JSON, but a proxy may have answered. */
    static ApiError ofResponse(TransportResponse response, String body, InstantSource clock) {
        int status = response.status();
        Said said = said(body);
        Duration retryAfter = response.retryAfter(clock).orElse(said.retryAfter);
        String answered = "Gemini answered " + status + (said.type.isEmpty() ? "" : " " + said.type);
        return new ApiError(
                status,
                said.type,
                answered + ": " + said.message + advice(status, said.reason),
                said.requestId,
                retryAfter,
                body,
                isPassing(status));
    }

    /** The error that a chunk reports. */
    static ApiError inStream(JsonFields chunk) {
        return inStream(said(chunk, chunk.raw()), chunk.raw());
    }

    /** The error of an interaction that failed. */
    static ApiError ofFailed(JsonFields interaction) {
        Said said = said(interaction, interaction.raw());
        String type = said.type.isEmpty() ? "failed" : said.type;
        return inStream(
                new Said(said.code, type, said.message, said.reason, said.retryAfter, said.requestId),
                interaction.raw());
    }

    /** Throws the error that stands in a body in place of what was asked for, in spite of its HTTP status, if there is one. */
    static void throwIfAny(JsonFields body) {
        if (body.has("error")) {
            throw within("in place of the answer", said(body, body.raw()), body.raw());
        }
    }

    /** Throws the error that a body is a list of, if it is. */
    static void throwIfListed(String body) {
        if (body.stripLeading().startsWith("[")) {
            JsonFields wire = read(body);
            if (wire != null) {
                throwIfAny(wire);
            }
        }
    }

    /** The error that a text is; null if it is none. */
    static @Nullable ApiError find(String text) {
        JsonFields wire = read(text);
        return wire == null || !wire.has("error") ? null : inStream(said(wire, text), text);
    }

    private static ApiError inStream(Said said, String raw) {
        return within("inside the stream", said, raw);
    }

    private static ApiError within(String where, Said said, String raw) {
        boolean retryable = said.type.isEmpty() ? isPassing(said.code) : isPassing(said.type);
        return new ApiError(
                200,
                said.type,
                "Gemini reported an error " + where + (said.type.isEmpty() ? "" : ", " + said.type) + ": "
                        + said.message + (retryable ? "; try again later" : ""),
                said.requestId,
                said.retryAfter,
                raw,
                retryable);
    }

    private static boolean isPassing(long status) {
        return status == 408 || status == 429 || status >= 500;
    }

    private static boolean isPassing(String type) {
        String word = BEFORE_WORD
                .matcher(type)
                .replaceFirst("")
                .toUpperCase(Locale.ROOT)
                .replaceFirst("_ERROR$", "");
        return PASSING.contains(word) || ALSO_PASSING.contains(word);
    }

    private static String advice(int status, String reason) {
        if (reason.startsWith("API_KEY")) {
            return "; check the API key";
        }
        return switch (status) {
            case 401 -> "; check the API key";
            case 403 -> "; check what the API key may do";
            case 404 -> "; check the model's name and the base URL";
            case 413 -> "; send less";
            case 429 -> "; send less at a time, or later";
            case 500, 502, 503, 504 -> "; try again later";
            default -> status < 400 ? "; check the base URL" : "";
        };
    }

    /** The content of an error; {@code message} is never empty. */
    private record Said(
            long code,
            String type,
            String message,
            String reason,
            @Nullable Duration retryAfter,
            @Nullable String requestId) {}

    private static Said said(String body) {
        JsonFields wire = read(body);
        return wire == null ? new Said(0, "", words(body), "", null, null) : said(wire, body);
    }

    private static Said said(JsonFields wire, String raw) {
        JsonFields error = wire.objectIfAny("error");
        if (error == null) {
            String bare = wire.textIfAny("error"); // some gateways
            return new Said(0, "", bare == null || bare.isBlank() ? words(raw) : bare, "", null, null);
        }
        String status = error.textIfAny("status");
        String type = status == null ? error.textIfAny("code") : status; // a word in interactions
        String message = error.textIfAny("message");
        String reason = "";
        Duration retryAfter = null;
        String requestId = null;
        for (JsonFields detail : details(error)) {
            String kind = String.valueOf(detail.textIfAny("@type"));
            String value = detail.textIfAny("reason");
            if (kind.endsWith(".ErrorInfo") && value != null) {
                reason = value;
            } else if (kind.endsWith(".RetryInfo")) {
                retryAfter = duration(detail.textIfAny("retryDelay"));
            } else if (kind.endsWith(".RequestInfo")) {
                requestId = detail.textIfAny("requestId");
            }
        }
        return new Said(
                code(error),
                type == null ? "" : type,
                message == null || message.isBlank() ? words(raw) : message.strip(),
                reason,
                retryAfter,
                requestId);
    }

    private static long code(JsonFields error) {
        try {
            return error.number("code", 0);
        } catch (ProtocolError e) {
            return 0; // some gateways have words there
        }
    }

    private static List<JsonFields> details(JsonFields error) {
        try {
            return error.objects("details");
        } catch (ProtocolError e) {
            return List.of();
        }
    }

    private static @Nullable Duration duration(@Nullable String text) {
        return text != null && SECONDS.matcher(text).matches() ? Duration.parse("PT" + text) : null;
    }

    /** The object that a text is, or the first one of the list that it is; null if it is neither. */
    private static @Nullable JsonFields read(String text) {
        boolean list = text.stripLeading().startsWith("[");
        byte[] bytes = (list ? "{\"list\":" + text + "}" : text).getBytes(StandardCharsets.UTF_8);
        var wire = new JsonFields();
        try {
            if (!wire.read(bytes, 0, bytes.length)) {
                return null;
            }
            return list ? wire.objects("list").getFirst() : wire;
        } catch (JacksonException | ProtocolError | java.util.NoSuchElementException e) {
            return null; // a proxy's page, something cut, or nothing
        }
    }

    private static String words(String raw) {
        return raw.isBlank() ? "it gave no reason" : Excerpt.of(raw);
    }
}
