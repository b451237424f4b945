package dev.sluice.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import redis.embedded.core.ExecutableProvider;

/**
 * The redis-server that the tests run: the one on the PATH, or else the one that a dependency carries for this system. One
 * that does not start, or is older than 6.2, does not count.
 */
final class RedisProgram {
    /** Read by the build, which prints it among its last lines and then does not ask for this module's coverage. */
    private static final Path NOTE = Path.of("target", "skipped-tests", "redis.txt");

    private static final String WHY =
            "This machine cannot run the redis-server that the build brings along, and has none of"
                    + " version 6.2 or newer on the PATH.";
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)");
    private static final Optional<Path> PROGRAM = find();

    private RedisProgram() {}

    /** The program; without one the test is skipped, and the build says so. */
    static Path require() {
        try {
            if (PROGRAM.isPresent()) {
                Files.deleteIfExists(NOTE);
            } else {
                Files.createDirectories(NOTE.getParent());
                Files.writeString(
                        NOTE, "Tests that need Redis were skipped. " + WHY + " Install redis-server to run them.\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Assumptions.assumeTrue(PROGRAM.isPresent(), WHY);
        return PROGRAM.orElseThrow();
    }

    private static Optional<Path> find() {
        return installed()
                .filter(RedisProgram::runs)
                .findFirst()
                .or(() -> embedded().filter(RedisProgram::runs));
    }

    private static Stream<Path> installed() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable);
    }

    private static Optional<Path> embedded() {
        try {
            return Optional.of(ExecutableProvider.newJarResourceProvider().get().toPath());
        } catch (IOException | RuntimeException noneForThisSystem) {
            return Optional.empty();
        }
    }

    /** Whether it starts on this machine, and is new enough. */
    private static boolean runs(Path program) {
        try {
            var process = new ProcessBuilder(List.of(program.toString(), "--version"))
                    .redirectErrorStream(true)
                    .start();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            Matcher version =
                    VERSION.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return version.find()
                    && Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2)) >= 602;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
