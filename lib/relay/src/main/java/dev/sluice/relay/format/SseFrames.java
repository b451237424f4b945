package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The texts of server-sent events. No JSON can add a field to one: a line break can only be a blank between its tokens. */
final class SseFrames {
    /** A heartbeat: a comment. */
    static final String HEARTBEAT = ": heartbeat\n\n";

    /** How the formats of others end. */
    static final String DONE = "data: [DONE]\n\n";

    /** Proxies must pass events on as they come. */
    static final Map<String, String> UNBUFFERED = Map.of("x-accel-buffering", "no");

    private SseFrames() {}

    /** An event of nothing but data. */
    static String data(String json) {
        return "data: " + line(json) + "\n\n";
    }

    /** JSON on one line. */
    static String line(String json) {
        return json.indexOf('\n') < 0 && json.indexOf('\r') < 0
                ? json
                : json.replace('\n', ' ').replace('\r', ' ');
    }

    /** An object of these fields, by turns a name and a value, in this order; a field whose value is null is left out. */
    static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            if (value != null) {
                object.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return object;
    }

    /** A failure of the relay, in the form of a run's failure. */
    static String failure(String code, String message, boolean retryable) {
        return Json.write(object(
                "type", "stream_error", "error", message, "details", object("code", code, "retryable", retryable)));
    }
}
