package dev.sluice.examples;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.control.StreamException;
import dev.sluice.examples.tools.Calculator;
import dev.sluice.examples.tools.ReadFile;
import dev.sluice.message.MessageRequest;
import dev.sluice.stream.LlmClient;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolContext;
import dev.sluice.tools.ToolLoop;
import dev.sluice.tools.ToolOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/**
 * Tools at work: the model speaks, calls three of them at once, and answers with what they found. On a terminal each call has
 * a bar that moves while the words go on; in a pipe it has lines.
 */
public final class ToolsDemo {
    private static final String QUESTION = "Can a barge that draws 1.8 m pass the mill gate today?";
    private static final String LOG = "gate.log";
    private static final int STEPS = 25;

    private ToolsDemo() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException {
        Demo demo = Demo.of(args);
        String question = demo.wordsOr(QUESTION);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(2048)
                .system("You keep a mill gate. Its log is the file " + LOG + ".")
                .user(question)
                .build();
        Path folder = Files.createTempDirectory("mill-gate");
        try (LlmClient client = demo.client();
                ToolLoop run = client.run(request, ReadFile.below(withLog(folder)), sound(), Calculator.tool())) {
            System.out.println("> " + question + "\n");
            RunView view = RunView.on(System.out);
            for (RunEvent event : run) {
                view.show(event);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%n%d tokens read, %d written, in %d turns%n",
                    run.usage().totalInputTokens(),
                    run.usage().outputTokens(),
                    run.turns());
        } catch (StreamException e) {
            System.out.println();
            System.err.println(e.getMessage());
            System.exit(1);
        } finally {
            Files.deleteIfExists(folder.resolve(LOG));
            Files.deleteIfExists(folder);
        }
    }

    /** A tool that takes its time, and says how far it is. */
    private static Tool sound() {
        return Tool.of("sound", "Measures how deep a pool at the gate is", Pool.class, ToolsDemo::measure);
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
