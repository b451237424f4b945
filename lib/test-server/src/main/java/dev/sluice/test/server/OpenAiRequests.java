package dev.sluice.test.server;

import dev.sluice.test.server.ParsedRequest.Thoughts;
import dev.sluice.test.server.ParsedRequest.Tool;
import dev.sluice.test.server.ParsedRequest.Turn;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads what a request for a chat completion asks. */
final class OpenAiRequests {
    private static final List<String> SAID_BY_SOMEBODY = List.of("user", "assistant", "tool");

    private OpenAiRequests() {}

    static ParsedRequest read(Call call) throws Refusal {
        JsonNode json = call.json("model", "messages");
        List<Turn> turns = Json.list(json.path("messages")).stream()
                .filter(message -> SAID_BY_SOMEBODY.contains(Json.text(message, "role")))
                .map(OpenAiRequests::turn)
                .toList();
        if (turns.isEmpty()) {
            throw Refusal.missing("messages");
        }
        return new ParsedRequest(
                Json.text(json, "model"),
                maxTokens(json),
                json.path("stream").asBoolean(false),
                turns,
                tools(json),
                Optional.of(json.path("response_format").path("json_schema").path("schema"))
                        .filter(JsonNode::isObject)
                        .map(JsonNode::toString),
                thoughts(json),
                json.path("stream_options").path("include_usage").asBoolean(false),
                call.tokens());
    }

    private static Turn turn(JsonNode message) {
        String words = Json.words(message.path("content"));
        boolean toolResult = Json.text(message, "role").equals("tool");
        return new Turn(
                Json.text(message, "role").equals("assistant"),
                toolResult ? "" : words,
                toolResult ? List.of(words) : List.of());
    }

    /** Older models, and other vendors' servers, say {@code max_tokens}. */
    private static int maxTokens(JsonNode json) {
        int older = json.path("max_tokens").asInt(Integer.MAX_VALUE);
        return json.path("max_completion_tokens").asInt(older);
    }

    private static List<Tool> tools(JsonNode json) {
        JsonNode choice = json.path("tool_choice");
        if (choice.asString("").equals("none")) {
            return List.of();
        }
        List<Tool> tools = Json.list(json.path("tools")).stream()
                .map(tool -> tool.path("function"))
                .map(function -> new Tool(
                        Json.text(function, "name"), function.path("parameters").toString()))
                .toList();
        return Tool.choice(tools, Json.text(choice.path("function"), "name"));
    }

    /** As the servers that show thoughts do; OpenAI itself keeps them. */
    private static Thoughts thoughts(JsonNode json) {
        String effort = Json.text(json, "reasoning_effort");
        return effort.isEmpty() || effort.equals("none") ? Thoughts.NONE : Thoughts.SHOWN;
    }
}
