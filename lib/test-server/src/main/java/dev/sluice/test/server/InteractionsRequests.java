package dev.sluice.test.server;

import dev.sluice.test.server.ParsedRequest.Thoughts;
import dev.sluice.test.server.ParsedRequest.Tool;
import dev.sluice.test.server.ParsedRequest.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads what a request for an interaction asks. */
final class InteractionsRequests {
    private InteractionsRequests() {}

    /** Whether the service is to keep the answer, which it does unless it is told not to. */
    static boolean isStored(Call call) throws Refusal {
        return call.json().path("store").asBoolean(true);
    }

    static ParsedRequest read(Call call) throws Refusal {
        JsonNode json = call.json("model", "input");
        List<Turn> turns = turns(json.path("input"));
        if (turns.isEmpty()) {
            throw Refusal.missing("input");
        }
        JsonNode config = json.path("generation_config");
        return new ParsedRequest(
                Json.text(json, "model"),
                config.path("max_output_tokens").asInt(Integer.MAX_VALUE),
                json.path("stream").asBoolean(false),
                turns,
                tools(json, config.path("tool_choice")),
                Optional.of(json.path("response_format").path("schema"))
                        .filter(JsonNode::isObject)
                        .map(JsonNode::toString),
                thoughts(config),
                true,
                call.tokens());
    }

    /** Words, or steps; a step of each call and of each result. */
    private static List<Turn> turns(JsonNode input) throws Refusal {
        if (input.isString()) {
            return List.of(new Turn(false, input.asString(), List.of()));
        }
        var turns = new ArrayList<Turn>();
        for (JsonNode step : Json.list(input)) {
            switch (Json.text(step, "type")) {
                case "user_input" -> turns.add(new Turn(false, Json.words(step.path("content")), List.of()));
                case "model_output" -> turns.add(new Turn(true, Json.words(step.path("content")), List.of()));
                case "function_call" -> turns.add(new Turn(true, "", List.of()));
                case "function_result" -> turns.add(new Turn(false, "", List.of(result(step))));
                case "" -> throw Refusal.missing("input.type");
                default -> {} // what it thought, and what the service did by itself
            }
        }
        return turns;
    }

    /** A result is words, contents, or any object. */
    private static String result(JsonNode step) throws Refusal {
        if (Json.text(step, "call_id").isEmpty()) {
            throw Refusal.missing("input.call_id");
        }
        JsonNode result = step.path("result");
        return result.isObject() ? result.toString() : Json.words(result);
    }

    private static List<Tool> tools(JsonNode json, JsonNode choice) {
        if (choice.asString("").equals("none")) {
            return List.of();
        }
        List<Tool> tools = Json.list(json.path("tools")).stream()
                .filter(tool -> Json.text(tool, "type").equals("function"))
                .map(tool -> new Tool(
                        Json.text(tool, "name"), tool.path("parameters").toString()))
                .toList();
        return Tool.choice(
                tools, choice.path("allowed_tools").path("tools").path(0).asString(""));
    }

    private static Thoughts thoughts(JsonNode config) {
        if (Json.text(config, "thinking_summaries").equals("auto")) {
            return Thoughts.SHOWN;
        }
        return config.has("thinking_level") ? Thoughts.HIDDEN : Thoughts.NONE;
    }
}
