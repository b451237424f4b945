package dev.sluice.examples.server;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes up a value that fits a JSON schema: one of the right type for each property, named after what was asked. */
final class Invented {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** A capitalised word behind another word is likely a name: "How high is the Douro?". */
    private static final Pattern NAME = Pattern.compile("(?<=\\w )[A-Z][a-z]+");

    private static final int DEEPEST = 8;
    private static final Map<String, String> BY_FORMAT = Map.of(
            "date", "2026-03-14",
            "time", "06:30:00Z",
            "date-time", "2026-03-14T06:30:00Z",
            "duration", "PT45M",
            "email", "miller@example.com",
            "uri", "https://example.com/mill",
            "uuid", "7d3f9a52-1c4b-4e60-9a57-2f8f0c6f1d11");

    private final JsonNode root;
    private final String name;

    private Invented(JsonNode root, String name) {
        this.root = root;
        this.name = name;
    }

    static String of(String schema, String prompt) {
        return of(JsonMapper.shared().readTree(schema), prompt).toString();
    }

    static JsonNode of(JsonNode schema, String prompt) {
        var names = NAME.matcher(prompt);
        return new Invented(schema, names.find() ? names.group() : "Douro").value(schema, 0);
    }

    private JsonNode value(JsonNode schema, int depth) {
        if (depth > 2 * DEEPEST) {
            return JSON.nullNode(); // a schema that no value fits
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (!schema.path("enum").isEmpty()) {
            return schema.path("enum").get(0);
        }
        if (schema.has("$ref")) {
            String ref = schema.path("$ref").asString("");
            return value(ref.startsWith("#/") ? root.at(ref.substring(1)) : root, depth + 1);
        }
        for (String choice : List.of("anyOf", "oneOf")) {
            if (!schema.path(choice).isEmpty()) {
                return alternative(schema.path(choice), depth);
            }
        }
        if (!schema.path("allOf").isEmpty()) {
            return joined(schema.path("allOf"), depth);
        }
        return switch (type(schema)) {
            case "integer" -> JSON.numberNode(Math.round(number(schema, 3, 1)));
            case "number" -> JSON.numberNode(number(schema, 2.5, 0.5));
            case "boolean" -> JSON.booleanNode(true);
            case "null" -> JSON.nullNode();
            case "array" -> array(schema, depth);
            case "object" -> object(schema, depth);
            default -> JSON.stringNode(string(schema));
        };
    }

    /** The first that is not null; null where the schema has gone deep, which is how one that knows itself ends. */
    private JsonNode alternative(JsonNode schemas, int depth) {
        for (JsonNode schema : schemas) {
            if (type(schema).equals("null") == depth > DEEPEST) {
                return value(schema, depth + 1);
            }
        }
        return value(schemas.get(0), depth + 1);
    }

    /** The fields that each of them asks for; the first's value if it is no object. */
    private JsonNode joined(JsonNode schemas, int depth) {
        JsonNode first = value(schemas.get(0), depth + 1);
        if (first instanceof ObjectNode object) {
            for (JsonNode schema : schemas) {
                value(schema, depth + 1).properties().forEach(field -> object.set(field.getKey(), field.getValue()));
            }
        }
        return first;
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = JSON.objectNode();
        var required = list(schema.path("required"));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (depth <= DEEPEST || required.contains(JSON.stringNode(property.getKey()))) {
                object.set(property.getKey(), value(property.getValue(), depth + 1));
            }
        }
        return object;
    }

    private JsonNode array(JsonNode schema, int depth) {
        var array = JSON.arrayNode();
        schema.path("prefixItems").forEach(item -> array.add(value(item, depth + 1)));
        int least = schema.path("minItems").asInt(depth <= DEEPEST && array.isEmpty() ? 1 : 0);
        while (array.size() < Math.min(least, schema.path("maxItems").asInt(least))) {
            array.add(value(schema.path("items"), depth + 1));
        }
        return array;
    }

    /** The liked number, or the nearest that the schema allows. */
    private static double number(JsonNode schema, double liked, double step) {
        double least = Math.max(
                schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY),
                schema.path("exclusiveMinimum").asDouble(Double.NEGATIVE_INFINITY) + step);
        double most = Math.min(
                schema.path("maximum").asDouble(Double.POSITIVE_INFINITY),
                schema.path("exclusiveMaximum").asDouble(Double.POSITIVE_INFINITY) - step);
        double number = Math.min(Math.max(liked, least), most);
        double multiple = schema.path("multipleOf").asDouble(0);
        return multiple > 0 ? Math.ceil(number / multiple) * multiple : number;
    }

    private String string(JsonNode schema) {
        String word = BY_FORMAT.getOrDefault(schema.path("format").asString(""), name);
        String enough = word.repeat(1 + schema.path("minLength").asInt(0) / word.length());
        return enough.substring(
                0, Math.min(enough.length(), schema.path("maxLength").asInt(enough.length())));
    }

    private static List<JsonNode> list(JsonNode array) {
        return array.isArray()
                ? StreamSupport.stream(array.spliterator(), false).toList()
                : List.of();
    }

    /** The type, which may be one of several, and in capitals; what else the schema says, if it does not say. */
    private static String type(JsonNode schema) {
        JsonNode types = schema.path("type");
        for (JsonNode type : list(types)) {
            if (!type.asString("").equals("null")) {
                return type.asString("");
            }
        }
        if (types.isString()) {
            return types.asString().toLowerCase(Locale.ROOT);
        }
        return schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
    }
}
