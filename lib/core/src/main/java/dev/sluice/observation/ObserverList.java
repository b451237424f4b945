package dev.sluice.observation;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.base.Throwables;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Several observers. Each is called even if another one throws. */
record ObserverList(List<Observer> observers) implements Observer {

    @Override
    public Observation start(Operation operation) {
        List<Observation> started = observers.stream()
                .flatMap(observer -> started(observer, operation))
                .toList();
        Captured around = Captured.nothing();
        for (Observation each : started) {
            around = around.and(each);
        }
        return new ObservationList(started, around);
    }

    @Override
    public Optional<String> origin() {
        return observers.stream().flatMap(ObserverList::origin).findFirst();
    }

    private static Stream<String> origin(Observer observer) {
        try {
            return observer.origin().stream();
        } catch (Throwable e) {
            warn(e);
            return Stream.empty();
        }
    }

    private static Stream<Observation> started(Observer observer, Operation operation) {
        try {
            return Stream.of(observer.start(operation));
        } catch (Throwable e) {
            warn(e);
            return Stream.empty();
        }
    }

    private static void warn(Throwable e) {
        Throwables.warn(Observer.class, "An observer failed", e);
    }

    /** The observations of one operation. */
    private record ObservationList(List<Observation> observations, Captured around) implements Observation {
        @Override
        public void run(Runnable code) {
            around.run(code);
        }

        @Override
        public void step(Step step) {
            each(observation -> observation.step(step));
        }

        @Override
        public void end(Outcome outcome) {
            each(observation -> observation.end(outcome));
        }

        private void each(Consumer<Observation> tell) {
            observations.forEach(observation -> {
                try {
                    tell.accept(observation);
                } catch (Throwable e) {
                    warn(e);
                }
            });
        }
    }
}
