package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import dev.sluice.internal.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** Reads a request's body: one JSON object in UTF-8, of a limited length, within a limited time. */
final class RequestBody {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    private final int maxBytes;
    private final TimeSource time;

    RequestBody(int maxBytes, TimeSource time) {
        this.maxBytes = maxBytes;
        this.time = time;
    }

    Map<String, Object> read(RelayExchange exchange) throws IOException {
        RequestHead head = exchange.head();
        checkType(head);
        if (head.header("content-length").filter(this::isTooLong).isPresent()) {
            throw tooLarge();
        }
        return object(bytes(exchange.body()));
    }

    /** The object that a text is, whose length somebody else has limited. */
    static Map<String, Object> object(String json) {
        try {
            return Json.readObject(json);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The body is no JSON object.");
        }
    }

    private static Map<String, Object> object(byte[] bytes) {
        try {
            return object(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw Problem.badRequest("The body is not UTF-8.");
        }
    }

    /** A form of another site's cannot send this type without asking first. */
    private static void checkType(RequestHead head) {
        String type = head.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        String[] parts = type.split(";", 2);
        boolean otherCharset = parts.length == 2
                && parts[1].contains("charset")
                && !parts[1].replace("\"", "").strip().startsWith("charset=utf-8");
        if (!parts[0].strip().equals("application/json") || otherCharset) {
            throw new Problem(415, "unsupported_media_type", "The body must be application/json in UTF-8.");
        }
    }

    private byte[] bytes(InputStream in) throws IOException {
        long start = time.nanos();
        var all = new ByteArrayOutputStream();
        var some = new byte[8192];
        for (int n = read(in, some); n >= 0; n = read(in, some)) {
            all.write(some, 0, n);
            if (all.size() > maxBytes) {
                throw tooLarge();
            }
            if (time.nanos() - start > TIME_LIMIT.toNanos()) {
                throw new Problem(408, "timeout", "The body took longer than " + TIME_LIMIT.toSeconds() + " s.");
            }
        }
        return all.toByteArray();
    }

    /** A client that stays silent for the web server's idle timeout gets an error; one that left does not. */
    private static int read(InputStream in, byte[] target) throws IOException {
        try {
            return in.read(target);
        } catch (IOException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw new Problem(408, "timeout", "The rest of the body did not come.");
            }
            throw e;
        }
    }

    private boolean isTooLong(String length) {
        try {
            return Long.parseLong(length) > maxBytes;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private Problem tooLarge() {
        return new Problem(413, "payload_too_large", "The body is longer than " + maxBytes + " bytes.");
    }
}
