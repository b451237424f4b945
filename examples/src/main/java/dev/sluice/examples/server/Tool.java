package dev.sluice.examples.server;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A tool the model may call.
 *
 * @param name what it is called
 * @param schema the JSON schema of its input
 */
record Tool(String name, JsonNode schema) {

    /** The one it is to call: the wanted one, or the first if none is wanted. */
    static Optional<Tool> choice(List<Tool> tools, String wanted) {
        return tools.stream()
                .filter(tool -> wanted.isEmpty() || tool.name.equals(wanted))
                .findFirst();
    }
}
