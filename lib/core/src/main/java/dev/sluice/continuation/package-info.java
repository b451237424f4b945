/**
 * Sets whether the model is asked to continue an answer that broke off.
 *
 * <p>Start with {@link dev.sluice.continuation.Continuation}. Threads: a setting is immutable. Uses: no other room;
 * {@code internal.continuation} does the work.
 */
@NullMarked
package dev.sluice.continuation;

import org.jspecify.annotations.NullMarked;
