package dev.sluice.examples;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.examples.tools.Calculator;
import dev.sluice.examples.tools.ReadFile;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolContext;
import dev.sluice.tools.ToolOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/** A mill gate to ask about: its log in a folder of its own, and tools that read it, measure and calculate. */
final class MillGate implements AutoCloseable {
    private static final String LOG = "gate.log";
    private static final int STEPS = 25;

    static final String QUESTION = "Can a barge that draws 1.8 m pass the mill gate today?";
    /** What else one may begin with. */
    static final String[] QUESTIONS = {
        QUESTION,
        "How deep is the upper pool?",
        "What does the gate's log say?",
        "What is backpressure?",
        "Tell me a long story"
    };

    static final String SYSTEM = "You keep a mill gate. Its log is the file " + LOG + ".";

    private final Path folder;

    private MillGate(Path folder) {
        this.folder = folder;
    }

    static MillGate open() throws IOException {
        return new MillGate(withLog(Files.createTempDirectory("mill-gate")));
    }

    /** What the model may call. */
    Tool[] tools() {
        return new Tool[] {ReadFile.below(folder), sound(), Calculator.tool()};
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder.resolve(LOG));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            System.err.println("The folder of the example is left behind: " + e.getMessage());
        }
    }

    /** A tool that takes its time, and says how far it is. */
    private static Tool sound() {
        return Tool.of("sound", "Measures how deep a pool at the gate is", Pool.class, MillGate::measure);
    }

    private static Object measure(Pool pool, ToolContext context) throws InterruptedException {
        boolean upper = pool.pool().contains("upper");
        if (!upper && !pool.pool().contains("lower")) {
            return ToolOutput.error("There is an upper pool and a lower pool, but no '" + pool.pool() + "'");
        }
        double depth = upper ? 2.41 : 2.12;
        for (int step = 1; step <= STEPS; step++) {
            Thread.sleep("brisk".equals(System.getProperty("demo.pace")) ? 5 : upper ? 110 : 75);
            context.progress(
                    String.format(Locale.ROOT, "the lead is at %.2f m", depth * step / STEPS), 100 * step / STEPS);
        }
        return depth + " m";
    }

    /** The tool's input. */
    record Pool(
            @JsonPropertyDescription("upper pool or lower pool")
            String pool) {}

    private static Path withLog(Path folder) throws IOException {
        var log = new StringBuilder();
        LocalDate day = LocalDate.of(2026, 3, 14);
        for (int ago = 150; ago >= 0; ago--) {
            log.append(day.minusDays(ago))
                    .append(" 06:00 gate open by ")
                    .append(20 + ago % 7 * 5)
                    .append(" cm\n");
        }
        Files.writeString(folder.resolve(LOG), log);
        return folder;
    }
}
