package dev.sluice.examples.server;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A question that takes several tools at once: can a barge pass the mill gate? It is for callers that have the tools of the
 * example; the answer is made of what their tools have said, in the order in which they were called.
 */
final class Crossing {
    private static final Pattern SUBJECT = Pattern.compile("\\bbarge\\b.*?(\\d+(\\.\\d+)?) ?m\\b", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final String BEFORE = """
        I shall read the gate's log and sound both pools. Meanwhile I work out how
        much water she needs: her draught and fifteen percent.\
        """;

    private static final List<Planned> PLAN = List.of(
            new Planned("read_file", "{\"path\":\"gate.log\"}"),
            new Planned("sound", "{\"pool\":\"upper pool\"}"),
            new Planned("sound", "{\"pool\":\"lower pool\"}"),
            new Planned("calculate", "{\"expression\":\"DRAUGHT * 1.15\"}"));

    private Crossing() {}

    /** The draught that is asked about, if this is the question and the tools for it are there. */
    private static Optional<String> draught(Request request) {
        List<String> names = request.tools().stream().map(Tool::name).toList();
        return Optional.of(SUBJECT.matcher(request.prompt()))
                .filter(asked ->
                        asked.find() && PLAN.stream().map(Planned::tool).allMatch(names::contains))
                .map(asked -> asked.group(1));
    }

    /** The calls, if they are what is to come now. */
    static Optional<List<Block>> calls(Request request, SplittableRandom random) {
        return draught(request)
                .filter(draught -> request.toolResults().isEmpty())
                .map(draught -> {
                    var blocks = new ArrayList<Block>();
                    blocks.add(new Block.Text(Tokens.of(BEFORE, random)));
                    for (Planned call : PLAN) {
                        String input = call.input.replace("DRAUGHT", draught);
                        blocks.add(new Block.ToolCall(call.tool, Tokens.of(input, random), true));
                    }
                    return blocks;
                });
    }

    /** The answer, if the tools have said what it takes. */
    static Optional<String> answer(Request request) {
        return draught(request)
                .filter(draught -> request.toolResults().size() == PLAN.size())
                .map(draught -> answer(draught, request.toolResults()));
    }

    private static String answer(String draught, List<String> results) {
        List<BigDecimal> figures = results.subList(1, results.size()).stream()
                .flatMap(result ->
                        NUMBER.matcher(result).results().map(MatchResult::group).limit(1))
                .map(BigDecimal::new)
                .toList();
        if (figures.size() < results.size() - 1) {
            return "I cannot say, for not every tool had an answer: " + String.join("; ", results);
        }
        BigDecimal least = figures.get(0).min(figures.get(1));
        BigDecimal spare = least.subtract(figures.get(2)).movePointRight(2);
        String log = results.getFirst().strip();
        String entry = log.substring(log.lastIndexOf('\n') + 1);
        return "The last entry in the log is \"" + entry + "\". A barge that draws " + draught + " m needs "
                + figures.get(2).toPlainString() + " m of water. There are " + figures.get(0) + " m above the gate and "
                + figures.get(1) + " m below it, so she can"
                + (spare.signum() < 0 ? "not pass: " : " pass, with ")
                + spare.abs().stripTrailingZeros().toPlainString() + " cm "
                + (spare.signum() < 0 ? "are missing." : "to spare.");
    }

    /** A call that is made, in words of JSON. */
    private record Planned(String tool, String input) {}
}
