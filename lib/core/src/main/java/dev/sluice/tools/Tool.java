package dev.sluice.tools;

import dev.sluice.internal.base.Checks;
import dev.sluice.internal.json.Json;
import dev.sluice.json.JsonSchema;
import dev.sluice.message.ToolDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A tool that the model may call: how it is described to the model, and what it does. Immutable; for any number of runs at
 * once, as far as its function is.
 */
public final class Tool {
    private final ToolDefinition definition;
    private final InputValidator check;
    private final ToolFunction<String> function;
    private final @Nullable Duration timeout;
    private final AfterCrash afterCrash;

    /**
     * What becomes of a call in a run with a {@linkplain ToolLoop.Builder#journal journal} if its process died after the tool had
     * started and before its result was recorded.
     */
    public enum AfterCrash {
        /** It is run again, with the same input and the same {@link ToolContext#callKey()}: for a tool that does a thing once per key. */
        RUN_AGAIN,
        /**
         * The run's approval is asked, also if it was before, with {@link ToolContext#mayHaveRun()}; in a run without an approval, a
         * person is, as by {@link ToolApproval#later()}. If that allows it, it is run again.
         */
        ASK,
        /** It is not run again. The model reads that it is not known whether the tool has run. */
        REPORT
    }

    private Tool(
            ToolDefinition definition,
            InputValidator check,
            ToolFunction<String> function,
            @Nullable Duration timeout,
            AfterCrash afterCrash) {
        this.definition = definition;
        this.check = check;
        this.function = function;
        this.timeout = timeout;
        this.afterCrash = afterCrash;
    }

    /** A tool of which not every input can be read that fits the schema. */
    Tool(ToolDefinition definition, Consumer<String> reading, ToolFunction<String> function) {
        this(definition, InputValidator.of(definition, reading), function, null, AfterCrash.REPORT);
    }

    /**
     * A tool whose input is a record or bean, which gives the {@linkplain JsonSchema schema}.
     *
     * @throws IllegalArgumentException if the class has no schema, or the name is blank
     */
    public static <I> Tool of(String name, String description, Class<I> input, ToolFunction<? super I> function) {
        Objects.requireNonNull(function, "function");
        return new Tool(
                ToolDefinition.of(name, description, JsonSchema.of(input)),
                json -> Json.read(json, input),
                (json, context) -> function.call(Json.read(json, input), context));
    }

    /**
     * A tool that is given its input as JSON text.
     *
     * @param inputSchema the JSON Schema of the input, an object, as JSON text; see {@link dev.sluice.json.SchemaValidator} for
     *     how inputs are held to it
     * @throws IllegalArgumentException if the schema is none or leads out of itself, or the name is blank
     */
    public static Tool of(String name, String description, String inputSchema, ToolFunction<String> function) {
        return of(ToolDefinition.of(name, description, inputSchema), function);
    }

    /**
     * A tool with a definition of any kind.
     *
     * @throws IllegalArgumentException if its schema is none
     */
    public static Tool of(ToolDefinition definition, ToolFunction<String> function) {
        return new Tool(definition, json -> {}, Objects.requireNonNull(function, "function"));
    }

    /**
     * The methods of an object that are marked with {@link ToolMethod}, each a tool. Its parameters are the fields of
     * the input, by their names, so the class must be compiled with {@code -parameters}. A parameter of type
     * {@link ToolContext} is the call's context. Such a method may be private, or its class's superclass's. The
     * annotations of a record's components may also name and describe its parameters. Sorted by name.
     *
     * @throws IllegalArgumentException if there is none, or one of them cannot be a tool; the message names it
     */
    public static List<Tool> methodsOf(Object target) {
        return ToolMethodScanner.of(target);
    }

    /** This tool with a limit on the time of each call, in place of the run's; zero for none. */
    public Tool timeout(Duration limit) {
        return new Tool(definition, check, function, Checks.notNegative("timeout", limit, "no limit"), afterCrash);
    }

    /** This tool with another fate for calls that a crash has cut; {@link AfterCrash#REPORT} if nothing is set. */
    public Tool afterCrash(AfterCrash fate) {
        return new Tool(definition, check, function, timeout, Objects.requireNonNull(fate, "fate"));
    }

    /** This tool with one more field in its definition, given as raw JSON text; see {@link ToolDefinition#with}. */
    public Tool with(String field, String json) {
        return new Tool(definition.with(field, json), check, function, timeout, afterCrash);
    }

    /** The tool's name for the model. */
    public String name() {
        return definition.name();
    }

    /** How it is described to the model. */
    public ToolDefinition definition() {
        return definition;
    }

    /** The limit on the time of each call, if it has its own; zero for none. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /** What becomes of a call that a crash has cut. */
    public AfterCrash afterCrash() {
        return afterCrash;
    }

    /** The errors of an input, in words for the model; empty if it can be run with it. */
    Optional<String> problem(String input) {
        return check.problem(input);
    }

    /** Runs the tool. */
    ToolOutput call(String input, ToolContext context) throws Exception {
        return ToolOutputConverter.of(function.call(input, context));
    }

    /** Its name. */
    @Override
    public String toString() {
        return "Tool[" + name() + "]";
    }
}
