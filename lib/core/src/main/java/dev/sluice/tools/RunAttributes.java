package dev.sluice.tools;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The values of a run's attributes; immutable. */
record RunAttributes(Map<ToolContext.Attribute<?>, Object> values) {
    static final RunAttributes NONE = new RunAttributes(Map.of());

    <T> RunAttributes with(ToolContext.Attribute<T> attribute, T value) {
        var more = new HashMap<>(values);
        more.put(
                Objects.requireNonNull(attribute, "attribute"),
                Objects.requireNonNull(value, () -> "value of the attribute " + attribute));
        return new RunAttributes(Map.copyOf(more));
    }

    @SuppressWarnings("unchecked") // it was put with its own type
    <T> Optional<T> get(ToolContext.Attribute<T> attribute) {
        return Optional.ofNullable((T) values.get(attribute));
    }
}
