package dev.sluice.benchmarks.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Properties;

/** The figures of the latest runs, kept in a file of the build, by names such as {@code bulk-10000.SLUICE.events}. */
final class Results {
    private static final Path FILE = Project.benchmarks().resolve("target/results.properties");

    private final Properties figures = new Properties();

    private Results() {}

    /** What there is. */
    static Results load() throws IOException {
        var results = new Results();
        if (Files.exists(FILE)) {
            try (var in = Files.newBufferedReader(FILE)) {
                results.figures.load(in);
            }
        }
        return results;
    }

    void put(String row, Map<String, Double> measured) {
        figures.keySet().removeIf(key -> key.toString().startsWith(row + "."));
        measured.forEach((name, value) -> figures.setProperty(row + "." + name, value.toString()));
    }

    /** Notes when a part of the benches began, and how busy the machine was before it did. */
    void began(String part, Options options) {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        figures.setProperty(
                "began." + part,
                "%s UTC, load average %.2f at the start%s"
                        .formatted(
                                LocalDateTime.now(ZoneOffset.UTC)
                                        .format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm")),
                                load,
                                options.quick() ? ", quick: rough figures" : ""));
    }

    /** When a part began; empty if it never did. */
    String began(String part) {
        return figures.getProperty("began." + part, "");
    }

    OptionalDouble get(String row, String name) {
        String value = figures.getProperty(row + "." + name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value));
    }

    void save() throws IOException {
        try (var out = Files.newBufferedWriter(FILE)) {
            figures.store(out, null);
        }
    }
}
