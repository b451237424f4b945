package dev.sluice.examples.server;

import dev.sluice.test.server.Answer;
import dev.sluice.test.server.ParsedRequest;
import dev.sluice.test.server.ParsedRequest.Tool;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What the mill gate's keeper is asked, by callers that have the tools of the example: whether a barge can pass, which takes
 * several tools at once, how deep a pool is, what the log says, or a sum. The answer is made of what the tools have said, in
 * the order in which they were called.
 */
final class Crossing {
    private static final Pattern BARGE = Pattern.compile("\\bbarge\\b");
    private static final Pattern DRAUGHT = Pattern.compile("\\bbarge\\b.*?(\\d+(\\.\\d+)?) ?m\\b", Pattern.DOTALL);
    private static final Pattern POOL = Pattern.compile("\\b\\w+ pool\\b");
    private static final Pattern LOG = Pattern.compile("\\blog\\b|\\bhow (far|wide)\\b.*\\bopen\\b");
    private static final Pattern SUM = Pattern.compile("\\d+(\\.\\d+)?( ?[-+*/] ?\\d+(\\.\\d+)?)+");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final List<String> TOOLS = List.of("read_file", "sound", "calculate");
    private static final String BEFORE = """
        I shall read the gate's log and sound both pools. Meanwhile I work out how
        much water she needs: her draught and fifteen percent.\
        """;
    private static final String WITHOUT_DRAUGHT = """
        How much water does she draw? Ask me, for instance: can a barge that draws
        1.8 m pass the mill gate today?\
        """;

    private Crossing() {}

    /** Whether the caller has the tools of the example. */
    static boolean isAsked(ParsedRequest request) {
        return request.tools().stream().map(Tool::name).toList().containsAll(TOOLS);
    }

    /** The answer that began with the calls; present if the next blocks are calls. */
    static Optional<Answer> calls(ParsedRequest request, Answer begun, SplittableRandom random) {
        List<Planned> plan = plan(request);
        if (plan.isEmpty() || !request.toolResults().isEmpty()) {
            return Optional.empty();
        }
        Answer answer = begun.thenText(DemoAnswers.pieces(plan.size() > 1 ? BEFORE : Answers.BEFORE_A_TOOL, random));
        for (Planned call : plan) {
            answer = answer.thenToolCall(call.tool, DemoAnswers.pieces(call.input(), random));
        }
        return Optional.of(answer);
    }

    /** The answer to what is this keeper's business, if the tools have said what it takes. */
    static Optional<String> answer(ParsedRequest request) {
        List<Planned> plan = plan(request);
        List<String> results = request.toolResults();
        if (plan.isEmpty()) {
            boolean isBarge = isAsked(request)
                    && BARGE.matcher(Unfinished.prompt(request)).find();
            return isBarge ? Optional.of(WITHOUT_DRAUGHT) : Optional.empty();
        }
        if (results.size() != plan.size()) {
            return Optional.empty();
        }
        return Optional.of(
                plan.size() > 1
                        ? answer(draught(request).orElseThrow(), results)
                        : plan.getFirst().answer(results.getFirst().strip()));
    }

    private static List<Planned> plan(ParsedRequest request) {
        if (!isAsked(request)) {
            return List.of();
        }
        Optional<String> draught = draught(request);
        if (draught.isPresent()) {
            return List.of(
                    new Planned("read_file", "path", "gate.log"),
                    new Planned("sound", "pool", "upper pool"),
                    new Planned("sound", "pool", "lower pool"),
                    new Planned("calculate", "expression", draught.get() + " * 1.15"));
        }
        return first(POOL, request)
                .map(pool -> new Planned("sound", "pool", pool))
                .or(() -> first(LOG, request).map(log -> new Planned("read_file", "path", "gate.log")))
                .or(() -> first(SUM, request).map(sum -> new Planned("calculate", "expression", sum)))
                .stream()
                .toList();
    }

    private static Optional<String> draught(ParsedRequest request) {
        var asked = DRAUGHT.matcher(Unfinished.prompt(request));
        return asked.find() ? Optional.of(asked.group(1)) : Optional.empty();
    }

    private static Optional<String> first(Pattern subject, ParsedRequest request) {
        return subject.matcher(Unfinished.prompt(request).toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .findFirst();
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
        return lastEntry(results.getFirst().strip()) + " A barge that draws " + draught + " m needs "
                + figures.get(2).toPlainString() + " m of water. There are " + figures.get(0) + " m above the gate and "
                + figures.get(1) + " m below it, so she can"
                + (spare.signum() < 0 ? "not pass: " : " pass, with ")
                + spare.abs().stripTrailingZeros().toPlainString() + " cm "
                + (spare.signum() < 0 ? "are missing." : "to spare.");
    }

    private static String lastEntry(String log) {
        return "The last entry in the log is \"" + log.substring(log.lastIndexOf('\n') + 1) + "\".";
    }

    /** A call that is made, with its one field. */
    private record Planned(String tool, String field, String value) {
        String input() {
            return "{\"" + field + "\":\"" + value + "\"}";
        }

        String answer(String result) {
            if (!NUMBER.matcher(result).lookingAt()) {
                return "I cannot say: " + result;
            }
            return switch (tool) {
                case "sound" -> "The " + value + " is " + result + " deep.";
                case "calculate" -> value + " = " + result;
                default -> lastEntry(result);
            };
        }
    }
}
