package dev.sluice.benchmarks.compare;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.sluice.benchmarks.client.Client;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Many streams at once that say little each: how late a word is, and what it takes to wait for it.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.compare.ConcurrencyBench -Dargs="quick sluice"}
 */
public final class ConcurrencyBench {

    /** So many streams with so many events per second. */
    record Crowd(int streams, int perSecond) {
        @Override
        public String toString() {
            return "crowd-" + streams + "x" + perSecond;
        }
    }

    static final List<Crowd> CROWDS = List.of(new Crowd(1_000, 10), new Crowd(10_000, 1));

    private ConcurrencyBench() {}

    /** Runs the bench and keeps its figures for {@link Report}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var options = Options.of(args);
        Results results = Results.load();
        run(options, results);
        results.save();
    }

    static void run(Options options, Results results) throws IOException, InterruptedException {
        results.began("crowd", options);
        System.out.printf(
                "%-16s %-16s %7s %6s %8s %8s %9s %6s %8s %8s %8s%n",
                "crowd", "client", "served", "%", "p50 ms", "p99 ms", "max ms", "cores", "RSS KB", "heap KB",
                "threads");
        for (Crowd crowd : CROWDS) {
            if (!enoughFiles(crowd)) {
                continue;
            }
            for (Client client : Client.ONE_OF_EACH) {
                if (options.has(client)) {
                    Map<String, Double> row = row(client, crowd, options);
                    if (!row.isEmpty()) {
                        results.put(crowd + "." + client, row);
                        print(crowd, client, row);
                    }
                }
            }
        }
    }

    /** Each has a server of its own, for the streams of the one before die slowly. */
    private static Map<String, Double> row(Client client, Crowd crowd, Options options)
            throws IOException, InterruptedException {
        try (Processes processes = Processes.withServer()) {
            return Processes.run(
                    client,
                    ConcurrencyRow.class,
                    List.of(
                            processes.url(),
                            Integer.toString(crowd.streams()),
                            Integer.toString(crowd.perSecond()),
                            options.quick() ? "2" : "10",
                            options.quick() ? "3" : "20"));
        }
    }

    /** Client and server need a file descriptor for each stream, and the JVM some for itself. */
    private static boolean enoughFiles(Crowd crowd) {
        long needed = crowd.streams() + 200L;
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                && unix.getMaxFileDescriptorCount() < needed) {
            System.err.println(crowd + " is left out: it needs " + needed + " open files, and a process may have "
                    + unix.getMaxFileDescriptorCount() + "; raise it with \"ulimit -n " + needed + "\"");
            return false;
        }
        return true;
    }

    private static void print(Crowd crowd, Client client, Map<String, Double> row) {
        System.out.printf(
                Locale.ROOT,
                "%-16s %-16s %,7.0f %6.1f %8.2f %8.2f %9.2f %6.2f %8.1f %8.1f %8.0f%n",
                crowd,
                client.label(),
                row.get("served"),
                100 * row.get("delivered"),
                row.get("p50"),
                row.get("p99"),
                row.get("max"),
                row.get("cores"),
                row.get("rss") / 1024,
                row.get("heap") / 1024,
                row.getOrDefault("threads", Double.NaN));
    }
}
