/**
 * Sets whether, when and how often a request may be tried, with the caller's own Resilience4j instances where there are any.
 *
 * <p>Start with {@link dev.sluice.resilience.Resilience}. Threads: everything may be shared by all streams of a client. Uses:
 * {@code dev.sluice}; {@code internal.resilience} does the work.
 */
@NullMarked
package dev.sluice.resilience;

import org.jspecify.annotations.NullMarked;
