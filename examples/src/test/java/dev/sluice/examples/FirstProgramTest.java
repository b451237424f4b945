package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.server.DemoServer;
import dev.sluice.test.server.Pace;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's first program compiles and runs as it is pasted, imports included. */
class FirstProgramTest {
    private static final Path README = Path.of(System.getProperty("readme", "../README.md"));

    @Test
    @Timeout(value = 60, unit = SECONDS)
    void itRunsAsPasted(@TempDir Path folder) throws Exception {
        String program = ReadmeTest.regions(README, "```java\n(import .*?)```").getFirst();
        Path file = Files.writeString(folder.resolve("Rivers.java"), program);
        Path output = folder.resolve("output");
        try (var server = DemoServer.start(Pace.brisk(), 9)) {
            var java = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            java.environment().put("ANTHROPIC_API_KEY", "any");
            java.environment().put("ANTHROPIC_BASE_URL", server.uri().toString());
            assertThat(java.start().waitFor()).as(output.toString()).isZero();
        }
        assertThat(output).content().contains("river").containsPattern("\n[1-9]\\d* tokens\n$");
    }
}
