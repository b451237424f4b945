package dev.sluice.observation;

/** Is told nothing. */
enum NoObservation implements Observation {
    INSTANCE
}
