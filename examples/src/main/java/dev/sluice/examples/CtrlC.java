package dev.sluice.examples;

import java.util.function.BooleanSupplier;
import sun.misc.Signal;

/**
 * What Ctrl-C does. The JDK has had {@code sun.misc.Signal} for this since ever, supported it never and removed it never;
 * where a JVM refuses, Ctrl-C ends the program as always.
 */
final class CtrlC {
    private CtrlC() {}

    /** Asks the handler at each Ctrl-C; ends the program if it has nothing to stop. */
    static void asks(BooleanSupplier handler) {
        try {
            Signal.handle(new Signal("INT"), signal -> {
                if (!handler.getAsBoolean()) {
                    System.exit(130); // as a shell reports a program that Ctrl-C ended
                }
            });
        } catch (IllegalArgumentException e) {
            System.err.println("Ctrl-C will end the program: " + e.getMessage());
        }
    }
}
