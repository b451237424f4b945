package dev.sluice.relay.jetty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A network that cuts each connection within the event after so many. */
final class CuttingProxy implements AutoCloseable {
    /** How many connections it cut. */
    final AtomicInteger cuts = new AtomicInteger();

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final int events;
    private final int more;

    /** Cuts after {@code events} and {@code more} bytes of the next. */
    CuttingProxy(int target, int events, int more) throws IOException {
        this.target = target;
        this.events = events;
        this.more = more;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> carry(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void carry(Socket client) {
        try (client;
                var there = new Socket(InetAddress.getLoopbackAddress(), target)) {
            Thread.ofVirtual().start(() -> {
                try {
                    client.getInputStream().transferTo(there.getOutputStream());
                } catch (IOException e) {
                    // one of them is gone
                }
            });
            back(there.getInputStream(), client.getOutputStream());
        } catch (IOException e) {
            // one of them is gone
        }
    }

    private void back(InputStream from, OutputStream to) throws IOException {
        int seen = 0;
        int rest = more;
        int before = 0;
        for (int b = from.read(); b >= 0; b = from.read()) {
            to.write(b);
            if (seen == events && rest-- == 0) {
                cuts.incrementAndGet();
                return;
            }
            seen += b == '\n' && before == '\n' && seen < events ? 1 : 0;
            before = b;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
