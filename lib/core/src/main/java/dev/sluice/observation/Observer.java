package dev.sluice.observation;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Is told of each stream, run and tool call of a client as it begins, with {@code LlmClient.Builder.observer}: for traces and
 * metrics. {@code sluice-opentelemetry} and {@code RunMeters} are observers.
 *
 * <p>Called by many threads at once. Must not block. What an observer throws is logged and has no other effect.
 */
@FunctionalInterface
public interface Observer {

    /**
     * An operation begins. Called on the thread that starts it: the caller's for a stream, a {@code send} or a run, one of the run's
     * for its turns and tools. What the operation is a part of is in force there, as is the caller's context.
     *
     * @return what is told of the rest of it; {@link Observation#none()} if nothing is to be told
     */
    Observation start(Operation operation);

    /**
     * A text that names what is in force on this thread, such as a {@code traceparent}. A relay keeps it for each run, and gives it
     * back in {@link Operation.Watch}.
     */
    default Optional<String> origin() {
        return Optional.empty();
    }

    /** Observes nothing. */
    static Observer none() {
        return NoObserver.INSTANCE;
    }

    /** Tells this one, and then the other one, though one of them throws. */
    default Observer and(Observer other) {
        Objects.requireNonNull(other, "other");
        return this instanceof NoObserver
                ? other
                : other instanceof NoObserver ? this : new ObserverList(List.of(this, other));
    }
}
