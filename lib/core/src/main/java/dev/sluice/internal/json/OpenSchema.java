package dev.sluice.internal.json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A schema that accepts what a reader accepts: fields that it does not know are no error. */
public final class OpenSchema {
    private OpenSchema() {}

    /** The schema without what forbids further fields. */
    public static String of(String schema) {
        ObjectNode tree = Json.readTree(schema);
        open(tree);
        return tree.toString();
    }

    private static void open(JsonNode node) {
        node.forEach(OpenSchema::open);
        if (node instanceof ObjectNode schema
                && schema.path("additionalProperties").isBoolean()) {
            schema.remove("additionalProperties");
        }
    }
}
