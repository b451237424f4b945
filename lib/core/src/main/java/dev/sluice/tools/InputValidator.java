package dev.sluice.tools;

import dev.sluice.internal.base.Throwables;
import dev.sluice.internal.json.Json;
import dev.sluice.internal.json.SchemaProblems;
import dev.sluice.json.SchemaValidator;
import dev.sluice.message.ToolDefinition;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether a tool can be run with an input: it fits the tool's schema, and can be read as what the tool takes. */
final class InputValidator {
    private final @Nullable SchemaValidator schema;
    private final Consumer<String> reading;

    private InputValidator(@Nullable SchemaValidator schema, Consumer<String> reading) {
        this.schema = schema;
        this.reading = reading;
    }

    /**
     * The check of a tool's inputs.
     *
     * @param reading reads an input that fits the schema, and throws if it cannot
     */
    static InputValidator of(ToolDefinition definition, Consumer<String> reading) {
        if (definition.inputSchema() == null) {
            return new InputValidator(null, reading);
        }
        try {
            return new InputValidator(SchemaValidator.of(definition.inputSchema()), reading);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("inputSchema of '" + definition.name() + "': " + e.getMessage(), e);
        }
    }

    /** The errors, in words for the model. */
    Optional<String> problem(String input) {
        try {
            List<String> problems = schema == null ? List.of() : schema.problems(input);
            if (problems.isEmpty()) {
                Json.readObject(input);
                reading.accept(input);
            }
            return problems.isEmpty() ? Optional.empty() : Optional.of(SchemaProblems.describe(problems));
        } catch (RuntimeException e) { // a record's own constructor may throw whatever it likes
            return Optional.of(SchemaProblems.describe(List.of(Throwables.message(e))));
        } catch (StackOverflowError e) {
            return Optional.of("it is nested too deep");
        }
    }
}
