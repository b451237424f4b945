package dev.sluice.examples.server;

import dev.sluice.test.server.Answer;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ParsedRequest;
import dev.sluice.test.server.ParsedRequest.Tool;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Answers any question in the place of a model, cut into tokens at random. The same seed cuts the same way.
 *
 * <p>Any thread may call it.
 */
final class DemoAnswers implements Function<ParsedRequest, Answer> {
    private final Pace pace;
    private final AtomicLong seeds;

    DemoAnswers(Pace pace, long seed) {
        this.pace = pace;
        this.seeds = new AtomicLong(seed);
    }

    /** The answer to a request, within the most tokens that it may have. */
    @Override
    public Answer apply(ParsedRequest request) {
        var random = new SplittableRandom(seeds.getAndIncrement());
        return answer(request, thoughts(request, random), random)
                .limitedTo(request.maxTokens())
                .pace(pace);
    }

    private static Answer thoughts(ParsedRequest request, SplittableRandom random) {
        return switch (request.thoughts()) {
            case NONE -> Answer.empty();
            case HIDDEN -> Answer.thinking();
            case SHOWN -> Answer.thinking(pieces(Answers.thoughts(Unfinished.prompt(request)), random));
        };
    }

    private static Answer answer(ParsedRequest request, Answer begun, SplittableRandom random) {
        Optional<Answer> calls = Crossing.calls(request, begun, random);
        if (calls.isPresent()) {
            return calls.get();
        }
        Optional<Tool> tool =
                request.toolResults().isEmpty() ? request.tools().stream().findFirst() : Optional.empty();
        if (tool.isPresent() && !Crossing.isAsked(request)) {
            String input = Invented.of(tool.get().schema(), Unfinished.prompt(request));
            return begun.thenText(pieces(Answers.BEFORE_A_TOOL, random))
                    .thenToolCall(tool.get().name(), pieces(input, random));
        }
        String words = words(request);
        String rest =
                Unfinished.in(request.turns()).map(answer -> answer.rest(words)).orElse(words);
        return begun.thenText(pieces(rest, random));
    }

    /** A text cut into tokens. */
    static String[] pieces(String text, SplittableRandom random) {
        return Tokens.of(text, random).toArray(String[]::new);
    }

    private static String words(ParsedRequest request) {
        String prompt = Unfinished.prompt(request);
        return request.schema()
                .map(schema -> Invented.of(schema, prompt))
                .or(() -> Crossing.answer(request))
                .or(() -> request.toolResults().stream().findFirst().map(Answers::afterATool))
                .orElseGet(() -> Answers.to(prompt, Crossing.isAsked(request)));
    }
}
