package dev.sluice.provider.openai;

import dev.sluice.StreamException.ApiError;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.transport.TransportResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Maps the errors of a server of chat completions or of the Responses API: an HTTP status, or an error in the middle of
 * a stream. The sets of types and codes are open, and servers fill them differently: OpenAI with words, OpenRouter,
 * vLLM and llama.cpp with an HTTP status as {@code code}.
 */
final class OpenAiErrors {
    private static final String NO_QUOTA = "insufficient_quota";

    /** Types and codes of what passes: OpenAI's, then llama.cpp's, then vLLM's, which are names of statuses. */
    private static final Set<String> PASSING = Set.of(
            "server_error",
            "api_error",
            "rate_limit_exceeded",
            "rate_limit_error",
            "overloaded_error",
            "engine_overloaded",
            "timeout",
            "unavailable_error",
            "internalservererror",
            "internal server error",
            "service unavailable");

    private static final Pattern STATUS = Pattern.compile("[1-5][0-9]{2}");

    private OpenAiErrors() {}

    /** Whether a chunk, a choice or a body is an error: OpenAI's form, vLLM's before 2025, or FastAPI's. */
    static boolean isError(JsonFields wire) {
        String text = wire.textIfAny("error");
        return wire.objectIfAny("error") != null
                || (text != null && !text.isBlank())
                || wire.takeIf("object", "error")
                || (wire.has("detail") && !wire.has("choices"));
    }

    /** The error of a response whose status is not 2xx. Its body is usually JSON, but a proxy may have answered. */
    static ApiError ofResponse(TransportResponse response, String body, InstantSource clock, boolean keyed) {
        int status = response.status();
        Said said = said(body);
        Duration retryAfter = response.retryAfter(clock).orElse(null);
        return new ApiError(
                status,
                said.type(),
                "The server answered " + status + said.name() + ": " + said.message + advice(status, said, keyed),
                OpenAiChatCompletions.requestIdOf(response).orElse(said.requestId),
                retryAfter,
                body,
                retryable(response, said));
    }

    /** The error that a chunk reports. */
    static ApiError inStream(JsonFields wire, String raw) {
        return inStream(said(wire, raw), raw);
    }

    /**
     * The error that an event of a response reports, in an object of its own or among its fields. Its code says more
     * than its type.
     */
    static ApiError inEvent(JsonFields wire, String raw) {
        JsonFields inner = wire.objectIfAny("error");
        JsonFields error = inner == null ? wire : inner;
        String code = code(error);
        String type = inner == null && "error".equals(error.textIfAny("type")) ? "" : said(error, raw).type;
        String name = code.isEmpty() ? type : code;
        return inStream(new Said(name, type, said(error, raw).message, null), raw);
    }

    /** The error that stands in a body in place of what was asked for, in spite of its HTTP status. */
    static ApiError inPlace(JsonFields wire, String raw) {
        return within("in place of the answer", said(wire, raw), raw);
    }

    /** The error of an event whose name says so, but whose data is no JSON. */
    static ApiError ofForeignEvent(String raw) {
        return inStream(new Said("", "", words(raw), null), raw);
    }

    /** That the model stopped with an error, and nothing else. */
    static ApiError broken(String raw) {
        return inStream(
                new Said("server_error", "", "the model stopped for an error that it does not describe", null), raw);
    }

    /**
     * The error in lines that belong to no event: a JSON object by itself, as a proxy writes it into a stream that has begun,
     * or llama.cpp's {@code error: {...}}. Null if they are something else.
     */
    static @Nullable ApiError ofUnframed(String lines) {
        String text = lines.strip();
        boolean named = text.startsWith("error:");
        byte[] bytes = (named ? text.substring("error:".length()) : text).getBytes(StandardCharsets.UTF_8);
        var wire = new JsonFields();
        try {
            return wire.read(bytes, 0, bytes.length) && (isError(wire) || named) ? inStream(wire, lines) : null;
        } catch (JacksonException e) {
            return named ? ofForeignEvent(text) : null;
        }
    }

    private static ApiError inStream(Said said, String raw) {
        return within("inside the stream", said, raw);
    }

