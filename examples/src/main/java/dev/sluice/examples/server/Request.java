package dev.sluice.examples.server;

import java.util.ArrayDeque;
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
 * @param tools the tools that the model may call, the first one before all others
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
        List<Tool> tools,
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

    /** What tools gave back, in the order of their calls, if that is what the request brings. One wire has a turn for each. */
    List<String> toolResults() {
        var results = new ArrayDeque<String>();
        for (Turn turn : turns.reversed()) {
            if (turn.toolResults().isEmpty()) {
                break;
            }
            turn.toolResults().reversed().forEach(results::addFirst);
        }
        return List.copyOf(results);
    }

    /** The tool that it is to call now: none once one has been asked. */
    Optional<Tool> tool() {
        return toolResults().isEmpty() ? tools.stream().findFirst() : Optional.empty();
    }

    /** The answer that it is to go on with, if it is. */
    Optional<Unfinished> unfinished() {
        return Unfinished.in(turns);
    }
}
