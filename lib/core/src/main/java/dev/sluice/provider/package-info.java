/**
 * Says what a vendor's client must do to be streamed: build a request, decode its answer, name its errors.
 *
 * <p>Start with {@link dev.sluice.provider.Provider}. Each vendor has a room of its own below this one. Threads: providers are
 * immutable; a decoder belongs to the reader thread of its stream. Uses: {@code message}, {@code sse}, {@code transport},
 * {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.provider;

import org.jspecify.annotations.NullMarked;
