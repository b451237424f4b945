package dev.sluice.test.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * An HTTP/1.1 server on the loopback interface that does what its scripts say, well or badly behaved.
 *
 * <pre>{@code
 * try (var peer = ScriptedPeer.serving(Script.stream().sse(ClaudeWire.messageStart()).stall())) {
 *   ... peer.uri("/v1/messages") ...
 *   peer.awaitGone(Duration.ofSeconds(1));
 * }
 * }</pre>
 *
 * <p>Two virtual threads for each connection, one for accepting; all are gone when {@link #close()} returns. The waits
 * fail with an {@link AssertionError} that says what was there instead.
 */
public final class ScriptedPeer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerSocket server;
    private final String scheme;
    private final boolean reads;
    private final Function<ReceivedRequest, Script> scripts;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicLong written = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock(); // guards what follows
    private final Condition changed = lock.newCondition();
    private final List<ReceivedRequest> requests = new ArrayList<>();
    private final List<PeerConnection> open = new ArrayList<>();
    private int accepted;
    private boolean closing;

    private ScriptedPeer(ServerSocket server, String scheme, boolean reads, Function<ReceivedRequest, Script> scripts) {
        this.server = server;
        this.scheme = scheme;
        this.reads = reads;
        this.scripts = scripts;
        start("accept", this::accept);
    }

    /** A peer that does the first script for the first request and so on, and the last one for all that follow. */
    public static ScriptedPeer serving(Script... scripts) {
        return serving(inTurn(scripts));
    }

    /** A peer that asks for a script at each request's head, on the thread of its connection. */
    public static ScriptedPeer serving(Function<ReceivedRequest, Script> scripts) {
        return of(false, scripts);
    }

    /** A peer that asks for a script at each request, its body included, on the thread of its connection. */
    public static ScriptedPeer answering(Function<ReceivedRequest, Script> scripts) {
        return of(true, scripts);
    }

    private static ScriptedPeer of(boolean reads, Function<ReceivedRequest, Script> scripts) {
        try {
            var server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
            return new ScriptedPeer(server, "http", reads, scripts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #serving(Script...)}, for https. */
    public static ScriptedPeer servingTls(SSLContext tls, Script... scripts) {
        try {
            ServerSocket server =
                    tls.getServerSocketFactory().createServerSocket(0, 1024, InetAddress.getLoopbackAddress());
            return new ScriptedPeer(server, "https", false, inTurn(scripts));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An address where connecting takes for ever: its SYN is never answered. */
    public static UnreachablePeer unreachable() {
        return UnreachablePeer.start();
    }

    private static Function<ReceivedRequest, Script> inTurn(Script... scripts) {
        var next = new AtomicInteger();
        return request -> scripts[Math.min(next.getAndIncrement(), scripts.length - 1)];
    }

    /** The address of a path of this server's. */
    public URI uri(String path) {
        return URI.create(scheme + "://localhost:" + port() + path);
    }

    /** The port. */
    public int port() {
        return server.getLocalPort();
    }

    /** The requests so far. */
    public List<ReceivedRequest> requests() {
        return locked(() -> List.copyOf(requests));
    }

    /** The n-th request, counted from 1; waits for it. */
    public ReceivedRequest awaitRequest(int n) {
        await("request " + n, PATIENCE, () -> requests.size() >= n);
        return requests().get(n - 1);
    }

    /** Releases the requests so far, for a test that counts memory. */
    public void forgetRequests() {
        locked(() -> {
            requests.clear();
            return null;
        });
    }

    /** How many connections there have been. */
    public int connections() {
        return locked(() -> accepted);
    }

    /** How many connections are open now. */
    public int openConnections() {
        return locked(open::size);
    }

    /** How many bytes the system took, heads and framing included. */
    public long bytesWritten() {
        return written.get();
    }

    /** Waits until the peer has written so many bytes. */
    public void awaitWritten(long bytes) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (written.get() < bytes) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("waited for " + bytes + " bytes, there were " + written.get());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Waits until all clients have gone: FIN or RST, as soon as it is here. There must have been one. */
    public void awaitGone(Duration limit) {
        await("no connection", limit, () -> accepted > 0 && open.isEmpty());
    }

    /** Drops all connections and waits for the threads to end. */
    @Override
    public void close() {
        List<PeerConnection> left = locked(() -> {
            closing = true;
            return List.copyOf(open);
        });
        try {
            server.close();
            for (PeerConnection connection : left) {
                connection.close();
            }
            while (!threads.isEmpty()) { // a thread may have started another
                for (Thread thread : List.copyOf(threads)) {
                    thread.interrupt();
                    if (!thread.join(PATIENCE)) {
                        throw new AssertionError("still there: " + thread);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket = server.accept();
            PeerConnection connection = locked(() -> {
                try {
                    var next = new PeerConnection(++accepted, socket, written);
                    open.add(next);
                    changed.signalAll();
                    if (closing) {
                        next.close();
                    }
                    return next;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            start("read-" + connection.number, () -> read(connection));
        }
    }

    private void read(PeerConnection connection) throws IOException, InterruptedException {
        var work = new LinkedBlockingQueue<Script>();
        Thread writer = start("write-" + connection.number, () -> {
            while (true) {
                work.take().run(connection);
            }
        });
        try {
            ReceivedRequest head = connection.readHead();
            while (head != null) {
                ReceivedRequest asked = reads ? connection.readBody(head) : head;
                Script script = scripts.apply(asked);
                ReceivedRequest request = !reads && script.readsBody() ? connection.readBody(head) : asked;
                locked(() -> {
                    requests.add(request);
                    changed.signalAll();
                    return null;
                });
                work.add(script);
                if (!script.readsBody()) {
                    connection.stall();
                }
                head = connection.readHead();
            }
        } finally {
            locked(() -> {
                open.remove(connection);
                changed.signalAll();
                return null;
            });
            connection.close();
            writer.interrupt();
        }
    }

    /** Something that a thread of the peer's does until its connection breaks. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private Thread start(String name, Work work) {
        Thread thread = Thread.ofVirtual()
                .name("scripted-peer-" + server.getLocalPort() + "-" + name)
                .unstarted(() -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException clientGone) {
                        // the reader has seen it too, and noted it
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                });
        threads.add(thread);
        thread.start();
        return thread;
    }

    private void await(String what, Duration limit, BooleanSupplier condition) {
        boolean met = locked(() -> {
            long left = limit.toNanos();
            try {
                while (!condition.getAsBoolean() && left > 0) {
                    left = changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return condition.getAsBoolean();
        });
        if (!met) {
            throw new AssertionError("waited " + limit.toMillis() + " ms for " + what + "; there were " + connections()
                    + " connections, " + openConnections() + " open, "
                    + requests().size() + " requests");
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
