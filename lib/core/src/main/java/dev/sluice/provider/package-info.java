/**
 * Translates between this library's words and one vendor's wire.
 *
 * <p>Start with {@link dev.sluice.provider.Provider}, then {@link dev.sluice.provider.Claude}. Threads: providers are
 * immutable; a decoder belongs to the reader thread of its stream. May use: {@code message}, {@code json}, {@code sse},
 * {@code transport}, {@code control}.
 */
@NullMarked
package dev.sluice.provider;

import org.jspecify.annotations.NullMarked;
