package dev.sluice.examples.server;

import dev.sluice.test.server.ParsedRequest;
import dev.sluice.test.server.ParsedRequest.Turn;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An answer that broke off and that the model is to go on with: the last message is its own, or a user's that asks for it.
 *
 * @param said what it had said
 * @param lastWords what it is asked to repeat first; empty if it goes on by itself
 */
record Unfinished(String said, String lastWords) {
    private static final Pattern LAST_WORDS = Pattern.compile("<last_words>(.*)</last_words>", Pattern.DOTALL);

    static Optional<Unfinished> in(List<Turn> turns) {
        Turn last = turns.getLast();
        if (last.byModel()) {
            return Optional.of(new Unfinished(last.words(), ""));
        }
        Matcher asked = LAST_WORDS.matcher(last.words());
        if (asked.find() && turns.size() > 1 && turns.get(turns.size() - 2).byModel()) {
            return Optional.of(new Unfinished(turns.get(turns.size() - 2).words(), asked.group(1)));
        }
        return Optional.empty();
    }

    /** The words the user said last, other than asking to go on; empty if there are none. */
    static String prompt(ParsedRequest request) {
        return request.turns().reversed().stream()
                .filter(turn -> !turn.byModel())
                .map(Turn::words)
                .filter(words -> !words.isBlank() && !LAST_WORDS.matcher(words).find())
                .findFirst()
                .orElse("");
    }

    /** What is left to say of an answer; all of it if it did not begin like this. */
    String rest(String whole) {
        return whole.startsWith(said) ? lastWords + whole.substring(said.length()) : whole;
    }
}
