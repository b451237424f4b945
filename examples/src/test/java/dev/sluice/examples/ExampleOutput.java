package dev.sluice.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs an example and keeps what it prints. */
final class ExampleOutput {
    private ExampleOutput() {}

    /** An example's {@code main}. */
    interface Example {
        void main(String... args) throws Exception;
    }

    static String by(Example example, String... args) throws Exception {
        PrintStream terminal = System.out;
        var printed = new ByteArrayOutputStream();
        try (var out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            example.main(args);
        } finally {
            System.setOut(terminal);
        }
        return printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
