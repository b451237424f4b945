/**
 * The types that every user meets: limits of a stream, how to stop it, its end, and its failures.
 *
 * <p>Start with {@link dev.sluice.StreamController}. {@link dev.sluice.StreamException} names every way in which a stream
 * fails, {@link dev.sluice.EndReason} every way in which it ends. Streams are made by {@code dev.sluice.client.LlmClient}.
 * Threads: the callbacks of a cancel run on a virtual thread of their own. Uses: {@code message}, for the partial answer that
 * an exception carries.
 */
@NullMarked
package dev.sluice;

import org.jspecify.annotations.NullMarked;
