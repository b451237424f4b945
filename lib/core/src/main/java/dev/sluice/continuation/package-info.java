/**
 * Asks the model to continue an answer that broke off, and joins the parts into one.
 *
 * <p>Start with {@link dev.sluice.continuation.Continuation}. Threads: a setting is immutable; a joiner belongs to the reader
 * thread of its stream. Uses: {@code message}, {@code aggregate}.
 */
@NullMarked
package dev.sluice.continuation;

import org.jspecify.annotations.NullMarked;
