package dev.sluice.message;

import java.util.List;
import java.util.Map;

/**
 * The tokens a message has used so far. Every number counts the whole message, so a later {@code Usage} replaces an
 * earlier one; they are never added inside one message. A provider's decoder carries forward what a later report leaves
 * out.
 *
 * <p>A provider may make several passes of a model for one answer: to compact a conversation first, to use tools of its
 * own, or to continue with another model. Then {@code iterations} lists the passes, and the figures of the message may
 * leave some of them out. {@link #billed()} is what all passes used; {@link #contextTokens()} is the size of the
 * context window at the end.
 *
 * @param inputTokens prompt tokens that no cache was involved in
 * @param outputTokens tokens the model has made, its thinking included
 * @param cacheReadTokens prompt tokens taken from a cache
 * @param cacheWriteTokens prompt tokens written to a cache, for however long
 * @param cacheWrite1hTokens the part of {@code cacheWriteTokens} that is kept for an hour, which costs more than five
 *     minutes; 0 where the provider does not say
 * @param thinkingTokens the part of {@code outputTokens} that was thinking; 0 where the provider does not say
 * @param iterations the passes of a model that the answer took, in their order; empty where the provider does not say
 * @param extra every other usage field of the wire, by name, each as raw JSON text
 */
public record Usage(
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long cacheWrite1hTokens,
        long thinkingTokens,
        List<Iteration> iterations,
        Map<String, String> extra) {

    /** Nothing used, or nothing known yet. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, Map.of());

    /**
     * One pass of a model.
     *
     * @param type the kind of pass as the wire names it, an open set: {@code message}, {@code compaction}, …
     * @param model the model that made it; empty where the provider does not say
     * @param isAnswer whether it made a part of the answer, rather than a summary of the conversation or advice
     * @param usage its own tokens
     */
    public record Iteration(String type, String model, boolean isAnswer, Usage usage) {}

    /** Copies the collections. */
    public Usage {
        iterations = List.copyOf(iterations);
        extra = RawFields.copy(extra);
    }

    /** A usage without iterations that has nothing in a cache for an hour. */
    public Usage(
            long inputTokens,
            long outputTokens,
            long cacheReadTokens,
            long cacheWriteTokens,
            long thinkingTokens,
            Map<String, String> extra) {
        this(inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, 0, thinkingTokens, List.of(), extra);
    }

    /** A usage of plain input and output. */
    public static Usage of(long inputTokens, long outputTokens) {
        return new Usage(inputTokens, outputTokens, 0, 0, 0, Map.of());
    }

    /** All prompt tokens: without a cache, read from it and written to it. */
    public long totalInputTokens() {
        return inputTokens + cacheReadTokens + cacheWriteTokens;
    }

    /** Prompt and answer together. */
    public long totalTokens() {
        return totalInputTokens() + outputTokens;
    }

    /**
     * The tokens that are paid for: the sum of all iterations, or this usage if it has none. Without {@code iterations} and
     * {@code extra} if it is a sum.
     */
    public Usage billed() {
        if (iterations.isEmpty()) {
            return this;
        }
        Usage sum = NONE;
        for (Iteration iteration : iterations) {
            sum = sum.plus(iteration.usage());
        }
        // The wire counts thinking for the message, not for each iteration.
        return sum.thinkingTokens >= thinkingTokens ? sum : sum.withThinking(thinkingTokens);
    }

    /**
     * The tokens in the model's context window when the answer was complete: prompt and answer of the last pass that
     * contributed to it. Without iterations it is {@link #totalTokens()}.
     */
    public long contextTokens() {
        for (Iteration iteration : iterations.reversed()) {
            if (iteration.isAnswer()) {
                return iteration.usage().contextTokens();
            }
        }
        return totalTokens();
    }

    /** The sum of this usage's and another's {@link #billed()}; without iterations and {@code extra}. */
    public Usage plus(Usage other) {
        Usage one = billed();
        Usage two = other.billed();
        return new Usage(
                one.inputTokens + two.inputTokens,
                one.outputTokens + two.outputTokens,
                one.cacheReadTokens + two.cacheReadTokens,
                one.cacheWriteTokens + two.cacheWriteTokens,
                one.cacheWrite1hTokens + two.cacheWrite1hTokens,
                one.thinkingTokens + two.thinkingTokens,
                List.of(),
                Map.of());
    }

    private Usage withThinking(long tokens) {
        return new Usage(
                inputTokens,
                outputTokens,
                cacheReadTokens,
                cacheWriteTokens,
                cacheWrite1hTokens,
                tokens,
                iterations,
                extra);
    }
}
