package dev.sluice.message;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Wire fields this library does not model, kept by name as raw JSON text in the order they came. */
final class RawFields {
    private RawFields() {}

    static Map<String, String> copy(Map<String, String> fields) {
        return fields.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    static Map<String, String> with(Map<String, String> fields, String name, String json) {
        var all = new LinkedHashMap<>(fields);
        all.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(json, "json"));
        return Collections.unmodifiableMap(all);
    }
}
