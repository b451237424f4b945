package dev.sluice.toy;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The JSON library of somebody who writes a provider, in a few lines. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static Map<String, Object> readObject(String json) {
        try {
            return MAPPER.readValue(json, new TypeReference<>() {});
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no JSON object", e);
        }
    }

    static @Nullable Object readAny(String json) {
        return MAPPER.readValue(json, Object.class);
    }

    static boolean isObject(String json) {
        try {
            return readObject(json) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static String write(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }
}
