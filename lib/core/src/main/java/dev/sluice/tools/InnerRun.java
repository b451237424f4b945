package dev.sluice.tools;

import dev.sluice.StreamException;
import dev.sluice.message.Message;

/**
 * A run that a tool makes a part of its call, with {@link ToolContext#run}. {@link ToolLoop} is one; an interface so that a tool's
 * context need not know how runs are made. Its events are consumed by one thread; {@link #cancel} is for any.
 */
public interface InnerRun extends Iterable<RunEvent>, AutoCloseable {

    /** Stops the run: its consumer returns at once. Does nothing after the end. Does not wait. */
    void cancel(String reason);

    /**
     * Runs it to its end on this thread and returns its last message. Blocks.
     *
     * @throws StreamException if there is none
     */
    Message finalMessage();

    /** Cancels the run if it has not ended. */
    @Override
    void close();
}
