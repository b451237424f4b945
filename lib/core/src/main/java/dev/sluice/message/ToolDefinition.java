package dev.sluice.message;

import dev.sluice.internal.json.Json;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tool the model may call.
 *
 * @param name what the model calls it; empty for a {@link #toolset}, which has none
 * @param description what it does and when to use it, for the model to read
 * @param inputSchema the JSON Schema of its input, an object, as JSON text; null for a tool that the provider defines
 * @param extra other fields of the definition, by name, each as raw JSON text: {@code strict}, {@code cache_control},
 *     {@code eager_input_streaming}; for a tool of the provider's its {@code type}, such as
 *     {@code "web_search_20260318"} (with the quotes)
 */
public record ToolDefinition(
        String name, @Nullable String description, @Nullable String inputSchema, Map<String, String> extra) {

    /** Checks the name and copies {@code extra}. Only a definition with a {@code type} and no schema may have none. */
    public ToolDefinition {
        Objects.requireNonNull(name, "name");
        boolean isToolset = name.isEmpty() && inputSchema == null && extra.containsKey("type");
        if (name.isBlank() && !isToolset) {
            throw new IllegalArgumentException("name: a tool needs one");
        }
        extra = RawFields.copy(extra);
    }

    /** A tool of the caller's. */
    public static ToolDefinition of(String name, String description, String inputSchema) {
        return new ToolDefinition(name, description, Objects.requireNonNull(inputSchema, "inputSchema"), Map.of());
    }

    /** A tool that the provider runs itself, such as {@code ("web_search_20260318", "web_search")}. */
    public static ToolDefinition server(String type, String name) {
        return new ToolDefinition(name, null, null, Map.of("type", Json.write(type)));
    }

    /**
     * A set of tools that the provider defines, without a name of its own: an MCP server's tools, or those to use a
     * computer. {@code toolset("mcp_toolset").with("mcp_server_name", "\"harbour\"")}
     */
    public static ToolDefinition toolset(String type) {
        return new ToolDefinition("", null, null, Map.of("type", Json.write(type)));
    }

    /** This tool with one more field, given as raw JSON text. */
    public ToolDefinition with(String field, String json) {
        return new ToolDefinition(name, description, inputSchema, RawFields.with(extra, field, json));
    }
}
