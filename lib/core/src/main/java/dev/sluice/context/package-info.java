/**
 * Carries a thread's context into the threads that a stream or a run starts: the logging context, a trace, the user.
 *
 * <p>Start reading at {@link dev.sluice.context.ContextCarrier}. Threads: {@code capture} runs on the thread of the caller, {@code
 * run} on the thread that the code runs on. Micrometer's context-propagation is an optional dependency. Uses: {@code internal.base}.
 */
@NullMarked
package dev.sluice.context;

import org.jspecify.annotations.NullMarked;
