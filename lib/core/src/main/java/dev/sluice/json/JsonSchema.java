package dev.sluice.json;

import dev.sluice.internal.json.ClassSchemaGenerator;

/**
 * The JSON Schema of a class: what a model must write so that it can be read as the class.
 *
 * <p>An object for a record, or for a class that can be read from an object, with the names and descriptions that the JSON
 * library's annotations give ({@code @JsonProperty}, {@code @JsonPropertyDescription}, {@code @JsonClassDescription}, …).
 * Components may be texts, numbers, booleans, enums, dates and times, {@code UUID}, {@code URI}, further such classes, also
 * recursive ones, sealed interfaces of records, and arrays, collections and maps of these. A sealed interface is one of its
 * records, told apart by a field {@code type} with the record's simple name, unless it has a {@code @JsonTypeInfo}.
 *
 * <p>The schema is of draft 2020-12, without a {@code $schema} field, and the same for every provider's strict mode: every
 * field is required and no other allowed; a component that is {@code Optional} or {@code @Nullable} may be null. Two things
 * it can say are not taken by all of them: Claude's structured output takes no recursion, and neither it nor OpenAI's strict
 * mode takes a map. For any thread; made once for each class.
 */
public final class JsonSchema {
    private static final ClassValue<String> SCHEMAS = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            return ClassSchemaGenerator.generate(type);
        }
    };

    private JsonSchema() {}

    /**
     * The schema of a record or of a class that is read from a JSON object, as JSON text.
     *
     * @throws IllegalArgumentException if there is none; the message names the class and the component
     */
    public static String of(Class<?> type) {
        return SCHEMAS.get(type);
    }
}
