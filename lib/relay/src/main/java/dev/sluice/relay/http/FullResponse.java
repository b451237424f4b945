package dev.sluice.relay.http;

import dev.sluice.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A response that is no stream: all of it. Immutable. */
public final class FullResponse {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    private FullResponse(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    static FullResponse empty(int status) {
        return new FullResponse(status, Map.of(), new byte[0]);
    }

    /** Sends the client elsewhere, for good, with the same method. */
    public static FullResponse redirect(String location) {
        return empty(308).with(SecurityHeaders.with(Map.of("Location", location)));
    }

    static FullResponse json(int status, Object value) {
        return of(status, "application/json", Json.write(value).getBytes(StandardCharsets.UTF_8));
    }

    static FullResponse of(int status, String contentType, byte[] body) {
        return new FullResponse(status, Map.of("Content-Type", contentType), body);
    }

    /** With these headers too; those of the same name are replaced. */
    FullResponse with(Map<String, String> more) {
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new FullResponse(status, all, body);
    }

    /** The status code. */
    public int status() {
        return status;
    }

    /** The headers, without the body's length. */
    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }

    /** The body, a copy; empty if there is none. Not to be sent in answer to {@code HEAD}. */
    public byte[] body() {
        return body.clone();
    }
}
