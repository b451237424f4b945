package dev.sluice.internal;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs several callbacks of the caller, each of them even if another one throws. The first exception is thrown at the
 * end, with the others suppressed in it.
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

    /** A listener that calls two, one after the other, and throws as said. */
    public static <T> Consumer<T> inOrder(Consumer<? super T> first, Consumer<? super T> second) {
        return event -> {
            var callbacks = new CallbackErrors();
            callbacks.run(() -> first.accept(event));
            callbacks.run(() -> second.accept(event));
            callbacks.throwFirst();
        };
    }

    /** The first exception; null if there is none. */
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
