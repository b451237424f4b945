package dev.sluice.examples.server;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * An answer that broke off and that the model is to go on with: the last message is its own, or a user's that asks for it.
 *
 * @param said what it had said
 * @param lastWords what it is asked to repeat first; empty if it goes on by itself
 */
record Unfinished(String said, String lastWords) {
    private static final Pattern LAST_WORDS = Pattern.compile("<last_words>(.*)</last_words>", Pattern.DOTALL);

    static Optional<Unfinished> in(List<JsonNode> messages) {
        JsonNode last = messages.getLast();
        String words = Request.text(last.path("content"));
        if (isAssistants(last)) {
            return Optional.of(new Unfinished(words, ""));
        }
        Matcher asked = LAST_WORDS.matcher(words);
        if (asked.find() && messages.size() > 1 && isAssistants(messages.get(messages.size() - 2))) {
            JsonNode before = messages.get(messages.size() - 2);
            return Optional.of(new Unfinished(Request.text(before.path("content")), asked.group(1)));
        }
        return Optional.empty();
    }

    static boolean asksToGoOn(String prompt) {
        return LAST_WORDS.matcher(prompt).find();
    }

    /** What is left to say of an answer; all of it if it did not begin like this. */
    String rest(String whole) {
        return whole.startsWith(said) ? lastWords + whole.substring(said.length()) : whole;
    }

    private static boolean isAssistants(JsonNode message) {
        return message.path("role").asString("").equals("assistant");
    }
}
