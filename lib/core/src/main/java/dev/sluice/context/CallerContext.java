package dev.sluice.context;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.base.Throwables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a thread carried when it was captured, safe to use: what a carrier throws is logged, and the code runs in any case, exactly
 * once. Immutable; for use by any thread. Also for executors of your own: {@code
 * CallerContext.capture(ContextCarrier.detected()).run(code)}.
 */
public final class CallerContext implements Captured {
    /** Carries nothing, and costs nothing. */
    public static final CallerContext EMPTY = new CallerContext(List.of());

    private final List<Captured> parts;

    private CallerContext(List<Captured> parts) {
        this.parts = List.copyOf(parts);
    }

    /** Captures what this thread carries. Does not throw. */
    public static CallerContext capture(ContextCarrier carrier) {
        var parts = new ArrayList<Captured>();
        for (ContextCarrier each : carrier instanceof CarrierList(var several) ? several : List.of(carrier)) {
            try {
                add(parts, each.capture());
            } catch (Throwable e) { // whatever it is, the stream goes on without
                warn("A context carrier could not capture the caller's context", e);
            }
        }
        return parts.isEmpty() ? EMPTY : new CallerContext(parts);
    }

    /** This context with another one inside it. */
    public CallerContext plus(Captured inner) {
        var all = new ArrayList<>(parts);
        add(all, inner);
        return all.size() == parts.size() ? this : new CallerContext(all);
    }

    @Override
    public void run(Runnable code) {
        run(0, code);
    }

    /** Runs code with what was captured in force, and gives back what it gives. */
    public <T extends @Nullable Object> T call(Callable<T> code) throws Exception {
        if (parts.isEmpty()) {
            return code.call();
        }
        var result = new Result<T>(code);
        run(result);
        return result.get();
    }

    /** Whether nothing was captured. */
    public boolean isEmpty() {
        return parts.isEmpty();
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
            CallerContext.<RuntimeException>rethrow(inner.thrown);
        }
    }

    private static void add(List<Captured> parts, @Nullable Captured captured) {
        if (captured instanceof CallerContext several) {
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

    /** Runs code the first time, and keeps what it threw. */
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

    /** What a callable gave or threw. */
    private static final class Result<T extends @Nullable Object> implements Runnable {
        private final Callable<T> code;
        private @Nullable T value;
        private @Nullable Exception failure;

        Result(Callable<T> code) {
            this.code = code;
        }

        @Override
        public void run() {
            try {
                value = code.call();
            } catch (Exception e) {
                failure = e;
            }
        }

        @SuppressWarnings("NullAway") // null only if the callable's type has it
        T get() throws Exception {
            if (failure != null) {
                throw failure;
            }
            return value;
        }
    }
}
