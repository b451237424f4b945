package dev.sluice.json;

import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.json.AnswerType;
import dev.sluice.internal.json.ClassSchemaGenerator;
import java.lang.reflect.ParameterizedType;

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

    /** The schema of a type with its parameters, as JSON text. A type that is no object is the field {@code value} of one. */
    public static String of(TypeToken<?> type) {
        return type.type.schema();
    }

    /**
     * A type with its parameters, for answers that are lists or one of several records: {@code new
     * JsonSchema.TypeToken<List<Trip>>() {}}. For any thread; to be kept, as each one makes a schema.
     *
     * @param <T> the type
     */
    public abstract static class TypeToken<T> {
        static {
            InternalParts.share(TypeToken.class, AnswerType.class, token -> token.type);
        }

        private final AnswerType type;

        /**
         * The type that the subclass names.
         *
         * @throws IllegalArgumentException if it names none, or the type has no schema; the message names it
         */
        protected TypeToken() {
            if (!(getClass().getGenericSuperclass() instanceof ParameterizedType named)) {
                throw new IllegalArgumentException("TypeToken: name the type, as in new TypeToken<List<String>>() {}");
            }
            type = AnswerType.of(named.getActualTypeArguments()[0]);
        }
    }
}
