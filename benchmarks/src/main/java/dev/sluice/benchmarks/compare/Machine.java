package dev.sluice.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the figures were measured on, and which versions. */
final class Machine {
    private static final Path CPUS = Path.of("/proc/cpuinfo");

    private Machine() {}

    static String describe() throws IOException {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                "%d × %s, %.0f GB, %s %s, %s %s",
                Runtime.getRuntime().availableProcessors(),
                cpu(),
                system.getTotalMemorySize() / 1e9,
                System.getProperty("os.name"),
                System.getProperty("os.version").replaceAll("[^0-9.].*", ""),
                System.getProperty("java.vendor.version", System.getProperty("java.vendor")),
                "(" + Runtime.version().feature() + ")");
    }

    private static String cpu() throws IOException {
        if (!Files.exists(CPUS)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(CPUS)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(System.getProperty("os.arch"));
        }
    }

    /** The peers' versions, from the names of their jars, and what Node says. */
    static String versions() throws IOException {
        return Stream.of("anthropic-java", "langchain4j-anthropic", "okhttp-sse", "okhttp-eventsource")
                        .map(name -> name + " " + version(name))
                        .collect(Collectors.joining(", "))
                + Node.version().map(version -> ", " + version).orElse("");
    }

    private static String version(String artifact) {
        Matcher jar = Pattern.compile("/" + artifact + "-([0-9][^/" + File.pathSeparator + "]*)\\.jar")
                .matcher(System.getProperty("java.class.path").replace('\\', '/'));
        return jar.find() ? jar.group(1) : "of an unknown version";
    }
}
