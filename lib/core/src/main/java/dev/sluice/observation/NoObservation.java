package dev.sluice.observation;

import dev.sluice.observation.Observer.Observation;

/** Is told nothing. */
enum NoObservation implements Observation {
    INSTANCE
}
