/**
 * Speaks to Gemini: requests, events and errors of generateContent and of Interactions.
 *
 * <p>Start with {@link dev.sluice.provider.gemini.Gemini}, then {@code GeminiDecoder} or {@code InteractionsDecoder}. Threads: a
 * provider is immutable; a decoder belongs to the reader thread of its stream. Uses: {@code provider}, {@code provider.wire}.
 */
@NullMarked
package dev.sluice.provider.gemini;

import org.jspecify.annotations.NullMarked;
