package dev.sluice.sse;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import java.time.Duration;

/** The state of an {@link SseClient}. */
public sealed interface SseState {

    /**
     * It connects, or waits for the head of the response.
     *
     * @param failures how many connections in a row have failed before
     */
    record Connecting(int failures) implements SseState {}

    /** There is an event stream, and it is read. */
    record Open() implements SseState {}

    /**
     * The connection is gone, and another one will be made.
     *
     * @param cause why it is gone; {@link StreamException.Truncated} if the server ended the response in good order
     * @param delay how long it waits
     * @param failures how many connections in a row have failed; 0 if this one worked before it ended
     */
    record Waiting(StreamException cause, Duration delay, int failures) implements SseState {}

    /**
     * No more connections will be made.
     *
     * @param reason why
     */
    record Ended(EndReason reason) implements SseState {}
}
