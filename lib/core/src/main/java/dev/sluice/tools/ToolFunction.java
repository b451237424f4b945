package dev.sluice.tools;

import org.jspecify.annotations.Nullable;

/**
 * What a tool does when the model calls it.
 *
 * @param <I> the input: a record or bean, or the raw JSON text
 */
@FunctionalInterface
public interface ToolFunction<I> {

    /**
     * Runs the tool, on a virtual thread of the call's own; several calls may run at once. It may block, and should end when
     * its thread is interrupted: that is how a call is stopped that is cancelled or takes too long.
     *
     * @param input what the model wants done; it fits the tool's schema
     * @param context for progress, and to ask whether the result is still wanted
     * @return what the model is told: a {@code String}, a {@link dev.sluice.message.ContentBlock} or a list of them, a
     *     {@link ToolOutput}, a {@link dev.sluice.message.Message}, of which the words, or anything that can be written as
     *     JSON; null is an empty text
     * @throws Exception if the tool fails; the model is told the exception's message, so nothing secret must stand in it.
     *     It is also logged, with its stack trace
     */
    @Nullable
    Object call(I input, ToolContext context) throws Exception;
}
