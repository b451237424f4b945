package dev.sluice.observation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Several observers, some of which fail. */
class ObserverTest {
    private static final Operation WATCH = new Operation.Watch(false, Optional.empty());
    private static final Step STEP = new Step.Attempt(1);
    private static final Outcome END = new Outcome.Watch("gone");

    private final List<String> told = new ArrayList<>();

    private final Observer listening = operation -> {
        told.add("start");
        return new Observation() {
            @Override
            public void run(Runnable code) {
                told.add("in");
                code.run();
                told.add("out");
            }

            @Override
            public void step(Step step) {
                told.add("step");
            }

            @Override
            public void end(Outcome outcome) {
                told.add("end");
            }
        };
    };

    private static final Observer FAILS_AT_ONCE = new Observer() {
        @Override
        public Observation start(Operation operation) {
            throw new IllegalStateException("no");
        }

        @Override
        public Optional<String> origin() {
            throw new IllegalStateException("no");
        }
    };

    private static final Observer FAILS_LATER = operation -> new Observation() {
        @Override
        public void run(Runnable code) {
            throw new IllegalStateException("no");
        }

        @Override
        public void step(Step step) {
            throw new IllegalStateException("no");
        }

        @Override
        public void end(Outcome outcome) {
            throw new IllegalStateException("no");
        }
    };

    @Test
    void everyObserverIsToldThoughOthersFail() {
        for (Observer observer : List.of(
                listening,
                listening.and(Observer.none()),
                Observer.none().and(listening),
                FAILS_AT_ONCE.and(listening),
                listening.and(FAILS_AT_ONCE),
                FAILS_LATER.and(listening),
                listening.and(FAILS_LATER))) {
            told.clear();
            tell(observer);
            assertThat(told).containsExactly("start", "in", "code", "out", "step", "end");
        }
    }

    @Test
    void anObserverThatFailsHarmsNothing() {
        for (Observer observer : List.of(FAILS_AT_ONCE, FAILS_LATER, (Observer) operation -> null)) {
            told.clear();
            tell(observer);
            assertThat(told).containsExactly("code");
            assertThat(GuardedObservation.origin(observer)).isEmpty();
        }
    }

    @Test
    void withoutAnObserverNothingIsMade() {
        GuardedObservation observation = GuardedObservation.start(Observer.none(), () -> {
            throw new AssertionError("made");
        });
        observation.step(() -> {
            throw new AssertionError("made");
        });
        observation.end(() -> {
            throw new AssertionError("made");
        });
        assertThat(observation).isSameAs(GuardedObservation.NONE);
        assertThat(observation.in(Captured.nothing())).isSameAs(Captured.nothing());
    }

    @Test
    void theFirstOriginIsTheOne() {
        Observer knows = new Observer() {
            @Override
            public Observation start(Operation operation) {
                return Observation.none();
            }

            @Override
            public Optional<String> origin() {
                return Optional.of("here");
            }
        };
        assertThat(listening.and(FAILS_AT_ONCE).and(knows).origin()).contains("here");
        assertThat(listening.origin()).isEmpty();
    }

    private void tell(Observer observer) {
        GuardedObservation observation = GuardedObservation.start(observer, () -> WATCH);
        observation.in(Captured.nothing()).run(() -> told.add("code"));
        observation.step(() -> STEP);
        observation.end(() -> END);
        observation.end(() -> END);
    }
}
