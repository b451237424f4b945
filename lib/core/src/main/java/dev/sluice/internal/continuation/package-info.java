/**
 * Asks the model to continue an answer that broke off, and joins the parts into one. No part of the API.
 *
 * <p>Start with {@link dev.sluice.internal.continuation.ContinuationJoiner}. Threads: a joiner belongs to the reader thread of its
 * stream. Uses: {@code message}, {@code aggregate}, {@code provider}.
 */
@NullMarked
package dev.sluice.internal.continuation;

import org.jspecify.annotations.NullMarked;
