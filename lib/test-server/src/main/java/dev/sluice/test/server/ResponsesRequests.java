package dev.sluice.test.server;

import dev.sluice.test.server.ParsedRequest.Thoughts;
import dev.sluice.test.server.ParsedRequest.Tool;
import dev.sluice.test.server.ParsedRequest.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads what a request for a response asks. */
final class ResponsesRequests {
    private ResponsesRequests() {}

    static ParsedRequest read(Call call) throws Refusal {
        JsonNode json = call.json("model", "input");
        List<Turn> turns = turns(json.path("input"));
        if (turns.isEmpty()) {
            throw Refusal.missing("input");
        }
        return new ParsedRequest(
                Json.text(json, "model"),
                json.path("max_output_tokens").asInt(Integer.MAX_VALUE),
                json.path("stream").asBoolean(false),
                turns,
                tools(json),
                Optional.of(json.path("text").path("format").path("schema"))
                        .filter(JsonNode::isObject)
                        .map(JsonNode::toString),
                thoughts(json.path("reasoning")),
                true,
                call.tokens());
    }

    private static List<Turn> turns(JsonNode input) {
        if (input.isString()) {
            return List.of(new Turn(false, input.asString(), List.of()));
        }
        var turns = new ArrayList<Turn>();
        for (JsonNode item : Json.list(input)) {
            switch (item.path("type").asString("message")) {
                case "message" -> message(item).ifPresent(turns::add);
                case "function_call" -> turns.add(new Turn(true, "", List.of()));
                case "function_call_output" -> turns.add(new Turn(false, "", List.of(Json.words(item.path("output")))));
                default -> {} // what it thought
            }
        }
        return turns;
    }

    private static Optional<Turn> message(JsonNode item) {
        String words = Json.words(item.path("content"));
        return switch (Json.text(item, "role")) {
            case "user" -> Optional.of(new Turn(false, words, List.of()));
            case "assistant" -> Optional.of(new Turn(true, words, List.of()));
            default -> Optional.empty();
        };
    }

    private static List<Tool> tools(JsonNode json) {
        JsonNode choice = json.path("tool_choice");
        if (choice.asString("").equals("none")) {
            return List.of();
        }
        List<Tool> tools = Json.list(json.path("tools")).stream()
                .filter(tool -> Json.text(tool, "type").equals("function"))
                .map(tool -> new Tool(
                        Json.text(tool, "name"), tool.path("parameters").toString()))
                .toList();
        return Tool.choice(tools, Json.text(choice, "name"));
    }

    /** Its thoughts are shown as a summary, if the request asks for it. */
    private static Thoughts thoughts(JsonNode reasoning) {
        String effort = Json.text(reasoning, "effort");
        if (effort.equals("none")) {
            return Thoughts.NONE;
        }
        if (!Json.text(reasoning, "summary").isEmpty()) {
            return Thoughts.SHOWN;
        }
        return effort.isEmpty() ? Thoughts.NONE : Thoughts.HIDDEN;
    }
}
