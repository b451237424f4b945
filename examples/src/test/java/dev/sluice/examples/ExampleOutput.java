package dev.sluice.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs an example and keeps what it prints. */
final class ExampleOutput {
    /** What {@code ErrorsAndPartials} prints of the faults that end in the same way with every provider. */
    static final String[] FAULTS_OF_ALL_PROVIDERS = {
        "STALL", "TimedOut, phase stall",
        "SILENT", "TimedOut, phase idle",
        "CUT", "ConnectionFailed",
        "RESET", "ConnectionFailed",
        "GARBAGE", "ProtocolError",
        "BROKEN_CHUNK", "ConnectionFailed",
        "HALF_CLOSE", "Truncated"
    };

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
