package dev.sluice.test.peer;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The threads that there are, virtual ones too. For tests that promise to leave none behind. */
public final class Threads {
    private static final Pattern NAME = Pattern.compile("^#\\d+ \"([^\"]*)\"", Pattern.MULTILINE);

    private Threads() {}

    /** The names of all live threads that begin like one of these. Takes a thread dump: some milliseconds. */
    public static List<String> named(String... prefixes) {
        try {
            Path directory = Files.createTempDirectory("threads");
            Path dump = directory.resolve("dump.txt");
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
                return NAME.matcher(Files.readString(dump))
                        .results()
                        .map(match -> match.group(1))
                        .filter(name -> Arrays.stream(prefixes).anyMatch(name::startsWith))
                        .toList();
            } finally {
                Files.deleteIfExists(dump);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
