package dev.sluice.benchmarks.compare;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.client.Sink;
import dev.sluice.benchmarks.client.StreamClient;
import org.HdrHistogram.Histogram;

/** One short stream after the other: how long each took to its first text. Arguments: client, address, streams. */
final class FirstTextRow {
    /** Times the streams that count: the JVM compiles for good what has run some ten thousand times. */
    private static final int WARM_UP = 4;

    private FirstTextRow() {}

    /** Runs the row, after several times as many streams that do not count. */
    public static void main(String[] args) throws Exception {
        StreamClient client = Client.valueOf(args[0]).open(args[1]);
        int streams = Integer.parseInt(args[2]);
        run(client, WARM_UP * streams);
        Histogram times = run(client, streams);
        Processes.print("p50", times.getValueAtPercentile(50) / 1e6);
        Processes.print("p99", times.getValueAtPercentile(99) / 1e6);
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static Histogram run(StreamClient client, int streams) throws Exception {
        var times = new Histogram(3);
        for (int i = 0; i < streams; i++) {
            var first = new First();
            long start = System.nanoTime();
            client.stream(first);
            times.recordValue(first.at - start);
        }
        return times;
    }

    /** Notes when the first text came. */
    private static final class First implements Sink {
        private volatile long at;

        @Override
        public void text(String text) {
            if (at == 0) {
                at = System.nanoTime();
            }
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            for (int i = 0; at == 0 && i < length; i++) {
                if (buffer[i] == '_' && i + 6 <= length && new String(buffer, i, 6, US_ASCII).equals("_delta")) {
                    at = System.nanoTime();
                }
            }
        }
    }
}
