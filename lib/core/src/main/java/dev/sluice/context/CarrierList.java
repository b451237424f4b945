package dev.sluice.context;

import java.util.List;

/** Several carriers. Each is called even if another one throws. */
record CarrierList(List<ContextCarrier> carriers) implements ContextCarrier {
    CarrierList {
        carriers = List.copyOf(carriers);
    }

    @Override
    public Captured capture() {
        return GuardedContext.capture(carriers);
    }

    @Override
    public ContextCarrier guarded() {
        return this;
    }
}
