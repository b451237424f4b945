package dev.sluice.benchmarks.relay;

import dev.sluice.relay.Quota;
import dev.sluice.relay.Relay;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The server: a relay on Jetty whose model says the time, as often as the request's {@code rate} asks for in a second, and
 * after the first word nothing if that is 0. Prints its port; for each line it reads it prints its resident memory and the CPU
 * time it has used, and its live heap, and at the end of its input it stops.
 */
final class RelayHost {
    private static final Quota UNBOUNDED = new Quota(1_000_000, 1_000_000, 1_000_000);

    private RelayHost() {}

    /** Serves. */
    public static void main(String[] args) throws IOException {
        Relay relay = Relay.builder()
                .idleTimeout(Duration.ZERO)
                .streams(UNBOUNDED)
                .watchers(UNBOUNDED)
                .build();
        RelayEndpoint endpoint = RelayEndpoint.builder(relay, RelayHost::clock)
                .startLimit(1_000_000, Duration.ofMinutes(1))
                .sockets(UNBOUNDED)
                .build();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (JettyRelay server = JettyRelay.start(endpoint, 0)) {
            System.out.println(server.port());
            while (in.readLine() != null) {
                System.gc();
                System.out.println(resident() + " " + cpuNanos() + " " + liveHeap());
            }
        }
    }

    private static SpeakingClock clock(StartRequest request) {
        return new SpeakingClock(request.body().get("rate") instanceof Number rate ? rate.intValue() : 1);
    }

    private static long resident() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String rss =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return 1024 * Long.parseLong(rss.replaceAll("\\D", ""));
        }
    }

    private static long liveHeap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
