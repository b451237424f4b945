package dev.sluice.message;

import dev.sluice.internal.json.AnswerType;
import dev.sluice.internal.json.Json;
import dev.sluice.internal.json.OpenSchema;
import dev.sluice.internal.json.SchemaProblems;
import dev.sluice.json.JsonSchema;
import dev.sluice.json.SchemaValidator;
import java.util.List;
import java.util.Optional;

/**
 * Reads the words of an answer as a class, and checks that they fit its schema. A field that the class does not have is no error. For any
 * thread.
 */
final class StructuredText {
    private static final String FENCE = "```";

    /** Empty for a class that has no schema, such as a map. */
    private static final ClassValue<Optional<SchemaValidator>> VALIDATORS = new ClassValue<>() {
        @Override
        protected Optional<SchemaValidator> computeValue(Class<?> type) {
            String schema;
            try {
                schema = JsonSchema.of(type);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
            return Optional.of(SchemaValidator.of(OpenSchema.of(schema)));
        }
    };

    private StructuredText() {}

    /**
     * The value.
     *
     * @throws IllegalArgumentException if the text is no JSON, or does not fit the class; the message says where
     */
    static <T> T read(String text, Class<T> type) {
        String json = withoutFence(text);
        T value = Json.read(json, type);
        VALIDATORS.get(type).ifPresent(schema -> check(schema, json));
        return value;
    }

    /**
     * The same for a type with parameters.
     *
     * @throws IllegalArgumentException as for a class
     */
    static Object read(String text, AnswerType type) {
        String json = withoutFence(text);
        Object value = type.read(json);
        check(SchemaValidator.of(OpenSchema.of(type.schema())), json);
        return value;
    }

    private static void check(SchemaValidator schema, String json) {
        List<String> problems = schema.problems(json);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(SchemaProblems.describe(problems));
        }
    }

    /** What is inside of the Markdown fence that many models put around JSON; the text itself if it has none, or is cut. */
    static String withoutFence(String text) {
        String block = text.strip();
        int line = block.indexOf('\n');
        return block.startsWith(FENCE) && block.endsWith(FENCE) && line > 0 && line <= block.length() - FENCE.length()
                ? block.substring(line + 1, block.length() - FENCE.length())
                : text;
    }
}
