package dev.sluice.control;

import java.util.function.BooleanSupplier;

/**
 * A producer's work, to be done by the consumer of its {@link EventQueue} after the producer has {@linkplain EventQueue#handOver
 * left}: all that takes no wait, a piece at a time, and the waits too.
 */
public interface StandIn extends BooleanSupplier {

    /**
     * Waits until there may be more to do. Runs on the consumer's thread, without any lock. Must not throw; an interrupt must end
     * it.
     *
     * @return whether there may be; false if the producer is needed, as at the end, or after a failure
     */
    boolean await();

    /** Ends the wait that the consumer is in, or is about to begin. Called by the producer, which goes on. Must not wait. */
    void stop();

    /** Has the producer go on, on a thread of its own. Called once for each time that it left, by any thread. Must not wait. */
    void resume();
}
