/**
 * Alternates model turns and tool calls until the model is done, and reports everything that happens as one sequence.
 *
 * <p>Start with {@link dev.sluice.tools.Tool}, {@link dev.sluice.tools.ToolLoop} and {@link dev.sluice.tools.RunEvent}.
 * Threads: each run has one virtual thread, which consumes the model's streams one after another. Each tool call has
 * two while it runs: one runs the tool, and one waits for it or for its limit. Callbacks of the run's caller run on the
 * caller's own thread. May use: every room below, {@code client} included.
 */
@NullMarked
package dev.sluice.tools;

import org.jspecify.annotations.NullMarked;
