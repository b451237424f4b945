package dev.sluice.internal;

import org.jspecify.annotations.Nullable;

/**
 * Several pieces of the caller's code, each of which has its turn though another one throws. What the first threw is thrown
 * in the end, with what others threw suppressed in it.
 */
public final class CallbackErrors {
    private @Nullable Throwable failure;

    /** Runs one of them. */
    public void run(Runnable code) {
        try {
            code.run();
        } catch (Throwable e) {
            if (failure == null) {
                failure = e;
            } else if (!failure.equals(e)) { // nothing may suppress itself
                failure.addSuppressed(e);
            }
        }
    }

    /** What the first threw; null if nobody has. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Throws what the first threw, as it is: callers in other languages throw checked exceptions too. */
    public void throwFirst() {
        if (failure != null) {
            CallbackErrors.<RuntimeException>rethrow(failure);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable e) throws E {
        throw (E) e;
    }
}
