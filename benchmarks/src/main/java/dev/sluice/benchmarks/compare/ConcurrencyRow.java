package dev.sluice.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.client.Sink;
import dev.sluice.benchmarks.client.StreamClient;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.benchmarks.wire.Stamp;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Many paced streams of one client in this process, each on a virtual thread. Arguments: client, address of the server,
 * streams, events per second of each, seconds to settle, seconds to measure.
 */
final class ConcurrencyRow {
    private static final int OPENED_PER_SECOND = 2_000;
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);

    private final ConcurrentHistogram latency = new ConcurrentHistogram(1_000, LONGEST, 3);
    private final AtomicInteger failed = new AtomicInteger();
    private final int streams;
    private volatile boolean measuring;

    private ConcurrencyRow(int streams) {
        this.streams = streams;
    }

    /** Runs the row, prints its figures and leaves without a goodbye to the streams. */
    public static void main(String[] args) throws Exception {
        var kind = Client.valueOf(args[0]);
        int streams = Integer.parseInt(args[2]);
        int perSecond = Integer.parseInt(args[3]);
        warmUp(kind.open(args[1] + new Shape(Shape.Kind.TINY, 200).path()));
        new ConcurrencyRow(streams)
                .run(
                        kind.open(args[1] + new Shape(Shape.Kind.PACED, perSecond).path()),
                        perSecond,
                        Double.parseDouble(args[4]),
                        Double.parseDouble(args[5]));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void warmUp(StreamClient client) throws Exception {
        for (int i = 0; i < 100; i++) {
            client.stream(text -> {});
        }
    }

    private void run(StreamClient client, int perSecond, double settle, double measure) throws Exception {
        double heapBefore = liveHeap();
        double rssBefore = rss();
        List<Listener> listeners = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < streams; i++) {
            var listener = new Listener();
            listeners.add(listener);
            Thread.startVirtualThread(() -> listen(client, listener));
            sleepUntil(start + TimeUnit.SECONDS.toNanos(1) * i / OPENED_PER_SECOND);
        }
        awaitAll(listeners, settle);
        sleepUntil(System.nanoTime() + (long) (settle * 1e9));

        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var threads = ManagementFactory.getThreadMXBean();
        threads.resetPeakThreadCount();
        long cpu = system.getProcessCpuTime();
        long from = System.nanoTime();
        measuring = true;
        sleepUntil(from + (long) (measure * 1e9));
        measuring = false;
        double seconds = (System.nanoTime() - from) / 1e9;
        Processes.print("cores", (system.getProcessCpuTime() - cpu) / 1e9 / seconds);
        Processes.print("threads", threads.getPeakThreadCount());
        Processes.print("rss", Math.max(0, rss() - rssBefore) / streams);
        Processes.print("heap", Math.max(0, liveHeap() - heapBefore) / streams);
        Processes.print(
                "opened", listeners.stream().filter(listener -> listener.opened).count());
        Processes.print(
                "served", listeners.stream().filter(listener -> listener.heard).count());
        Processes.print("failed", failed.get());
        Processes.print("delivered", latency.getTotalCount() / seconds / ((double) streams * perSecond));
        Processes.print("p50", latency.getValueAtPercentile(50) / 1e6);
        Processes.print("p99", latency.getValueAtPercentile(99) / 1e6);
        Processes.print("max", latency.getMaxValue() / 1e6);
    }

    private void listen(StreamClient client, Listener listener) {
        try {
            client.stream(listener);
        } catch (Exception e) {
            if (failed.getAndIncrement() == 0) {
                System.err.println("A stream failed: " + e);
            }
        }
    }

    /** Until every stream has spoken; not for ever, for some clients never get so far. */
    private static void awaitAll(List<Listener> listeners, double settle) throws InterruptedException {
        for (int i = 0; i < 3 * settle && !listeners.stream().allMatch(listener -> listener.opened); i++) {
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
    }

    /** Bytes of heap that are in use after a collection. */
    private static double liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Bytes of memory of this process that are resident; NaN where the system does not say so as Linux does. */
    private static double rss() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        try (var lines = Files.lines(status)) {
            String resident =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return 1024.0 * Long.parseLong(resident.replaceAll("\\D", ""));
        }
    }

    /** Compares the time at which a text was sent with now. */
    private final class Listener implements Sink {
        private volatile boolean opened;
        private volatile boolean heard;

        @Override
        public void text(String text) {
            long now = System.nanoTime();
            long sent = Stamp.read(text);
            if (!opened) {
                opened = true;
            }
            if (measuring && sent >= 0) {
                latency.recordValue(Math.min(Math.max(now - sent, 0), LONGEST));
                heard = true;
            }
        }
    }
}
