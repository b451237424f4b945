package dev.sluice.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A way to a port of this machine that can be slow, can be cut, and can lose an answer. */
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int delay;
    private volatile @Nullable String unanswered;
    private volatile @Nullable String held;
    private volatile CountDownLatch release = new CountDownLatch(0);

    TcpProxy(int target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** How many milliseconds everything takes, in each direction, from now on. */
    void delay(int millis) {
        delay = millis;
    }

    /** Ends the connection of the next request with this in it once the answer is there, instead of the answer. */
    void loseAnswerTo(String request) {
        unanswered = request;
    }

    /** Holds the answer to the next request with this in it until the latch is open. */
    void holdAnswerTo(String request, CountDownLatch until) {
        release = until;
        held = request;
    }

    /** Whether an answer is still to be lost. */
    boolean losesAnswer() {
        return unanswered != null;
    }

    /** Ends all connections. */
    void cut() {
        open.forEach(TcpProxy::close);
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), target);
                server.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
                open.add(client);
                open.add(server);
                var lost = new AtomicBoolean();
                var waits = new AtomicBoolean();
                Thread.ofVirtual()
                        .start(() -> carry(client, server, request -> {
                            var lose = unanswered;
                            if (lose != null && request.contains(lose)) {
                                unanswered = null;
                                lost.set(true);
                            }
                            var hold = held;
                            if (hold != null && request.contains(hold)) {
                                held = null;
                                waits.set(true);
                            }
                            return true;
                        }));
                Thread.ofVirtual()
                        .start(() -> carry(server, client, answer -> {
                            if (waits.get()) {
                                release.await();
                            }
                            return !lost.get();
                        }));
            }
        } catch (IOException over) {
            // it is closed
        }
    }

    private interface Gate {
        boolean passes(String message) throws InterruptedException;
    }

    private void carry(Socket from, Socket to, Gate gate) {
        try (from;
                to) {
            var buffer = new byte[64 * 1024];
            for (int read = from.getInputStream().read(buffer);
                    read >= 0 && gate.passes(new String(buffer, 0, read, ISO_8859_1));
                    read = from.getInputStream().read(buffer)) {
                Thread.sleep(delay);
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException over) {
            // it was cut
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
