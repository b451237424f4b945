package dev.sluice.context;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;

/**
 * Carries all that has an accessor in Micrometer's registry of contexts. Loaded only if context-propagation is on the class path.
 */
final class MicrometerCarrier implements ContextCarrier {
    private final ContextSnapshotFactory snapshots =
            ContextSnapshotFactory.builder().build();

    @Override
    public Captured capture() {
        if (ContextRegistry.getInstance().getThreadLocalAccessors().stream()
                .allMatch(accessor -> accessor.getValue() == null)) {
            return Captured.nothing();
        }
        ContextSnapshot captured = snapshots.captureAll();
        return code -> run(captured, code);
    }

    @SuppressWarnings("try") // the scope is only to be closed
    private static void run(ContextSnapshot captured, Runnable code) {
        try (ContextSnapshot.Scope scope = captured.setThreadLocals()) {
            code.run();
        }
    }
}
