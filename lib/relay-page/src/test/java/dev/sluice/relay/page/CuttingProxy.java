package dev.sluice.relay.page;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands everything on, but for the answer to a {@code POST} on a connection that was used before: when the server begins to
 * give it, the connection to the client is closed instead. A client sends a request again then.
 */
final class CuttingProxy implements AutoCloseable {
    /** How many such requests there were, and how many of them were not cut. */
    final AtomicInteger posts = new AtomicInteger();

    final AtomicInteger answered = new AtomicInteger();

    private final int server;
    private final ServerSocket listening;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    CuttingProxy(int server) throws IOException {
        this.server = server;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(listening);
        threads.execute(this::accept);
    }

    String address() {
        return "http://localhost:" + listening.getLocalPort() + "/";
    }

    private void accept() {
        try {
            while (true) {
                new Pair(listening.accept(), new Socket(InetAddress.getLoopbackAddress(), server)).begin();
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** A connection of a client's, and the one to the server that goes with it. */
    private final class Pair {
        private final Socket client;
        private final Socket upstream;
        private volatile boolean cut;

        Pair(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
            open.add(client);
            open.add(upstream);
        }

        void begin() {
            threads.execute(this::requests);
            threads.execute(this::answers);
        }

        /** What is read at once begins with a request, or goes on with one: a browser sends the next when it has its answer. */
        private void requests() {
            try (client;
                    upstream) {
                InputStream in = client.getInputStream();
                OutputStream out = upstream.getOutputStream();
                var bytes = new byte[1 << 16];
                boolean used = false;
                for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
                    if (new String(bytes, 0, n, StandardCharsets.ISO_8859_1).startsWith("POST ")) {
                        posts.incrementAndGet();
                        cut = used;
                        if (!cut) {
                            answered.incrementAndGet();
                        }
                    }
                    used = true;
                    out.write(bytes, 0, n);
                }
            } catch (IOException e) {
                // as good as its end
            }
        }

        private void answers() {
            try (client;
                    upstream) {
                InputStream in = upstream.getInputStream();
                OutputStream out = client.getOutputStream();
                var bytes = new byte[1 << 16];
                for (int n = in.read(bytes); n > 0 && !cut; n = in.read(bytes)) {
                    out.write(bytes, 0, n);
                }
            } catch (IOException e) {
                // as good as its end
            }
        }
    }

    @Override
    public void close() {
        for (Closeable each : open) {
            try {
                each.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        threads.shutdownNow();
    }
}
