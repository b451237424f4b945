package dev.sluice.internal.json;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.classmate.TypeResolver;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import java.lang.reflect.Type;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.node.ObjectNode;

/**
 * A type that an answer may have, parameters included. Every provider wants a JSON object, so any other type is the one
 * field {@code value} of one. For any thread.
 */
public final class AnswerType {
    private static final String VALUE = "value";
    private static final TypeResolver TYPES = new TypeResolver();

    private final JavaType type;
    private final boolean isObject;
    private final String schema;

    private AnswerType(JavaType type, boolean isObject, String schema) {
        this.type = type;
        this.isObject = isObject;
        this.schema = schema;
    }

    /**
     * A type in this form.
     *
     * @throws IllegalArgumentException if it has no schema; the message names the type
     */
    public static AnswerType of(Type type) {
        ResolvedType resolved = TYPES.resolve(type);
        boolean isObject = type instanceof Class<?> raw && SchemaTypes.isObject(raw);
        JavaType read = Json.MAPPER.constructType(type);
        return new AnswerType(
                read, isObject, isObject ? ClassSchemaGenerator.generate(resolved.getErasedType()) : wrapped(resolved));
    }

    private static String wrapped(ResolvedType type) {
        Class<?> unknown = SchemaTypes.undescribed(type);
        if (unknown != null) {
            throw new IllegalArgumentException(type.getBriefDescription() + ": has no JSON Schema: "
                    + unknown.getTypeName() + " is not among the types that JsonSchema describes");
        }
        SchemaBuilder schemas = ClassSchemaGenerator.schemas();
        ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object");
        schema.putObject("properties").set(VALUE, schemas.createSchemaReference(type));
        schema.withArrayProperty("required").add(VALUE);
        schema.put("additionalProperties", false);
        ObjectNode shared = schemas.collectDefinitions("$defs"); // fills in the field's schema
        if (!shared.isEmpty()) {
            schema.set("$defs", shared);
        }
        ClassSchemaGenerator.wrapDescribedReferences(schema);
        return Json.MAPPER.writeValueAsString(schema);
    }

    /** The schema of the object, as JSON text. */
    public String schema() {
        return schema;
    }

    /** The type in words, for messages. */
    public String name() {
        return type.toCanonical().replaceAll("[a-z_0-9]+\\.", "");
    }

    /**
     * Reads the value.
     *
     * @throws IllegalArgumentException if the text is no JSON object, or does not fit the type
     */
    public Object read(String json) {
        ObjectNode object = Json.readTree(json);
        Object value = Json.readOrNull(
                name(), () -> Json.MAPPER.readerFor(type).readValue(isObject ? object : object.path(VALUE)));
        if (value == null) {
            throw new IllegalArgumentException("not readable as " + name() + ": it is null or missing");
        }
        return value;
    }
}
