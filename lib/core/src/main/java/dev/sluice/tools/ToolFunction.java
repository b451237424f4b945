package dev.sluice.tools;

import org.jspecify.annotations.Nullable;

/**
 * The code of a tool, called when the model calls the tool.
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
     * @return the result for the model: a {@code String}, a {@link dev.sluice.message.ContentBlock} or a list of them,
     *     a {@link ToolOutput}, or anything that can be written as JSON. Of a {@link dev.sluice.message.Message} the
     *     words are taken; null is an empty text
     * @throws Exception if the tool fails; the model reads the exception's message, so it must hold no secret. It is
     *     also logged, with its stack trace
     */
    @Nullable
    Object call(I input, ToolContext context) throws Exception;
}
