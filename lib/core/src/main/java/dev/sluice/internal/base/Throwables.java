package dev.sluice.internal.base;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes and logs what code of the caller's threw. Its {@code getMessage} and {@code toString} are the caller's code too and
 * may throw; nothing here does.
 */
public final class Throwables {
    private Throwables() {}

    /** The message; if there is none, or it cannot be read, the simple name of the class. */
    public static String message(Throwable e) {
        try {
            @Nullable String message = e.getMessage();
            return message == null ? e.getClass().getSimpleName() : message;
        } catch (Throwable unreadable) {
            return e.getClass().getSimpleName();
        }
    }

    /** As {@link Throwable#toString}; only the name of the class if that cannot be read. */
    public static String describe(Throwable e) {
        try {
            return e.toString();
        } catch (Throwable unreadable) {
            return e.getClass().getName();
        }
    }

    /** Logs a warning of a class with the stack trace; with the name of the class alone if the logger fails at the throwable. */
    public static void warn(Class<?> by, String what, Throwable e) {
        Logger log = LoggerFactory.getLogger(by);
        try {
            log.warn(what, e);
        } catch (Throwable unreadable) {
            log.warn("{}: {}, whose message cannot be read", what, e.getClass().getName());
        }
    }
}
