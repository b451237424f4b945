package dev.sluice.message;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of an object that is stored, in order. */
final class JsonFieldsBuilder {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    JsonFieldsBuilder() {}

    JsonFieldsBuilder(String type) {
        whole("type", type);
    }

    /** Sets a field, unless it says nothing: null, an empty text, list or map, zero, false. */
    JsonFieldsBuilder put(String name, @Nullable Object value) {
        boolean nothing = switch (value) {
            case null -> true;
            case String text -> text.isEmpty();
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case Number number -> number.longValue() == 0;
            default -> value.equals(false);
        };
        return nothing ? this : whole(name, value);
    }

    /** Sets a field, unless it is null. */
    JsonFieldsBuilder whole(String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
        return this;
    }

    Map<String, Object> map() {
        return fields;
    }
}
