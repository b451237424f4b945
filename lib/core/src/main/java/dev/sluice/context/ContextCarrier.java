package dev.sluice.context;

import java.util.ArrayList;
import java.util.Objects;

/**
 * Carries something that belongs to a thread, such as a {@link ThreadLocal} or a {@code ScopedValue}, from the thread that starts a
 * stream or a run to the threads that run the caller's code for it: tools, approvals, repairs, {@code onEnd}, alerts, and our own
 * log lines.
 *
 * <p>{@code LlmClient.Builder.contextCarrier} takes one; nothing set means {@link #detected()}. An implementation that is named in
 * {@code META-INF/services/dev.sluice.context.ContextCarrier} is among the detected ones. Safe for use by any thread. Must not
 * block. What it throws is logged and has no other effect.
 *
 * <pre>{@code
 * ContextCarrier tenant = () -> {
 *     Tenant captured = TENANT.get();                                    // on the caller's thread
 *     return code -> ScopedValue.where(TENANT, captured).run(code);      // on ours
 * };
 * }</pre>
 */
@FunctionalInterface
public interface ContextCarrier {

    /**
     * Captures what this thread carries. Called once for each stream and run, on the thread that starts it.
     *
     * @return what was captured; {@link Captured#nothing()} if there is nothing, which costs nothing later
     */
    Captured capture();

    /** What was captured. May be used several times, one after another or at once. */
    @FunctionalInterface
    interface Captured {

        /**
         * Runs code on this thread, once, with what was captured in force; then restores what was there before. What the code
         * throws must pass through.
         */
        void run(Runnable code);

        /** Nothing was captured: the code is run as it is. */
        static Captured nothing() {
            return CallerContext.EMPTY;
        }
    }

    /**
     * Carries SLF4J's {@code MDC}; all that Micrometer's context-propagation knows, if {@code io.micrometer:context-propagation} is
     * on the class path: observations, Spring Security's context and more; and by each carrier that a {@link
     * java.util.ServiceLoader} finds.
     */
    static ContextCarrier detected() {
        return DetectedCarriers.all();
    }

    /** Carries nothing. */
    static ContextCarrier none() {
        return Captured::nothing;
    }

    /** Carries the value of a thread-local. A thread without a value carries nothing. */
    static <T> ContextCarrier of(ThreadLocal<T> local) {
        return new ThreadLocalCarrier<>(Objects.requireNonNull(local, "local"));
    }

    /** Carries what this one does, and what the other one does. If one of them throws, the other is in force still. */
    default ContextCarrier and(ContextCarrier other) {
        var both = new ArrayList<ContextCarrier>();
        both.add(this);
        both.add(Objects.requireNonNull(other, "other"));
        return new CarrierList(both);
    }
}
