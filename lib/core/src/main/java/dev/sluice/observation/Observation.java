package dev.sluice.observation;

import dev.sluice.context.ContextCarrier;

/**
 * One operation that is observed. {@link #run} is in force around all of the operation's code, so that a span can be the current
 * one there; it may be called on several threads at once. {@link #step} and {@link #end} are called inside it.
 */
public interface Observation extends ContextCarrier.Captured {

    /** Runs a part of the operation on this thread: as it is, unless overridden. */
    @Override
    default void run(Runnable code) {
        code.run();
    }

    /** Something has happened. */
    default void step(Step step) {}

    /** The operation is over. Called once, last. */
    default void end(Outcome outcome) {}

    /** Is told nothing. */
    static Observation none() {
        return NoObservation.INSTANCE;
    }
}
