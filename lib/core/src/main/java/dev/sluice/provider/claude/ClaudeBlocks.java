package dev.sluice.provider.claude;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads the content blocks and citations of an answer of Claude's. Every field may be absent. */
final class ClaudeBlocks {
    private ClaudeBlocks() {}

    static List<ContentBlock> blocks(List<JsonFields> wire) {
        return wire.stream().map(ClaudeBlocks::block).toList();
    }

    /** The block; as it came if there is no record for it. */
    static ContentBlock block(JsonFields wire) {
        String type = wire.textOrEmpty("type");
        return switch (type) {
            case "text" -> {
                String text = wire.textOrEmpty("text");
                List<Citation> citations = citations(wire);
                yield new ContentBlock.Text(text, citations, wire.rest());
            }
            case "thinking" -> {
                String thinking = wire.textOrEmpty("thinking");
                String signature = wire.textOrEmpty("signature");
                yield new ContentBlock.Thinking(thinking, signature.isEmpty() ? null : signature, wire.restWithNulls());
            }
            case "redacted_thinking" ->
                new ContentBlock.RedactedThinking(wire.textOrEmpty("data"), wire.restWithNulls());
            case "tool_use" -> {
                String id = wire.textOrEmpty("id");
                String name = wire.textOrEmpty("name");
                yield new ContentBlock.ToolUse(id, name, input(wire), wire.rest());
            }
            case "server_tool_use" -> serverToolUse(wire, Map.of());
            case "mcp_tool_use" -> serverToolUse(wire, Map.of("type", Json.write(type)));
            default -> {
                if (type.endsWith("_tool_result") && wire.has("tool_use_id") && wire.has("content")) {
                    yield result(type, wire);
                }
                yield new ContentBlock.Unknown(type, wire.raw());
            }
        };
    }

    static Citation citation(JsonFields wire) {
        String title = wire.text("document_title");
        return new Citation(
                wire.textOrEmpty("type"),
                wire.text("cited_text"),
                title == null ? wire.text("title") : title,
                wire.text("url"),
                wire.raw());
    }

    private static List<Citation> citations(JsonFields wire) {
        return wire.objects("citations").stream().map(ClaudeBlocks::citation).toList();
    }

    private static String input(JsonFields wire) {
        String input = wire.raw("input");
        return input == null ? "{}" : input;
    }

    /** A call of the provider's; what it keeps of the wire beside its input goes back with it. */
    private static ContentBlock serverToolUse(JsonFields wire, Map<String, String> kept) {
        String id = wire.textOrEmpty("id");
        String name = wire.textOrEmpty("name");
        String input = input(wire);
        var extra = new LinkedHashMap<>(kept);
        extra.putAll(wire.rest());
        return new ContentBlock.ServerToolUse(id, name, input, extra);
    }

    private static ContentBlock result(String type, JsonFields wire) {
        String toolUseId = wire.textOrEmpty("tool_use_id");
        String content = Objects.requireNonNull(wire.raw("content"));
        return new ContentBlock.ServerToolResult(type, toolUseId, content, wire.rest());
    }
}
