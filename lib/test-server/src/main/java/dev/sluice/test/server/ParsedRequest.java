package dev.sluice.test.server;

import dev.sluice.test.peer.ReceivedRequest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * A request to a model, the same for every wire. For scripts that answer what they are asked, and for assertions.
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
public record ParsedRequest(
        String model,
        int maxTokens,
        boolean stream,
        List<Turn> turns,
        List<Tool> tools,
        Optional<String> schema,
        Thoughts thoughts,
        boolean tellsUsage,
        int tokens) {

    /** Copies the lists. */
    public ParsedRequest {
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
    }

    /**
     * Reads a request that a {@link ScriptedServer} got.
     *
     * @throws IllegalArgumentException if it asks for no answer, or the vendor would refuse it; the message says why
     */
    public static ParsedRequest of(ReceivedRequest request) {
        Call call = Call.of(request);
        try {
            if (Dialect.of(call).asked(call) instanceof Dialect.Asked.Answer(ParsedRequest asked)) {
                return asked;
            }
            throw new IllegalArgumentException("request: " + call + " asks for no answer of a model");
        } catch (Refusal e) {
            throw new IllegalArgumentException("request: " + call + " would be refused: " + e.getMessage(), e);
        }
    }

    /** Whether the model thinks before it answers. */
    public enum Thoughts {
        /** It does not. */
        NONE,
        /** It does, and keeps its thoughts. */
        HIDDEN,
        /** It does, and shows its thoughts. */
        SHOWN
    }

    /**
     * A message of one of the two.
     *
     * @param byModel whether the model has
     * @param words the words of it
     * @param toolResults what tools gave back, in the order of their calls; empty if it brings none
     */
    public record Turn(boolean byModel, String words, List<String> toolResults) {}

    /**
     * A tool the model may call.
     *
     * @param name what it is called
     * @param schema the JSON schema of its input
     */
    public record Tool(String name, String schema) {

        /** Those it may call: the wanted one, or all if none is wanted. */
        static List<Tool> choice(List<Tool> tools, String wanted) {
            return tools.stream()
                    .filter(tool -> wanted.isEmpty() || tool.name.equals(wanted))
                    .toList();
        }
    }

    /** The words the user said last; empty if there are none. */
    public String prompt() {
        return turns.reversed().stream()
                .filter(turn -> !turn.byModel())
                .map(Turn::words)
                .filter(words -> !words.isBlank())
                .findFirst()
                .orElse("");
    }

    /** The results of tools, in the order of their calls, if the request brings any. One wire has a turn for each. */
    public List<String> toolResults() {
        var results = new ArrayDeque<String>();
        for (Turn turn : turns.reversed()) {
            if (turn.toolResults().isEmpty()) {
                break;
            }
            turn.toolResults().reversed().forEach(results::addFirst);
        }
        return List.copyOf(results);
    }
}
