package dev.sluice.client;

import dev.sluice.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names an answer that a server keeps, and how much of it has been consumed. As a text it is what {@link MessageStream#resumeToken}
 * gives: a version, a dot, and JSON in Base64. It is no secret and not signed.
 *
 * @param provider the provider's name
 * @param model the model that was asked for
 * @param answerId the provider's id of the answer
 * @param position behind which event of the wire, in the provider's words; empty for the beginning
 * @param events how many events of the stream have been consumed behind that
 */
record ResumeToken(String provider, String model, String answerId, String position, long events) {
    private static final String VERSION = "1.";
    private static final int LONGEST = 4096;
    private static final long MOST_EVENTS = 1L << 40;

    /** Those of the vendors are of such characters; these cannot leave their place in an address. */
    private static final Pattern ID = Pattern.compile("[^\\p{Cntrl}]*[^\\p{Cntrl}.][^\\p{Cntrl}]*");

    /** The token as a text. */
    String text() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("provider", provider);
        fields.put("model", model);
        fields.put("id", answerId);
        fields.put("position", position);
        fields.put("events", events);
        return VERSION
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Json.write(fields).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The token of a text.
     *
     * @throws IllegalArgumentException if it is none
     */
    static ResumeToken parse(String text) {
        if (text.length() > LONGEST) {
            throw malformed("it has " + text.length() + " characters", null);
        }
        if (!text.startsWith(VERSION)) {
            throw malformed("it does not begin with '" + VERSION + "'", null);
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(text.substring(VERSION.length()));
            Map<String, Object> fields = Json.readObject(new String(json, StandardCharsets.UTF_8));
            var token = new ResumeToken(
                    word(fields, "provider"),
                    word(fields, "model"),
                    word(fields, "id"),
                    word(fields, "position"),
                    number(fields, "events"));
            if (!ID.matcher(token.answerId).matches()) {
                throw malformed("its id cannot be that of an answer", null);
            }
            return token;
        } catch (IllegalArgumentException e) {
            throw e.getMessage() != null && e.getMessage().startsWith("token:")
                    ? e
                    : malformed("it is damaged", e); // without what it holds
        }
    }

    private static String word(Map<String, Object> fields, String name) {
        if (fields.get(name) instanceof String word) {
            return word;
        }
        throw malformed("it has no " + name, null);
    }

    private static long number(Map<String, Object> fields, String name) {
        if (fields.get(name) instanceof Number number && number.longValue() >= 0 && number.longValue() <= MOST_EVENTS) {
            return number.longValue();
        }
        throw malformed("it has no " + name, null);
    }

    private static IllegalArgumentException malformed(String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "token: " + why + "; give the text that MessageStream.resumeToken() returned, unchanged", cause);
    }
}
