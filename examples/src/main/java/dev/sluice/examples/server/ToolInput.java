package dev.sluice.examples.server;

import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes up an input for a tool: one value of the right type for each property of its schema. */
final class ToolInput {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** A capitalised word behind another word is likely a name: "How high is the Douro?". */
    private static final Pattern NAME = Pattern.compile("(?<=\\w )[A-Z][a-z]+");

    private ToolInput() {}

    static ObjectNode of(JsonNode tool, String prompt) {
        return object(tool.path("input_schema"), prompt);
    }

    private static ObjectNode object(JsonNode schema, String prompt) {
        ObjectNode input = JSON.objectNode();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            input.set(property.getKey(), value(property.getValue(), prompt));
        }
        return input;
    }

    private static JsonNode value(JsonNode schema, String prompt) {
        if (!schema.path("enum").isEmpty()) {
            return schema.path("enum").get(0);
        }
        return switch (schema.path("type").asString("string")) {
            case "integer" -> JSON.numberNode(3);
            case "number" -> JSON.numberNode(2.5);
            case "boolean" -> JSON.booleanNode(true);
            case "array" -> JSON.arrayNode().add(value(schema.path("items"), prompt));
            case "object" -> object(schema, prompt);
            default -> JSON.stringNode(name(prompt));
        };
    }

    private static String name(String prompt) {
        var names = NAME.matcher(prompt);
        return names.find() ? names.group() : "Douro";
    }
}
