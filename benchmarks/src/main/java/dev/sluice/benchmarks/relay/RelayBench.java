package dev.sluice.benchmarks.relay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * What the relay costs: how late a word is at a thousand browsers that are told ten a second each, how much memory a browser
 * holds that waits, and how late the first word of a run is.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.relay.RelayBench}
 */
public final class RelayBench {
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);
    private static final int BROWSERS = 1_000;
    private static final int RATE = 10;
    private static final int IDLE = 5_000;
    private static final int FIRST_WORDS = 500;

    private RelayBench() {}

    /** Runs {@code load}, {@code idle} or {@code first}, or all three, and prints the figures. */
    public static void main(String[] args) throws Exception {
        List<String> asked = args.length == 0 ? List.of("load", "idle", "first") : List.of(args);
        for (String one : asked) {
            switch (one) {
                case "load" -> load();
                case "idle" -> idle();
                case "first" -> firstWords();
                default -> throw new IllegalArgumentException(one + ": there are load, idle and first");
            }
        }
        Runtime.getRuntime().halt(0); // the browsers do not say goodbye
    }

    private static void load() throws Exception {
        try (var host = new Host()) {
            var late = new ConcurrentHistogram(1_000, LONGEST, 3);
            var measuring = new boolean[1];
            var failed = new AtomicInteger();
            for (int i = 0; i < BROWSERS; i++) {
                Thread.startVirtualThread(() -> {
                    try (Browser browser = Browser.start(host.port, RATE)) {
                        browser.listen(said -> {
                            if (measuring[0]) {
                                late.recordValue(Math.max(0, System.nanoTime() - said));
                            }
                        });
                    } catch (IOException e) {
                        failed.incrementAndGet();
                    }
                });
                TimeUnit.MILLISECONDS.sleep(1);
            }
            TimeUnit.SECONDS.sleep(15);
            long[] before = host.look();
            long from = System.nanoTime();
            measuring[0] = true;
            TimeUnit.SECONDS.sleep(20);
            measuring[0] = false;
            double seconds = (System.nanoTime() - from) / 1e9;
            long[] after = host.look();
            System.out.printf(
                    Locale.ROOT,
                    "%,d browsers x %d words/s: %.1f %% delivered, %d failed, p50 %.2f ms, p99 %.2f ms, max %.1f ms,"
                            + " server %.2f cores, %.0f MB resident%n",
                    BROWSERS,
                    RATE,
                    late.getTotalCount() * 100.0 / (seconds * BROWSERS * RATE),
                    failed.get(),
                    late.getValueAtPercentile(50) / 1e6,
                    late.getValueAtPercentile(99) / 1e6,
                    late.getMaxValue() / 1e6,
                    (after[1] - before[1]) / 1e9 / seconds,
                    after[0] / 1e6);
        }
    }

    private static void idle() throws Exception {
        try (var host = new Host()) {
            for (int i = 0; i < 3_000; i++) { // so that the code is there, whoever waits
                Browser.start(host.port, 0).close();
            }
            Browser first = Browser.start(host.port, 0);
            var unused = first.next();
            TimeUnit.SECONDS.sleep(2);
            host.look();
            long[] before = host.look();
            List<Browser> browsers = new ArrayList<>();
            for (int i = 0; i < IDLE; i++) {
                Browser browser = Browser.watch(host.port, first);
                unused = browser.next();
                browsers.add(browser);
            }
            TimeUnit.SECONDS.sleep(3);
            host.look();
            long[] after = host.look();
            System.out.printf(
                    Locale.ROOT,
                    "%,d browsers that wait: %.1f KB resident each, of which %.1f KB are live heap%n",
                    browsers.size(),
                    (after[0] - before[0]) / 1e3 / browsers.size(),
                    (after[2] - before[2]) / 1e3 / browsers.size());
        }
    }

    private static void firstWords() throws Exception {
        try (var host = new Host()) {
            var late = new ConcurrentHistogram(1_000, LONGEST, 3);
            for (int i = -FIRST_WORDS; i < FIRST_WORDS; i++) {
                try (Browser browser = Browser.start(host.port, 0)) {
                    long said = browser.next();
                    if (i >= 0) {
                        late.recordValue(Math.max(0, System.nanoTime() - said));
                    }
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "the first word of a run: p50 %.2f ms late, p99 %.2f ms%n",
                    late.getValueAtPercentile(50) / 1e6,
                    late.getValueAtPercentile(99) / 1e6);
        }
    }

    /** The server's process. */
    private static final class Host implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        private final Writer in;
        final int port;

        Host() throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-XX:+UseSerialGC",
                            "-Xmn16m", // else what is resident is what has been allocated since
                            "-XX:MinHeapFreeRatio=5", // what a collection frees is given back, or it would be counted
                            "-XX:MaxHeapFreeRatio=10",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                            "-cp",
                            System.getProperty("java.class.path"),
                            RelayHost.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            out = process.inputReader();
            in = process.outputWriter();
            port = Integer.parseInt(out.readLine());
        }

        /** Resident bytes, nanoseconds of CPU used, and bytes of live heap. */
        long[] look() throws IOException {
            in.write("look\n");
            in.flush();
            String[] figures = out.readLine().split(" ");
            return Arrays.stream(figures).mapToLong(Long::parseLong).toArray();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
