package dev.sluice.test.server;

import dev.sluice.test.server.ParsedRequest.Thoughts;
import dev.sluice.test.server.ParsedRequest.Tool;
import dev.sluice.test.server.ParsedRequest.Turn;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads what a request for Gemini's content asks. */
final class GeminiRequests {
    private GeminiRequests() {}

    static ParsedRequest read(Call call, String model, boolean stream) throws Refusal {
        JsonNode json = call.json("contents");
        List<JsonNode> contents = Json.list(json.path("contents"));
        checkSignature(contents);
        JsonNode config = json.path("generationConfig");
        return new ParsedRequest(
                model,
                config.path("maxOutputTokens").asInt(Integer.MAX_VALUE),
                stream,
                contents.stream().map(GeminiRequests::turn).toList(),
                tools(json),
                Stream.of(config.path("responseJsonSchema"), config.path("responseSchema"))
                        .filter(JsonNode::isObject)
                        .findFirst()
                        .map(JsonNode::toString),
                thoughts(config.path("thinkingConfig")),
                true,
                call.tokens());
    }

    private static Turn turn(JsonNode content) {
        JsonNode parts = content.path("parts");
        var words = new StringBuilder();
        Json.list(parts).stream()
                .filter(part -> !part.path("thought").asBoolean(false))
                .forEach(part -> words.append(Json.text(part, "text")));
        List<String> toolResults = Json.list(parts).stream()
                .filter(part -> part.has("functionResponse"))
                .map(part -> result(part.path("functionResponse").path("response")))
                .toList();
        return new Turn(isModels(content), words.toString(), toolResults);
    }

    /** By convention a tool's words are in {@code output} or {@code result}. */
    private static String result(JsonNode response) {
        return Stream.of("output", "result", "error")
                .map(response::path)
                .filter(JsonNode::isString)
                .findFirst()
                .map(JsonNode::asString)
                .orElseGet(response::toString);
    }

    /** As Gemini 3: the first call of each step of this turn must come back with the signature that it was sent with. */
    private static void checkSignature(List<JsonNode> contents) throws Refusal {
        for (JsonNode content : contents.reversed()) {
            List<JsonNode> parts = Json.list(content.path("parts"));
            if (!isModels(content) && parts.stream().anyMatch(part -> part.has("text"))) {
                return; // where the turn began
            }
            for (JsonNode part : parts) {
                if (part.has("functionCall")) {
                    if (Json.text(part, "thoughtSignature").isEmpty()) {
                        throw Refusal.invalid("Function call is missing a thought_signature in functionCall parts: "
                                + Json.text(part.path("functionCall"), "name"));
                    }
                    break;
                }
            }
        }
    }

    private static List<Tool> tools(JsonNode json) {
        JsonNode choice = json.path("toolConfig").path("functionCallingConfig");
        if (Json.text(choice, "mode").equals("NONE")) {
            return List.of();
        }
        List<Tool> tools = Json.list(json.path("tools")).stream()
                .flatMap(tool -> Json.list(tool.path("functionDeclarations")).stream())
                .map(tool -> new Tool(
                        Json.text(tool, "name"),
                        tool.path(tool.has("parametersJsonSchema") ? "parametersJsonSchema" : "parameters")
                                .toString()))
                .toList();
        return Tool.choice(tools, choice.path("allowedFunctionNames").path(0).asString(""));
    }

    private static Thoughts thoughts(JsonNode config) {
        if (config.isEmpty() || config.path("thinkingBudget").asInt(-1) == 0) {
            return Thoughts.NONE;
        }
        return config.path("includeThoughts").asBoolean(false) ? Thoughts.SHOWN : Thoughts.HIDDEN;
    }

    private static boolean isModels(JsonNode content) {
        return Json.text(content, "role").equals("model");
    }
}
