package dev.sluice.internal;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.base.Throwables;
import dev.sluice.observation.Observer;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Step;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * One operation that is observed, without harm: an exception of the observer is logged. Steps and outcomes are made only for an
 * observer.
 */
public final class GuardedObservation {
    /** Nobody observes. */
    public static final GuardedObservation NONE = new GuardedObservation(Observation.none());

    private final Observation observation;
    private final Captured inside;
    private final AtomicBoolean ended = new AtomicBoolean();

    private GuardedObservation(Observation observation) {
        this.observation = observation;
        inside = Observation.none().equals(observation)
                ? Captured.nothing()
                : Captured.nothing().and(observation);
    }

    /** Tells the observer that an operation begins. */
    public static GuardedObservation start(Observer observer, Supplier<Operation> operation) {
        if (Observer.none().equals(observer)) {
            return NONE;
        }
        try {
            Observation observation = observer.start(operation.get());
            return observation == null || Observation.none().equals(observation)
                    ? NONE
                    : new GuardedObservation(observation);
        } catch (Throwable e) { // whatever it is, the operation goes on
            warn(e);
            return NONE;
        }
    }

    /** The observer's name for the context of this thread, such as a {@code traceparent}. */
    public static Optional<String> origin(Observer observer) {
        try {
            return observer.origin();
        } catch (Throwable e) {
            warn(e);
            return Optional.empty();
        }
    }

    /** A caller's context with the operation in force inside it. */
    public Captured in(Captured context) {
        return context.and(inside);
    }

    /** Tells of a step. */
    public void step(Supplier<Step> step) {
        tell(() -> observation.step(step.get()));
    }

    /** Tells of the end; the first time only. */
    public void end(Supplier<Outcome> outcome) {
        if (this != NONE && ended.compareAndSet(false, true)) {
            tell(() -> observation.end(outcome.get()));
        }
    }

    private void tell(Runnable what) {
        if (this == NONE) {
            return;
        }
        try {
            what.run();
        } catch (Throwable e) {
            warn(e);
        }
    }

    private static void warn(Throwable e) {
        Throwables.warn(Observer.class, "An observer failed", e);
    }
}
