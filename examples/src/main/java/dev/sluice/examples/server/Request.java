package dev.sluice.examples.server;

import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the server needs to know of a request's body.
 *
 * @param model the model that shall answer
 * @param maxTokens the most tokens the answer may have
 * @param stream whether the answer shall come as events
 * @param prompt the words the user said last; empty if there are none
 * @param unfinished the answer that it is to go on with, if it is
 * @param toolResult what a tool gave back, if that is what the request brings
 * @param tool the tool the model is to call, if it has one and may
 * @param thinks whether it thinks first
 * @param showsThoughts whether it shows its thinking
 * @param tokens how many tokens all of this is, about
 */
record Request(
        String model,
        int maxTokens,
        boolean stream,
        String prompt,
        Optional<Unfinished> unfinished,
        Optional<String> toolResult,
        Optional<JsonNode> tool,
        boolean thinks,
        boolean showsThoughts,
        int tokens) {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Reads a body that must have the given fields. */
    static Request read(byte[] body, String... required) throws Refusal {
        JsonNode json;
        try {
            json = MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw Refusal.invalid("The request body is not valid JSON: " + e.getOriginalMessage());
        }
        for (String field : required) {
            if (!json.has(field)) {
                throw Refusal.invalid(field + ": Field required");
            }
        }
        List<JsonNode> messages = list(json.path("messages"));
        if (messages.isEmpty()) {
            throw Refusal.invalid("messages: at least one message is required");
        }
        Optional<Unfinished> unfinished = Unfinished.in(messages);
        JsonNode last = messages.getLast().path("content");
        Optional<String> toolResult = list(last).stream()
                .filter(block -> type(block).equals("tool_result"))
                .map(block -> text(block.path("content")))
                .findFirst();
        JsonNode thinking = json.path("thinking");
        return new Request(
                json.path("model").asString(""),
                json.path("max_tokens").asInt(0),
                json.path("stream").asBoolean(false),
                prompt(messages),
                unfinished,
                toolResult,
                toolResult.isPresent() ? Optional.empty() : tool(json),
                List.of("enabled", "adaptive").contains(type(thinking)),
                !thinking.path("display").asString("").equals("omitted"),
                Math.max(8, body.length / 5));
    }

    private static String prompt(List<JsonNode> messages) {
        return messages.reversed().stream()
                .filter(message -> message.path("role").asString("").equals("user"))
                .map(message -> text(message.path("content")))
                .filter(text -> !text.isBlank() && !Unfinished.asksToGoOn(text))
                .findFirst()
                .orElse("");
    }

    private static Optional<JsonNode> tool(JsonNode json) {
        JsonNode choice = json.path("tool_choice");
        if (type(choice).equals("none")) {
            return Optional.empty();
        }
        String wanted = choice.path("name").asString("");
        return list(json.path("tools")).stream()
                .filter(tool ->
                        wanted.isEmpty() || tool.path("name").asString("").equals(wanted))
                .findFirst();
    }

    /** The words of a content, which is a string or a list of blocks. */
    static String text(JsonNode content) {
        if (content.isString()) {
            return content.asString();
        }
        var words = new StringBuilder();
        for (JsonNode block : list(content)) {
            words.append(block.path("text").asString(""));
        }
        return words.toString();
    }

    private static String type(JsonNode node) {
        return node.path("type").asString("");
    }

    private static List<JsonNode> list(JsonNode array) {
        return array.isArray()
                ? StreamSupport.stream(array.spliterator(), false).toList()
                : List.of();
    }
}
