package dev.sluice.context;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.base.Throwables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several captured contexts, one inside the other. Runs the code exactly once, whatever they do: an exception of theirs is logged, and
 * an exception of the code is thrown as it is. Immutable.
 */
final class GuardedContext implements Captured {
    static final GuardedContext EMPTY = new GuardedContext(List.of());

    private final List<Captured> parts;

    private GuardedContext(List<Captured> parts) {
        this.parts = List.copyOf(parts);
    }

    /** Captures by each of the carriers; leaves out those that throw. */
    static GuardedContext capture(List<ContextCarrier> carriers) {
        var parts = new ArrayList<Captured>();
        for (ContextCarrier carrier : carriers) {
            try {
                add(parts, carrier.capture());
            } catch (Throwable e) { // a carrier must not fail the stream, whatever it throws
                warn("A context carrier could not capture the caller's context", e);
            }
        }
        return parts.isEmpty() ? EMPTY : new GuardedContext(parts);
    }

    @Override
    public GuardedContext and(Captured inner) {
        var all = new ArrayList<>(parts);
        add(all, inner);
        return all.size() == parts.size() ? this : new GuardedContext(all);
    }

    @Override
    public void run(Runnable code) {
        run(0, code);
    }

    private void run(int part, Runnable code) {
        if (part == parts.size()) {
            code.run();
            return;
        }
        var inner = new Once(() -> run(part + 1, code));
        try {
            parts.get(part).run(inner);
        } catch (Throwable e) { // the code's own is thrown below
            if (inner.thrown == null) {
                warn("A context carrier failed", e);
            }
        }
        inner.run(); // in case the carrier did not
        if (inner.thrown != null) {
            GuardedContext.<RuntimeException>rethrow(inner.thrown);
        }
    }

    private static void add(List<Captured> parts, @Nullable Captured captured) {
        if (captured instanceof GuardedContext several) {
            parts.addAll(several.parts);
        } else if (captured != null) {
            parts.add(captured);
        }
    }

    private static void warn(String what, Throwable e) {
        Throwables.warn(ContextCarrier.class, what + "; the code runs without it", e);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable e) throws E {
        throw (E) e;
    }

    /** Runs code the first time, and keeps its exception. */
    private static final class Once implements Runnable {
        private final Runnable code;
        private boolean begun;

        @Nullable
        Throwable thrown;

        Once(Runnable code) {
            this.code = code;
        }

        @Override
        public void run() {
            if (begun) {
                return;
            }
            begun = true;
            try {
                code.run();
            } catch (Throwable e) {
                thrown = e;
                throw e;
            }
        }
    }
}
