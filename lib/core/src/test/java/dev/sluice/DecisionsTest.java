package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The decisions name the tests that hold them, so those must be there. */
class DecisionsTest {
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`");

    static Stream<Path> decisions() throws IOException {
        try (Stream<Path> pages = Files.list(Path.of("../../docs/adr"))) {
            return pages.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("decisions")
    void everyTestThatADecisionNamesIsThere(Path decision) throws IOException {
        Map<String, Path> tests = testClasses();
        var named = TEST.matcher(Files.readString(decision));
        while (named.find()) {
            assertThat(tests).as(decision.toString()).containsKey(named.group(1));
            if (named.group(2) != null) {
                assertThat(tests.get(named.group(1))).content().contains(" " + named.group(2) + "(");
            }
        }
    }

    private static Map<String, Path> testClasses() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(DecisionsTest::testFiles)
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            Function.identity(),
                            (one, other) -> one));
        }
    }

    private static Stream<Path> testFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith("Test.java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
