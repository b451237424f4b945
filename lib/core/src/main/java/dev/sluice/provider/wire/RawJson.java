package dev.sluice.provider.wire;

import dev.sluice.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** JSON text that is passed on as it is. */
public final class RawJson {
    /**
     * Reads and writes the wire of every provider. The wire is UTF-8, so its first bytes are not searched for another
     * charset. {@link dev.sluice.Limits} bounds the length of a text. A number that nobody computes with may have any
     * length.
     */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private RawJson() {}

    /** Whether the text is one whole JSON value and nothing else. */
    static boolean isValue(String json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    /** The JSON object that has these fields. */
    public static String object(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> Json.write(field.getKey()) + ":" + field.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** The fields of a JSON object by name, each as it was written; null if the text is anything else. */
    public static @Nullable Map<String, String> fields(String json) {
        var fields = new LinkedHashMap<String, String>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                int from = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                parser.finishToken();
                parser.skipChildren();
                int to = Math.toIntExact(parser.currentLocation().getCharOffset());
                fields.put(name, json.substring(from, to));
            }
            return parser.nextToken() == null ? fields : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /**
     * The text with a replacement character for every half of a surrogate pair that has lost the other one. An answer
     * may be cut inside a pair, and half a pair cannot be written as UTF-8.
     */
    public static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!pairAt(text, i)) {
                    return mended(text, i);
                }
                i++;
            }
        }
        return text;
    }

    private static String mended(String text, int from) {
        var mended = new StringBuilder(text);
        for (int i = from; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (pairAt(text, i)) {
                    i++;
                } else {
                    mended.setCharAt(i, '\uFFFD');
                }
            }
        }
        return mended.toString();
    }

    private static boolean pairAt(String text, int i) {
        return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
    }
}
