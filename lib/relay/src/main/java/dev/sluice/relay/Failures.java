package dev.sluice.relay;

import org.slf4j.Logger;

/** Logs exceptions of the application's code. */
final class Failures {
    private Failures() {}

    /** Logs a warning with a failure, or with its class only if it cannot say what it is. Does not throw. */
    static void warn(Logger log, String message, Throwable failure) {
        try {
            log.warn(message, failure);
        } catch (Throwable e) {
            log.warn(
                    "{}: {}, which cannot be logged",
                    message,
                    failure.getClass().getName());
        }
    }

    /** A failure's message; its class if it has none, or throws instead. */
    static String message(Throwable failure) {
        try {
            String message = failure.getMessage();
            return message == null ? failure.getClass().getName() : message;
        } catch (Throwable e) {
            return failure.getClass().getName();
        }
    }
}
