/**
 * Alternates model turns and tool calls until the model is done, and reports everything that happens as one sequence.
 *
 * <p>Start with {@link dev.sluice.tools.Tool}, {@link dev.sluice.tools.ToolLoop} and {@link dev.sluice.tools.RunEvent}.
 * Threads: each run has one virtual thread, which consumes the model's streams one after another, and two for each tool
 * call while it runs, one that runs the tool and one that waits for it or for its limit; everything that the caller of the
 * run sees happens on the caller's own. May use: every room below, {@code client} included.
 */
@NullMarked
package dev.sluice.tools;

import org.jspecify.annotations.NullMarked;
