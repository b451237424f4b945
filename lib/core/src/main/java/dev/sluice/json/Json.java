package dev.sluice.json;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whole JSON texts to Java values and back. Values are plain: {@code Map}, {@code List}, {@code String}, {@code Integer},
 * {@code Long}, {@code BigInteger}, {@code Double}, {@code Boolean} and null, or records and beans of the caller's.
 *
 * <p>Safe for use by any thread. Nothing here blocks.
 */
public final class Json {
    /** How long a text may be is for who receives it to say; what costs more than its length stays limited. */
    private static final StreamReadConstraints ANY_LENGTH = StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build();

    static final JsonMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(ANY_LENGTH).build())
            .annotationIntrospector(new SealedTypes())
            .build();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private Json() {}

    /**
     * Reads one JSON object.
     *
     * @throws IllegalArgumentException if the text is anything but one whole JSON object
     */
    public static Map<String, Object> readObject(String json) {
        return read("a JSON object", () -> MAPPER.readValue(json, OBJECT));
    }

    /**
     * Reads one JSON text as a value of the given class. Unknown properties are ignored.
     *
     * @throws IllegalArgumentException if the text is not JSON, is {@code null}, or does not fit the class
     */
    public static <T> T read(String json, Class<T> type) {
        return read(type.getSimpleName(), () -> MAPPER.readValue(json, type));
    }

    /**
     * Reads the beginning of a JSON text as a value of the given class. A missing field is null, zero or false. A text
     * that is cut has the characters that have come. A value that cannot be made yet is left out, such as half of a
     * date, or a record whose constructor needs more.
     *
     * <p>Costs as much as reading what there is, again with each call; some of it several times where something is left out.
     *
     * @return the value; empty if there is nothing to make it of, or what there is does not fit the class
     */
    public static <T> Optional<T> readPrefix(String prefix, Class<T> type) {
        return PartialValue.of(prefix).as(type);
    }

    /**
     * Reads one JSON text of any kind, {@code null} included.
     *
     * @throws IllegalArgumentException if the text is not JSON
     */
    public static @Nullable Object readAny(String json) {
        return readOrNull("JSON", () -> MAPPER.readValue(json, Object.class));
    }

    /**
     * Writes a value as JSON text. Half a surrogate pair, with which a piece of an answer may end, is written as an escape: no
     * encoding would keep it.
     *
     * @throws IllegalArgumentException if the value cannot be written as JSON
     */
    public static String write(Object value) {
        try {
            return escapeHalves(MAPPER.writeValueAsString(value));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not writable as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Whether the text is one whole JSON object and nothing else. */
    public static boolean isObject(String json) {
        try {
            readObject(json);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Reads one JSON object as a tree; as {@link #readObject}. */
    static ObjectNode readTree(String json) {
        return read("a JSON object", () -> MAPPER.readValue(json, ObjectNode.class));
    }

    private static <T> T read(String as, Supplier<T> reader) {
        T value = readOrNull(as, reader);
        if (value == null) {
            throw new IllegalArgumentException("not readable as " + as + ": the text is null");
        }
        return value;
    }

    static <T> @Nullable T readOrNull(String as, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not readable as " + as + where(e) + ": " + e.getOriginalMessage(), e);
        }
    }

    /** Where it happened: in the value; in the text, if that is no JSON. */
    private static String where(JacksonException e) {
        if (e instanceof StreamReadException) {
            TokenStreamLocation place = e.getLocation();
            return " at line " + place.getLineNr() + ", column " + place.getColumnNr();
        }
        var path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            String name = step.getPropertyName();
            if (name == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(name);
            }
        }
        return path.isEmpty() ? "" : " at " + path;
    }

    private static String escapeHalves(String json) {
        int i = 0;
        while (i < json.length() && !isHalf(json.codePointAt(i))) {
            i += Character.charCount(json.codePointAt(i));
        }
        if (i == json.length()) {
            return json;
        }
        var escaped = new StringBuilder(json.length() + 16).append(json, 0, i);
        json.codePoints().skip(json.codePointCount(0, i)).forEach(c -> {
            if (isHalf(c)) {
                escaped.append("\\u").append(Integer.toHexString(c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    private static boolean isHalf(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
