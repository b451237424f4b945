package dev.sluice;

import java.util.Optional;

/** How a stream ended. It ends in exactly one way, once. */
public sealed interface EndReason {

    /** The answer is whole. */
    record Completed() implements EndReason {}

    /**
     * The caller stopped it.
     *
     * @param reason what the caller said
     */
    record Cancelled(String reason) implements EndReason {}

    /**
     * A limit of the caller's was reached.
     *
     * @param limit which one
     * @param value its value
     */
    record LimitReached(Limits.Limit limit, long value) implements EndReason {}

    /**
     * Something went wrong.
     *
     * @param exception what
     */
    record Failed(StreamException exception) implements EndReason {}

    /** Whether something went wrong. */
    default boolean isFailure() {
        return this instanceof Failed;
    }

    /** Whether the caller stopped it, or a limit of the caller's did. */
    default boolean isAbort() {
        return this instanceof Cancelled || this instanceof LimitReached;
    }

    /** The exception of this end for who asked for a whole answer; empty if the answer is whole. */
    default Optional<StreamException> toException() {
        return switch (this) {
            case Completed completed -> Optional.empty();
            case Cancelled(String reason) -> Optional.of(new StreamException.Cancelled(reason));
            case LimitReached(Limits.Limit limit, long value) ->
                Optional.of(new StreamException.LimitExceeded(limit, value));
            case Failed(StreamException failure) -> Optional.of(failure);
        };
    }
}
