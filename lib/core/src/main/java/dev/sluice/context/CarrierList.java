package dev.sluice.context;

import java.util.List;

/** Several carriers, each of which has its turn though another one throws. */
record CarrierList(List<ContextCarrier> carriers) implements ContextCarrier {
    CarrierList {
        carriers = List.copyOf(carriers);
    }

    @Override
    public Captured capture() {
        return CallerContext.capture(this);
    }
}
