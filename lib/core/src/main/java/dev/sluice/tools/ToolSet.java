package dev.sluice.tools;

import dev.sluice.message.MessageRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tools of a run that is being built, each with a name of its own. */
final class ToolSet {
    private final Map<String, Tool> tools = new LinkedHashMap<>();

    /**
     * Adds a tool.
     *
     * @throws IllegalArgumentException if there is one of the same name
     */
    void add(Tool tool) {
        if (tools.putIfAbsent(tool.name(), tool) != null) {
            throw new IllegalArgumentException("tools: there is one named '" + tool.name() + "' already");
        }
    }

    Map<String, Tool> byName() {
        return Map.copyOf(tools);
    }

    /** The request with the definitions of these tools behind its own. */
    MessageRequest addTo(MessageRequest request) {
        MessageRequest.Builder all = request.toBuilder();
        tools.values().forEach(tool -> all.tool(tool.definition()));
        return all.build();
    }
}
