package dev.sluice.test.server;

import dev.sluice.test.server.ParsedRequest.Thoughts;
import dev.sluice.test.server.ParsedRequest.Tool;
import dev.sluice.test.server.ParsedRequest.Turn;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads what a request for a Claude message asks. */
final class ClaudeRequests {
    private ClaudeRequests() {}

    static ParsedRequest read(Call call) throws Refusal {
        JsonNode json = call.json("model", "max_tokens", "messages");
        return new ParsedRequest(
                Json.text(json, "model"),
                json.path("max_tokens").asInt(0),
                json.path("stream").asBoolean(false),
                Json.list(json.path("messages")).stream()
                        .map(ClaudeRequests::turn)
                        .toList(),
                tools(json),
                schema(json),
                thoughts(json.path("thinking")),
                true,
                call.tokens());
    }

    private static Turn turn(JsonNode message) {
        JsonNode content = message.path("content");
        List<String> toolResults = Json.list(content).stream()
                .filter(block -> Json.text(block, "type").equals("tool_result"))
                .map(block -> Json.words(block.path("content")))
                .toList();
        return new Turn(Json.text(message, "role").equals("assistant"), Json.words(content), toolResults);
    }

    private static List<Tool> tools(JsonNode json) {
        JsonNode choice = json.path("tool_choice");
        if (Json.text(choice, "type").equals("none")) {
            return List.of();
        }
        List<Tool> tools = Json.list(json.path("tools")).stream()
                .map(tool -> new Tool(
                        Json.text(tool, "name"), tool.path("input_schema").toString()))
                .toList();
        return Tool.choice(tools, Json.text(choice, "name"));
    }

    /** Older clients say {@code output_format}. */
    private static Optional<String> schema(JsonNode json) {
        JsonNode format = json.path("output_config").path("format");
        JsonNode schema = format.path("schema").isObject()
                ? format.path("schema")
                : json.path("output_format").path("schema");
        return Optional.of(schema).filter(JsonNode::isObject).map(JsonNode::toString);
    }

    private static Thoughts thoughts(JsonNode thinking) {
        if (!List.of("enabled", "adaptive").contains(Json.text(thinking, "type"))) {
            return Thoughts.NONE;
        }
        return Json.text(thinking, "display").equals("omitted") ? Thoughts.HIDDEN : Thoughts.SHOWN;
    }
}
