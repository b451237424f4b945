package dev.sluice.relay.http;

import dev.sluice.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A response that is no stream: all of it. Immutable. */
public final class Answer {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    private Answer(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    static Answer empty(int status) {
        return new Answer(status, Map.of(), new byte[0]);
    }

    /** Sends the client elsewhere, for good, with the same method. */
    public static Answer redirect(String location) {
        return empty(308).with(SecurityHeaders.with(Map.of("Location", location)));
    }

    static Answer json(int status, Object value) {
        return of(status, "application/json", Json.write(value).getBytes(StandardCharsets.UTF_8));
    }

    static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, Map.of("Content-Type", contentType), body);
    }

    /** With these headers too; those of the same name are replaced. */
    Answer with(Map<String, String> more) {
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Answer(status, all, body);
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
