/**
 * Folds events into the message so far.
 *
 * <p>Start with {@link dev.sluice.aggregate.ChunkAggregator}. Threads: one thread adds, any thread looks. May use:
 * {@code message}, {@code json}, {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.aggregate;

import org.jspecify.annotations.NullMarked;
