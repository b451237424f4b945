package dev.sluice.observation;

import dev.sluice.observation.Observer.Observation;

/** Observes nothing. */
enum NoObservation implements Observation {
    INSTANCE
}
