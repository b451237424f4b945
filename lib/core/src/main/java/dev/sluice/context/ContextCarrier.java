package dev.sluice.context;

import java.util.List;
import java.util.Objects;

/**
 * Carries something that belongs to a thread, such as a {@link ThreadLocal} or a {@code ScopedValue}, from the thread that starts a
 * stream or a run to the threads that run the caller's code for it: tools, approvals, repairs, {@code onEnd}, alerts, and our own
 * log lines.
 *
 * <p>{@code LlmClient.Builder.contextCarrier} takes one; nothing set means {@link #detected()}. An implementation that is named in
 * {@code META-INF/services/dev.sluice.context.ContextCarrier} is among the detected ones. Safe for use by any thread. Must not
 * block. Its exceptions are logged and have no other effect.
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
     * Captures a part of this thread's context. Called once for each stream and run, on the thread that starts it.
     *
     * @return the captured part; {@link Captured#nothing()} if there is none, which costs nothing later
     */
    Captured capture();

    /** What was captured. May be used several times, one after another or at once. */
    @FunctionalInterface
    interface Captured {

        /**
         * Runs code on this thread, once, with what was captured in force; then restores what was there before. An exception of the
         * code must pass through.
         */
        void run(Runnable code);

        /**
         * This context with another one inside it. The result runs the code exactly once, whatever the two do: their exceptions are
         * logged, and an exception of the code is thrown as it is.
         */
        default Captured and(Captured inner) {
            return GuardedContext.EMPTY.and(this).and(inner);
        }

        /** Nothing was captured: the code is run as it is. */
        static Captured nothing() {
            return GuardedContext.EMPTY;
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

    /**
     * A carrier that cannot harm the code that it is used for: it never throws, and what it captures runs the code exactly once. The
     * client guards its carrier; {@link #detected()} and {@link #and} are guarded.
     */
    default ContextCarrier guarded() {
        return new CarrierList(List.of(this));
    }

    /** Carries the context of both. If one of them throws, the other is still in force. */
    default ContextCarrier and(ContextCarrier other) {
        return new CarrierList(List.of(this, Objects.requireNonNull(other, "other")));
    }
}
