/**
 * Reports the work of streams, runs and tools to a tracer or a meter while it is done.
 *
 * <p>Start reading at {@link dev.sluice.observation.Observer}. Threads: those of the stream or run that is observed. Uses: {@code
 * context}, {@code message}, {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.observation;

import org.jspecify.annotations.NullMarked;
