package dev.sluice.test.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A TCP proxy on the loopback interface that does something bad to most connections. A seed decides what happens to the
 * n-th one, so that a run can be repeated as far as the connections come in the same order.
 *
 * <p>Two virtual threads for each connection, one for accepting; all are gone when {@link #close()} returns.
 */
public final class FaultProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerSocket listening;
    private final int target;
    private final long seed;
    private final Set<FaultyConnection> open = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Map<Fault, LongAdder> done = new EnumMap<>(Fault.class);
    private volatile boolean closing;

    private FaultProxy(ServerSocket listening, int target, long seed) {
        this.listening = listening;
        this.target = target;
        this.seed = seed;
        for (Fault fault : Fault.values()) {
            done.put(fault, new LongAdder());
        }
        start("accept", this::accept);
    }

    /** A proxy in front of a port of this machine. */
    public static FaultProxy before(int port, long seed) {
        try {
            return new FaultProxy(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), port, seed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of a path behind this proxy. */
    public URI uri(String path) {
        return URI.create("http://localhost:" + listening.getLocalPort() + path);
    }

    /** How many connections are open now, on either side. */
    public int openConnections() {
        return open.size();
    }

    /** Each connection that is open now: its number, its fault and how far it is. */
    public List<String> describeOpen() {
        return open.stream().map(FaultyConnection::toString).sorted().toList();
    }

    /** How often each fault was met by a connection that came far enough to meet it. */
    public Map<Fault, Long> done() {
        Map<Fault, Long> counts = new EnumMap<>(Fault.class);
        done.forEach((fault, count) -> counts.put(fault, count.sum()));
        return counts;
    }

    /** Drops all connections and waits for the threads to end. */
    @Override
    public void close() {
        closing = true;
        try {
            listening.close();
            open.forEach(FaultyConnection::close);
            while (!threads.isEmpty()) { // a thread may have started another
                for (Thread thread : List.copyOf(threads)) {
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
        for (int number = 1; true; number++) {
            Socket client = listening.accept();
            FaultPlan plan = FaultPlan.of(seed, number);
            var connection = new FaultyConnection(number, plan, client, done.get(plan.fault()));
            open.add(connection);
            if (closing) {
                connection.close();
            }
            start("up-" + number, () -> serve(connection));
        }
    }

    /** This thread carries what the client says; when it is over, so is the connection. */
    private void serve(FaultyConnection connection) throws IOException, InterruptedException {
        try {
            if (connection.isLet()) {
                connection.connect(target);
                Thread down = start("down-" + connection.number, connection::down);
                connection.up();
                down.join();
            }
        } finally {
            connection.close();
            open.remove(connection);
        }
    }

    /** Something that a thread of the proxy's does until its connection breaks. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private Thread start(String name, Work work) {
        Thread thread = Thread.ofVirtual()
                .name("fault-proxy-" + listening.getLocalPort() + "-" + name)
                .unstarted(() -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException over) {
                        // one side has gone, or was made to: what the proxy is for
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                });
        threads.add(thread);
        thread.start();
        return thread;
    }
}
