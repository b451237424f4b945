package dev.sluice.json;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The value of a JSON text that is still being written, to be made a value of a class. Only the end of the text can be
 * unfinished. So if the class does not take the value, the last thing in it is left out, then its container, and so on
 * outwards.
 *
 * @param value the value, as {@link PartialJson} has it; null if there is none
 * @param complete whether nothing of it is unfinished
 */
record PartialValue(@Nullable Object value, boolean complete) {
    private static final JsonMapper LENIENT = Json.MAPPER
            .rebuild()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    static PartialValue of(String prefix) {
        PartialJson json = PartialJson.keepingOpenStrings().append(prefix);
        return new PartialValue(json.value(), json.isComplete());
    }

    <T> Optional<T> as(Class<T> type) {
        Optional<T> made = make(value, type);
        for (int depth = complete ? 0 : depth(value); made.isEmpty() && depth > 0; depth--) {
            made = make(withoutLast(value, depth), type);
        }
        return made;
    }

    private static <T> Optional<T> make(@Nullable Object value, Class<T> type) {
        try {
            return value == null ? Optional.empty() : Optional.ofNullable(LENIENT.convertValue(value, type));
        } catch (JacksonException e) {
            return Optional.empty(); // what is wrong rather than unfinished is for who reads the whole to say
        }
    }

    /** How many containers are around the end of the text. */
    private static int depth(@Nullable Object value) {
        int depth = 0;
        for (Object at = value; isFilled(at); at = last(at)) {
            depth++;
        }
        return depth;
    }

    /** The value without the last entry of the container at the given depth. */
    private static @Nullable Object withoutLast(@Nullable Object value, int depth) {
        Object last = depth == 1 ? null : withoutLast(last(value), depth - 1);
        if (value instanceof Map<?, ?> map) {
            var copy = new LinkedHashMap<Object, @Nullable Object>(map);
            Object key = lastKey(map);
            if (depth == 1) {
                copy.remove(key);
            } else {
                copy.put(key, last);
            }
            return copy;
        }
        var copy = new ArrayList<@Nullable Object>(value instanceof List<?> list ? list : List.of());
        copy.removeLast();
        if (depth > 1) {
            copy.add(last);
        }
        return copy;
    }

    private static boolean isFilled(@Nullable Object value) {
        return (value instanceof Map<?, ?> map && !map.isEmpty()) || (value instanceof List<?> list && !list.isEmpty());
    }

    private static @Nullable Object last(@Nullable Object container) {
        if (container instanceof Map<?, ?> map) {
            return map.get(lastKey(map));
        }
        return container instanceof List<?> list ? list.getLast() : null;
    }

    private static @Nullable Object lastKey(Map<?, ?> map) {
        Object last = null;
        for (Object key : map.keySet()) {
            last = key;
        }
        return last;
    }
}
