package dev.sluice.json;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

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

    private static final ObjectMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(ANY_LENGTH).build())
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
     * Reads one JSON text of any kind, {@code null} included.
     *
     * @throws IllegalArgumentException if the text is not JSON
     */
    public static @Nullable Object readAny(String json) {
        return readOrNull("JSON", () -> MAPPER.readValue(json, Object.class));
    }

    /**
     * Writes a value as JSON text.
     *
     * @throws IllegalArgumentException if the value cannot be written as JSON
     */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
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

    private static <T> T read(String as, Supplier<T> reader) {
        T value = readOrNull(as, reader);
        if (value == null) {
            throw new IllegalArgumentException("not readable as " + as + ": the text is null");
        }
        return value;
    }

    private static <T> @Nullable T readOrNull(String as, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not readable as " + as + ": " + e.getOriginalMessage(), e);
        }
    }
}
