package dev.sluice.internal;

import dev.sluice.StreamException;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.failure.FailureContext;
import dev.sluice.message.Message;
import org.jspecify.annotations.Nullable;

/** Adds to an exception what its stream had received. Called by the stream before it throws. */
public final class StreamFailures {
    private StreamFailures() {}

    /**
     * Adds what was asked, and how often it was sent again.
     *
     * @param request method and address, without secrets
     * @return the exception
     */
    public static <E extends StreamException> E ofRequest(E exception, String request, int retries) {
        InternalParts.of(exception, FailureContext.class).noteRequest(request, retries);
        return exception;
    }

    /**
     * Adds what other providers said, that were asked before.
     *
     * @param others begins with what separates it from what this one said
     * @return the exception
     */
    public static <E extends StreamException> E afterOthers(E exception, String others) {
        InternalParts.of(exception, FailureContext.class).noteBefore(others);
        return exception;
    }

    /**
     * Adds the message so far and the request's id.
     *
     * @param requestId the provider's id of the request; null leaves the one that is known
     * @return the exception
     */
    public static <E extends StreamException> E withPartial(E exception, Message partial, @Nullable String requestId) {
        InternalParts.of(exception, FailureContext.class).note(partial, requestId);
        return exception;
    }
}
