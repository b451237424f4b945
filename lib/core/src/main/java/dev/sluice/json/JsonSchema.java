package dev.sluice.json;

import dev.sluice.internal.json.ClassSchemaGenerator;

/**
 * The JSON Schema of a class: what a model must write so that it can be read as the class.
 *
 * <p>An object for a record, or for a class that can be read from an object. Names and descriptions are those of the
 * JSON library's annotations ({@code @JsonProperty}, {@code @JsonPropertyDescription}, {@code @JsonClassDescription},
 * …). Components may be texts, numbers, booleans, enums, dates and times, {@code UUID} or {@code URI}. They may be
 * further such classes, also recursive ones, and sealed interfaces of records. They may be arrays, collections and maps
 * of these. A sealed interface is one of its records. A field {@code type} with the record's simple name says which,
 * unless it has a {@code @JsonTypeInfo}.
 *
 * <p>The schema is of draft 2020-12, without a {@code $schema} field, and works for every provider's strict mode. Every
 * field is required and no other allowed. A component that is {@code Optional} or {@code @Nullable} may be null. Two
 * things it can say are not taken by all of them: Claude's structured output takes no recursion, and neither it nor
 * OpenAI's strict mode takes a map. For any thread; made once for each class.
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
