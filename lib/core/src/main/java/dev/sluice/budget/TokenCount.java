package dev.sluice.budget;

/**
 * A number of tokens, and how sure it is.
 *
 * @param tokens how many
 * @param estimated whether a part of it is an estimate, because the provider has not said, or will never say
 */
public record TokenCount(long tokens, boolean estimated) {}
