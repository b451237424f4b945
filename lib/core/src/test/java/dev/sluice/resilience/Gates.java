package dev.sluice.resilience;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.internal.resilience.RequestGates;

/** What only the client sees of a resilience. */
final class Gates {
    private Gates() {}

    static RequestGate open(Resilience resilience, TimeSource time) {
        return of(resilience).open(time);
    }

    static RequestGates of(Resilience resilience) {
        return InternalParts.of(resilience, RequestGates.class);
    }
}
