package dev.sluice.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.client.Sink;
import dev.sluice.benchmarks.client.StreamClient;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * One client on one shape, one stream after the other, in this process. Arguments: client, address, events in a stream,
 * seconds of warm-up, rounds, seconds of a round.
 */
final class StreamRow {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** A busy machine is not warm after a time. */
    private static final int WARM_UP_EVENTS = 200_000;

    private final Client kind;
    private final StreamClient client;
    private final int events;

    private StreamRow(Client kind, String url, int events) {
        this.kind = kind;
        this.client = kind.open(url);
        this.events = events;
    }

    /** Runs the row and prints its medians. */
    public static void main(String[] args) throws Exception {
        var row = new StreamRow(Client.valueOf(args[0]), args[1], Integer.parseInt(args[2]));
        row.round(Double.parseDouble(args[3]), WARM_UP_EVENTS);
        int rounds = Integer.parseInt(args[4]);
        double[][] measured = new double[3][rounds];
        for (int i = 0; i < rounds; i++) {
            double[] round = row.round(Double.parseDouble(args[5]), 0);
            for (int figure = 0; figure < measured.length; figure++) {
                measured[figure][i] = round[figure];
            }
        }
        Processes.print("events", median(measured[0]));
        Processes.print("cpu", median(measured[1]));
        Processes.print("bytes", median(measured[2]));
        System.out.flush();
        Runtime.getRuntime().halt(0); // some leave threads behind that are no daemons
    }

    /**
     * Streams for a time; events per second, CPU nanoseconds per event and bytes allocated per event. The last two are of the
     * whole process, compilers and collector included. What virtual threads allocate counts for those that carry them.
     */
    private double[] round(double seconds, int atLeast) throws Exception {
        long cpu = SYSTEM.getProcessCpuTime();
        long bytes = THREADS.getTotalThreadAllocatedBytes();
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        long streamed = 0;
        do {
            var tally = new Tally();
            client.stream(tally);
            if (kind.knowsEvents() && (tally.texts < events || tally.characters < 8L * events)) {
                throw new IllegalStateException(tally.texts + " events with " + tally.characters + " characters");
            }
            streamed += events;
        } while (System.nanoTime() < end || streamed < atLeast);
        double wall = System.nanoTime() - start;
        return new double[] {
            streamed / (wall / 1e9),
            (double) (SYSTEM.getProcessCpuTime() - cpu) / streamed,
            (double) (THREADS.getTotalThreadAllocatedBytes() - bytes) / streamed
        };
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Counts. */
    private static final class Tally implements Sink {
        private long texts;
        private long characters;

        @Override
        public void text(String text) {
            texts++;
            characters += text.length();
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            characters += length;
        }
    }
}
