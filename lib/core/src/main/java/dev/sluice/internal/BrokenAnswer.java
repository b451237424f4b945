package dev.sluice.internal;

import dev.sluice.StreamException;

/** The answer of a stream that has failed, for whoever asks anew. For any thread. */
@FunctionalInterface
public interface BrokenAnswer {
    /**
     * Has the server cancel the answer, if it makes it in the background and would finish it. Does not wait.
     *
     * @param failure what the stream failed with; nothing is cancelled if the server itself has ended the answer
     */
    void cancel(StreamException failure);
}
