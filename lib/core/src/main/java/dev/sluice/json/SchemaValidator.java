package dev.sluice.json;

import com.networknt.schema.InvalidSchemaException;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.path.PathType;
import dev.sluice.internal.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks whether a JSON object that a model wrote fits a JSON Schema, and describes errors in words for the model.
 *
 * <p>A schema without a {@code $schema} is of draft 2020-12. A field that is required but may be null may also be
 * absent. A model that follows a schema writes null, any other leaves the field out. A {@code format} is not checked,
 * as the draft has it. A {@code $ref} must lead to a place in the schema itself: nothing is ever fetched. For any
 * thread; nothing here blocks, and what would take very long is given up.
 */
public final class SchemaValidator {
    /** Some seconds of work; a whole answer has some hundred thousand values at most. */
    private static final long MOST_STEPS = 5_000_000;

    private static final String LEADS_OUT = "no JSON Schema that stands for itself, and nothing is fetched: ";
    private static final SpecificationVersion DRAFT = SpecificationVersion.DRAFT_2020_12;

    /** Knows the drafts, which the library brings along, and loads nothing else. */
    private static final SchemaRegistry DRAFTS =
            SchemaRegistry.withDefaultDialect(DRAFT, builder -> builder.schemaRegistryConfig(settings(false)));

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            DRAFT,
            builder -> builder.schemaCacheEnabled(false)
                    .schemaLoader(loader -> loader.allow(address -> false))
                    .schemaRegistryConfig(settings(true)));

    private final Schema schema;

    private SchemaValidator(Schema schema) {
        this.schema = schema;
    }

    /**
     * The check against a schema.
     *
     * @param schema a JSON Schema as JSON text
     * @throws IllegalArgumentException if it is none, or leads out of itself; the message says where
     */
    public static SchemaValidator of(String schema) {
        ObjectNode tree = Json.readTree(schema);
        try {
            SpecificationVersion draft =
                    SpecificationVersion.fromSchemaNode(tree).orElse(DRAFT);
            List<String> wrong = problems(DRAFTS.getSchema(SchemaLocation.of(draft.getDialectId())), tree);
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException("no JSON Schema: " + String.join("; ", wrong));
            }
            refuseDynamicFetches(tree);
            allowAbsent(tree);
            Schema made = SCHEMAS.getSchema(tree);
            made.initializeValidators(); // follows every $ref
            return new SchemaValidator(made);
        } catch (InvalidSchemaException e) {
            throw new IllegalArgumentException(LEADS_OUT + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) { // the library has no type for all that can be wrong
            throw new IllegalArgumentException("no JSON Schema: " + e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("no JSON Schema: it is nested too deep", e);
        }
    }

    /**
     * The errors of a text; empty if it is one whole JSON object that fits. Each is a line that names the field, as in
     * {@code steps[0].text: integer found, string expected}.
     */
    public List<String> problems(String json) {
        try {
            return problems(schema, Json.readTree(json));
        } catch (IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        } catch (ValidationLimitExceededException | StackOverflowError e) {
            return List.of("too large or nested too deep to be checked; write less");
        } catch (SchemaException e) { // that nobody has met before this input
            return List.of("cannot be checked: " + e.getMessage());
        }
    }

    private static List<String> problems(Schema schema, JsonNode value) {
        var errors = schema.validate(
                value, context -> context.executionConfig(limits -> limits.maxEvaluationSteps(MOST_STEPS)));
        return AlternativeErrorFilter.of(errors).stream()
                .map(error -> {
                    String path = error.getInstanceLocation().toString().replaceFirst("^\\$\\.?", "");
                    return (path.isEmpty() ? "" : path + ": ") + error.getMessage();
                })
                .distinct()
                .collect(Collectors.toList());
    }

    /** The library follows these only when there is an input. */
    private static void refuseDynamicFetches(JsonNode node) {
        for (String keyword : List.of("$dynamicRef", "$recursiveRef")) {
            String place = node.path(keyword).asString("#");
            if (!place.startsWith("#")) {
                throw new IllegalArgumentException(LEADS_OUT + place);
            }
        }
        node.forEach(SchemaValidator::refuseDynamicFetches);
    }

    /** Takes the fields that may be null from those that are required, wherever in the schema. */
    private static void allowAbsent(JsonNode node) {
        if (node.path("properties") instanceof ObjectNode fields
                && node.path("required") instanceof ArrayNode required) {
            required.removeIf(name -> name.isString() && mayBeNull(fields.path(name.asString())));
        }
        node.forEach(SchemaValidator::allowAbsent);
    }

    private static boolean mayBeNull(JsonNode schema) {
        return says(schema.path("type"), "null")
                || schema.path("enum").valueStream().anyMatch(JsonNode::isNull)
                || schema.path("anyOf").valueStream().anyMatch(SchemaValidator::mayBeNull)
                || schema.path("oneOf").valueStream().anyMatch(SchemaValidator::mayBeNull);
    }

    private static boolean says(JsonNode type, String name) {
        return type.asString("").equals(name)
                || type.valueStream().anyMatch(one -> one.asString("").equals(name));
    }

    private static SchemaRegistryConfig settings(boolean preload) {
        return SchemaRegistryConfig.builder()
                .pathType(PathType.JSON_PATH)
                .locale(Locale.ENGLISH)
                .preloadSchema(preload)
                .build();
    }
}