    private static ApiError within(String where, Said said, String raw) {
        boolean retryable = said.passes();
        return new ApiError(
                200,
                said.type(),
                "The server reported an error " + where + (said.name().isEmpty() ? "" : ",") + said.name() + ": "
                        + said.message + (retryable ? "; try again later" : ""),
                said.requestId,
                null,
                raw,
                retryable);
    }

    private static boolean retryable(TransportResponse response, Said said) {
        return switch (response.header("x-should-retry").orElse("").toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> passes(response.status()) && !said.lacksQuota();
        };
    }

    private static boolean passes(int status) {
        return status == 408 || status == 409 || status == 429 || status >= 500;
    }

    private static String advice(int status, Said said, boolean keyed) {
        if (said.lacksQuota()) {
            return "; check the account's plan and billing";
        }
        if (said.code.equals("context_length_exceeded") || said.type.equals("exceed_context_size_error")) {
            return "; shorten the conversation";
        }
        return switch (status) {
            case 400, 422 ->
                said.message.contains("max_tokens") || said.message.contains("max_completion_tokens")
                        ? "; see OpenAiChatCompletions.Builder.tokenLimitField"
                        : "";
            case 401 -> keyed ? "; check the API key" : "; it wants an API key: set the provider's apiKey(...)";
            case 402 -> "; check the account's billing";
            case 403 -> "; check what the API key may do";
            case 404 ->
                "; check the model's name, and that the base URL ends where /responses or /chat/completions follows;"
                        + " not every server has both";
            case 405 -> "; check the base URL";
            case 413 -> "; send less";
            case 429 -> "; send less at a time, or later";
            case 500, 502, 503, 504, 529 -> "; try again later";
            default -> status < 400 ? "; check the base URL" : "";
        };
    }

    /** The content of an error; {@code message} is never empty. */
    private record Said(
            String type,
            String code,
            String message,
            @Nullable String requestId) {

        Said {
            type = type.isEmpty() ? code : type;
        }

        /** Type and code, for a message. */
        String name() {
            String both = code.isEmpty() || code.equals(type) ? type : type + " (" + code + ")";
            return both.isEmpty() ? "" : " " + both;
        }

        boolean lacksQuota() {
            return type.equals(NO_QUOTA) || code.equals(NO_QUOTA);
        }

        boolean passes() {
            if (STATUS.matcher(code).matches()) {
                return OpenAiErrors.passes(Integer.parseInt(code));
            }
            return !lacksQuota()
                    && (PASSING.contains(type.toLowerCase(Locale.ROOT))
                            || PASSING.contains(code.toLowerCase(Locale.ROOT)));
        }
    }

    private static Said said(String body) {
        String text = body.strip();
        if (text.startsWith("[") && text.endsWith("]")) { // Gemini's endpoint: a list of one
            text = text.substring(1, text.length() - 1);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var wire = new JsonFields();
        try {
            if (wire.read(bytes, 0, bytes.length)) {
                return said(wire, body);
            }
        } catch (JacksonException e) {
            // A proxy's page, or nothing.
        }
        return new Said("", "", words(body), null);
    }

    private static Said said(JsonFields wire, String raw) {
        JsonFields inner = wire.objectIfAny("error");
        JsonFields error = inner == null ? wire : inner;
        String type = error.textIfAny("type");
        String requestId = wire.textIfAny("request_id");
        String message = first(error.textIfAny("message"), wire.textIfAny("error"), wire.textIfAny("detail"));
        return new Said(type == null ? "" : type, code(error), message.isEmpty() ? words(raw) : message, requestId);
    }

    private static String code(JsonFields error) {
        String text = error.textIfAny("code");
        String raw = text == null ? error.raw("code") : text;
        return raw == null || raw.length() > 100 ? "" : raw;
    }

    private static String first(@Nullable String... texts) {
        for (String text : texts) {
            if (text != null && !text.isBlank()) {
                return text;
            }
        }
        return "";
    }

    private static String words(String raw) {
        return raw.isBlank() ? "it gave no reason" : Excerpt.of(raw);
    }
}
