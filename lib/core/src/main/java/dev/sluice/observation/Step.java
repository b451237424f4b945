package dev.sluice.observation;

import dev.sluice.StreamException;
import java.time.Duration;
import java.util.Optional;

/** What happens in a {@link Operation.Chat}. */
public sealed interface Step {

    /**
     * A request is about to be sent.
     *
     * @param number which one of the stream, from 1
     */
    record Attempt(int number) implements Step {}

    /**
     * The head of a response is there.
     *
     * @param status the HTTP status
     * @param requestId the provider's id of the request, if it gave one
     */
    record Response(int status, Optional<String> requestId) implements Step {}

    /**
     * The first content is there.
     *
     * @param since the time from the stream's start
     */
    record FirstToken(Duration since) implements Step {}

    /**
     * A request failed and is sent again.
     *
     * @param number which retry of the stream, from 1
     * @param delay how long it waits before that
     * @param failure why
     */
    record Retry(int number, Duration delay, StreamException failure) implements Step {}

    /**
     * The answer broke off, and the model is asked to continue it.
     *
     * @param number which continuation of the stream, from 1
     * @param failure why
     */
    record Continuation(int number, StreamException failure) implements Step {}
}
