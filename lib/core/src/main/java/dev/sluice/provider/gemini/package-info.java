/**
 * Speaks to Gemini: requests, events and errors of generateContent.
 *
 * <p>Start with {@link dev.sluice.provider.gemini.Gemini}, then {@code GeminiDecoder}. Threads: the provider is immutable; a
 * decoder belongs to the reader thread of its stream. Uses: {@code provider}, {@code provider.wire}.
 */
@NullMarked
package dev.sluice.provider.gemini;

import org.jspecify.annotations.NullMarked;
