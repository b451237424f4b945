package dev.sluice.json;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.classmate.TypeResolver;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import java.lang.reflect.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parameters of a method as the fields of one JSON object, as {@link JsonSchema} has the components of a record.
 * They have the same types, and the same annotations name and describe them. For any thread.
 */
public final class ParameterSchema {
    private static final TypeResolver TYPES = new TypeResolver();

    private final List<Parameter> parameters;
    private final String schema;

    private ParameterSchema(List<Parameter> parameters, String schema) {
        this.parameters = parameters;
        this.schema = schema;
    }

    /**
     * Some parameters of a method, or all.
     *
     * @throws IllegalArgumentException if one of them has no name or no schema; the message says which
     */
    public static ParameterSchema of(List<Parameter> parameters) {
        SchemaBuilder schemas = ClassSchemaGenerator.schemas();
        ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object");
        ObjectNode fields = schema.putObject("properties");
        var descriptions = new HashMap<String, String>();
        for (Parameter parameter : parameters) {
            String name = name(parameter);
            fields.set(name, value(parameter, schemas));
            schema.withArrayProperty("required").add(name);
            var description = parameter.getAnnotation(JsonPropertyDescription.class);
            if (description != null) {
                descriptions.put(name, description.value());
            }
        }
        schema.put("additionalProperties", false);
        ObjectNode shared = schemas.collectDefinitions("$defs"); // fills in the fields' schemas
        if (!shared.isEmpty()) {
            schema.set("$defs", shared);
        }
        descriptions.forEach((name, text) -> fields.withObjectProperty(name).put("description", text));
        ClassSchemaGenerator.wrapDescribedReferences(schema);
        return new ParameterSchema(List.copyOf(parameters), Json.MAPPER.writeValueAsString(schema));
    }

    /** The object's schema, as {@link JsonSchema#of} has it. */
    public String schema() {
        return schema;
    }

    /**
     * The arguments, in the order of the parameters. A field that is absent counts as null.
     *
     * @throws IllegalArgumentException if the text is no JSON object, or a field does not fit its parameter
     */
    public @Nullable Object[] read(String json) {
        ObjectNode object = Json.readTree(json);
        var arguments = new @Nullable Object[parameters.size()];
        for (int i = 0; i < arguments.length; i++) {
            String name = name(parameters.get(i));
            JsonNode value = object.has(name) ? object.path(name) : object.nullNode();
            var reader = Json.MAPPER.readerFor(
                    Json.MAPPER.constructType(parameters.get(i).getParameterizedType()));
            arguments[i] = Json.readOrNull("'" + name + "'", () -> reader.readValue(value));
        }
        return arguments;
    }

    private static String name(Parameter parameter) {
        var given = Optional.ofNullable(parameter.getAnnotation(JsonProperty.class))
                .map(JsonProperty::value)
                .filter(name -> !name.isEmpty());
        if (given.isEmpty() && !parameter.isNamePresent()) {
            throw new IllegalArgumentException("the names of its parameters are not in the class; compile it with"
                    + " -parameters, or name them with @JsonProperty");
        }
        return given.orElseGet(parameter::getName);
    }

    private static ObjectNode value(Parameter parameter, SchemaBuilder schemas) {
        ResolvedType type = TYPES.resolve(parameter.getParameterizedType());
        ResolvedType content = ClassSchemaGenerator.content(type, TYPES::resolve);
        Class<?> unknown = SchemaTypes.undescribed(content);
        if (unknown != null) {
            throw new IllegalArgumentException(name(parameter) + ": has no JSON Schema: " + unknown.getTypeName()
                    + " is not among the types that JsonSchema describes");
        }
        ObjectNode value = schemas.createSchemaReference(content);
        if (content.equals(type) && !NullableMembers.any(parameter)) {
            return value;
        }
        ObjectNode nullable = Json.MAPPER.createObjectNode();
        nullable.putArray("anyOf")
                .add(Json.MAPPER.valueToTree(Map.of("type", "null")))
                .add(value);
        return nullable;
    }
}
