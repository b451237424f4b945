package dev.sluice.examples.server;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is asked, whatever the wire.
 *
 * @param model the model that shall answer
 * @param maxTokens the most tokens the answer may have
 * @param stream whether the answer shall come in pieces
 * @param turns what has been said so far; at least one
 * @param choice the tool the model is to call, if it has one and may
 * @param schema the JSON schema that the answer is to fit, if it is
 * @param thoughts whether it thinks first
 * @param tellsUsage whether a streamed answer says what it took
 * @param tokens how many tokens all of this is, about
 */
record Request(
        String model,
        int maxTokens,
        boolean stream,
        List<Turn> turns,
        Optional<Tool> choice,
        Optional<JsonNode> schema,
        Thoughts thoughts,
        boolean tellsUsage,
        int tokens) {

    /** Whether the model thinks before it answers. */
    enum Thoughts {
        NONE,
        HIDDEN,
        SHOWN
    }

    /** The words the user said last; empty if there are none. */
    String prompt() {
        return turns.reversed().stream()
                .filter(turn -> !turn.byModel())
                .map(Turn::words)
                .filter(words -> !words.isBlank() && !Unfinished.asksToGoOn(words))
                .findFirst()
                .orElse("");
    }

    /** What a tool gave back, if that is what the request brings. */
    Optional<String> toolResult() {
        return turns.getLast().toolResult();
    }

    /** The tool that it is to call now: none once one has been asked. */
    Optional<Tool> tool() {
        return toolResult().isPresent() ? Optional.empty() : choice;
    }

    /** The answer that it is to go on with, if it is. */
    Optional<Unfinished> unfinished() {
        return Unfinished.in(turns);
    }
}
