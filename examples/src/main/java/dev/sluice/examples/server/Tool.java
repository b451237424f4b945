package dev.sluice.examples.server;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A tool the model may call.
 *
 * @param name what it is called
 * @param schema the JSON schema of its input
 */
record Tool(String name, JsonNode schema) {

    /** Those it may call: the wanted one, or all if none is wanted. */
    static List<Tool> choice(List<Tool> tools, String wanted) {
        return tools.stream()
                .filter(tool -> wanted.isEmpty() || tool.name.equals(wanted))
                .toList();
    }
}
