package dev.sluice.provider.wire;

import dev.sluice.internal.json.Json;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the request tests share. */
public final class Requests {
    public static final Claude CLAUDE =
            Claude.builder().apiKey("sk-test-1234567890").build();

    public static final Gemini GEMINI =
            Gemini.builder().apiKey("AIza-test-1234567890").build();

    private Requests() {}

    /** A request that needs nothing more. */
    public static MessageRequest.Builder minimal() {
        return MessageRequest.builder().model("m").maxTokens(100).user("Hi");
    }

    /** The body of a request as Claude gets it. */
    public static Map<String, Object> body(MessageRequest request) {
        return Json.readObject(new String(CLAUDE.streamRequest(request).body(), StandardCharsets.UTF_8));
    }

    public static Map<String, Object> body(MessageRequest.Builder request) {
        return body(request.build());
    }

    /** The body of a request as Gemini gets it. */
    public static Map<String, Object> gemini(MessageRequest.Builder request) {
        return Json.readObject(new String(GEMINI.streamRequest(request.build()).body(), StandardCharsets.UTF_8));
    }

    /** JSON with single quotes, to be read more easily in Java. */
    public static Map<String, Object> json(String singleQuoted) {
        return Json.readObject(singleQuoted.replace('\'', '"'));
    }

    public static Object field(MessageRequest.Builder request, String name) {
        return body(request).get(name);
    }
}
