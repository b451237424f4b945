package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.internal.StreamFailures;
import dev.sluice.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Something that is asked, but not for a message: how many tokens a prompt has, which models there are. The reader asks,
 * as it does for a stream; the thread that wants to know waits here.
 *
 * @param <T> what the answer is
 * @param reader reads the answer, a {@link ResponseMode.Lookup} of this type
 * @param controller stops it
 */
record PendingLookup<T>(StreamReaderTask reader, StreamController controller) {

    /**
     * Waits for the answer. An interrupt stops the reader and is kept.
     *
     * @throws StreamException if there is none
     */
    @SuppressWarnings("unchecked") // a lookup's queue holds heads and what was found
    T answer() {
        Object next = take();
        while (next instanceof ResponseInfo) {
            next = take();
        }
        if (next != null) {
            return (T) next;
        }
        StreamException failure =
                reader.queue.endReason().flatMap(EndReason::toException).orElseThrow();
        StreamFailures.withPartial(failure, Message.EMPTY, reader.requestId());
        failure.fillInStackTrace(); // where the caller is, rather than where the reader was
        throw failure;
    }

    private @Nullable Object take() {
        try {
            return reader.queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            controller.cancel("the waiting thread was interrupted");
            return null;
        }
    }
}
