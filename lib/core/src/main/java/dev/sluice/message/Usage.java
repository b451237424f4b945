package dev.sluice.message;

import java.util.Map;

/**
 * The tokens a message has used so far. Every number counts the whole message, so a later {@code Usage} replaces an
 * earlier one; they are never added inside one message. A provider's decoder carries forward what a later report leaves
 * out.
 *
 * @param inputTokens prompt tokens that no cache was involved in
 * @param outputTokens tokens the model has made, its thinking included
 * @param cacheReadTokens prompt tokens taken from a cache
 * @param cacheWriteTokens prompt tokens written to a cache
 * @param thinkingTokens the part of {@code outputTokens} that was thinking; 0 where the provider does not say
 * @param extra every other usage field of the wire, by name, each as raw JSON text
 */
public record Usage(
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long thinkingTokens,
        Map<String, String> extra) {

    /** Nothing used, or nothing known yet. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, Map.of());

    /** Copies {@code extra}. */
    public Usage {
        extra = RawFields.copy(extra);
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
}
