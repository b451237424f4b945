package dev.sluice.transport.apache;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import dev.sluice.transport.TransportRequest;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * What a transport costs: the table of {@code docs/transport.md}. No test and not run with them; the command is on that
 * page. Server and client share the process, so a bare socket, which only finds the end of the head, is the floor to
 * compare with.
 */
class TransportCosts {
    private static final int EVENT = 128;
    private static final int EVENTS = 100_000_000 / EVENT;
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int STREAMS = Integer.getInteger("streams", 2_000);
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** Opens a body to be read. */
    private interface Client extends Closeable {
        InputStream open(URI uri) throws Exception;

        @Override
        void close();
    }

    private static final Map<String, java.util.function.Supplier<Client>> CLIENTS = Map.of(
            "socket", BareSocket::new,
            "jdk", () -> new Transport(JdkHttpTransport.create()),
            "apache", () -> new Transport(ApacheHttpTransport.create()));

    private record Transport(HttpTransport transport) implements Client {
        @Override
        public InputStream open(URI uri) throws Exception {
            return transport
                    .open(new TransportRequest("GET", uri, Map.of(), new byte[0]))
                    .body();
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    private static final class BareSocket implements Client {
        private final List<Socket> sockets = new ArrayList<>();

        @Override
        public InputStream open(URI uri) throws Exception {
            var socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
            sockets.add(socket);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(US_ASCII));
            InputStream in = socket.getInputStream();
            for (int matched = 0; matched < 4; ) {
                matched = in.read() == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
            }
            return in;
        }

        @Override
        public void close() {
            for (Socket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Test
    void idleStreams() throws Exception {
        for (String name : List.of("socket", "jdk", "apache", "socket", "jdk", "apache")) {
            try (var peer = ScriptedPeer.serving(
                            Script.stream().sse("event: ping\n\n").stall());
                    Client client = CLIENTS.get(name).get()) {
                var read = new CountDownLatch(STREAMS);
                var threads = new ArrayList<Thread>();
                long before = heap();
                for (int i = 0; i < STREAMS; i++) {
                    InputStream body = client.open(peer.uri("/"));
                    threads.add(Thread.startVirtualThread(() -> idle(body, read)));
                }
                read.await();
                peer.forgetRequests();
                long after = heap();
                System.out.printf(
                        "%-8s %,9d bytes of heap per idle stream (load %.1f)%n",
                        name, (after - before) / STREAMS, SYSTEM.getSystemLoadAverage());
                client.close();
                for (Thread thread : threads) {
                    thread.interrupt();
                    thread.join();
                }
            }
        }
    }

    private static void idle(InputStream body, CountDownLatch read) {
        byte[] buffer = new byte[64];
        try {
            int got = body.read(buffer); // the one event, or its chunk's head
            read.countDown();
            while (got >= 0) {
                got = body.read(buffer);
            }
        } catch (IOException ended) {
            read.countDown();
        }
    }

    @Test
    void drainedBytes() throws Exception {
        for (int perChunk : new int[] {1, 100}) {
            var best = new java.util.TreeMap<String, long[]>();
            try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                Thread.startVirtualThread(() -> serve(server, perChunk));
                var uri = URI.create("http://localhost:" + server.getLocalPort() + "/");
                for (int round = 0; round < ROUNDS + 2; round++) {
                    for (String name : List.of("socket", "jdk", "apache")) {
                        long[] cost = drain(CLIENTS.get(name).get(), uri);
                        if (round >= 2) {
                            best.merge(name, cost, (a, b) -> new long[] {Math.min(a[0], b[0]), Math.min(a[1], b[1])});
                        }
                    }
                }
            }
            best.forEach((name, cost) -> System.out.printf(
                    "%-8s %d events a chunk: %d ns wall, %d ns CPU per event, server included (load %.1f)%n",
                    name, perChunk, cost[0] / EVENTS, cost[1] / EVENTS, SYSTEM.getSystemLoadAverage()));
        }
    }

    private static long[] drain(Client client, URI uri) throws Exception {
        try (client) {
            long wall = System.nanoTime();
            long cpu = SYSTEM.getProcessCpuTime();
            var reader = Thread.ofVirtual().start(() -> {
                byte[] buffer = new byte[8 << 10];
                try (InputStream body = client.open(uri)) {
                    while (body.read(buffer) >= 0) {}
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            reader.join();
            return new long[] {System.nanoTime() - wall, SYSTEM.getProcessCpuTime() - cpu};
        }
    }

    /** Writes all events to each client in turn, 16 KB at a time. */
    private static void serve(ServerSocket server, int perChunk) {
        byte[] head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".getBytes(US_ASCII);
        int chunks = Math.max(1, (16 << 10) / EVENT / perChunk);
        var piece = new ByteArrayOutputStream();
        for (int i = 0; i < chunks; i++) {
            piece.writeBytes((Integer.toHexString(EVENT * perChunk) + "\r\n").getBytes(US_ASCII));
            piece.writeBytes(new byte[EVENT * perChunk]);
            piece.writeBytes("\r\n".getBytes(US_ASCII));
        }
        byte[] bytes = piece.toByteArray();
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    var unused = socket.getInputStream().read(new byte[4096]);
                    OutputStream out = socket.getOutputStream();
                    out.write(head);
                    for (long left = EVENTS; left > 0; left -= (long) chunks * perChunk) {
                        out.write(bytes);
                    }
                    out.write("0\r\n\r\n".getBytes(US_ASCII));
                }
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private static long heap() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(200);
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
