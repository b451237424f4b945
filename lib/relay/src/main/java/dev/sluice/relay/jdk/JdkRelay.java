package dev.sluice.relay.jdk;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.relay.http.FullResponse;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A relay in the JDK's web server. There is no WebSocket. {@link #handler} is for who has such a server already. */
public final class JdkRelay implements AutoCloseable {
    /** How many connections the system may hold until this server accepts them; the JDK's default is 50. */
    private static final int ACCEPT_QUEUE = 4096;

    private static final Duration WRITE_LIMIT = Duration.ofSeconds(20);

    private final RelayEndpoint endpoint;
    private final HttpServer server;
    private final ExecutorService threads;

    private JdkRelay(RelayEndpoint endpoint, HttpServer server, ExecutorService threads) {
        this.endpoint = endpoint;
        this.server = server;
        this.threads = threads;
    }

    /**
     * Serves an endpoint on this machine only.
     *
     * @param port 0 for one that is free
     * @throws IOException if the port cannot be had
     */
    public static JdkRelay start(RelayEndpoint endpoint, int port) throws IOException {
        return start(endpoint, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), WRITE_LIMIT);
    }

    /**
     * Serves an endpoint.
     *
     * @param writeLimit how long a client may take nothing of what is written to it before it is cut off
     * @throws IOException if the address cannot be had
     */
    public static JdkRelay start(RelayEndpoint endpoint, InetSocketAddress address, Duration writeLimit)
            throws IOException {
        Checks.positive("writeLimit", writeLimit);
        TimeSource time = TimeSource.system();
        return start(endpoint, address, writeLimit, time, HalfOpenDetector.create(writeLimit, time));
    }

    /** With a clock, and what finds half-open connections, for tests. */
    static JdkRelay start(
            RelayEndpoint endpoint,
            InetSocketAddress address,
            Duration writeLimit,
            TimeSource time,
            HalfOpenDetector halfOpen)
            throws IOException {
        HttpServer server = HttpServer.create(address, ACCEPT_QUEUE);
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("sluice-request-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", handler(endpoint, writeLimit, time, halfOpen));
        server.start();
        return new JdkRelay(endpoint, server, threads);
    }

    /**
     * The endpoint as a handler for a server of the application's, in a context of any path. The server's executor should be
     * one of virtual threads: a stream keeps its thread. The code that stops that server calls {@link RelayEndpoint#shutdown} first.
     *
     * @param writeLimit how long a client may take nothing of what is written to it before it is cut off
     */
    public static HttpHandler handler(RelayEndpoint endpoint, Duration writeLimit, TimeSource time) {
        return handler(endpoint, writeLimit, time, HalfOpenDetector.create(writeLimit, time));
    }

    private static HttpHandler handler(
            RelayEndpoint endpoint, Duration writeLimit, TimeSource time, HalfOpenDetector halfOpen) {
        Objects.requireNonNull(endpoint, "endpoint");
        return exchange -> handle(endpoint, new JdkExchange(exchange, writeLimit, time, halfOpen));
    }

    private static void handle(RelayEndpoint endpoint, JdkExchange exchange) throws IOException {
        try {
            Optional<String> page = exchange.slashMissing();
            if (page.isPresent()) {
                exchange.answer(FullResponse.redirect(page.get()));
            } else {
                endpoint.handle(exchange);
                exchange.await();
                exchange.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is being stopped", e);
        } finally {
            exchange.release();
        }
    }

    /** The port that it listens at. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Where it is. */
    public URI uri() {
        return URI.create("http://" + server.getAddress().getHostString() + ":" + port() + "/");
    }

    /** Reports to every client that the server stops, then stops it; waits for that, but not much longer than this. */
    public void stop(Duration atMost) {
        endpoint.shutdown(atMost);
        server.stop(0);
        threads.shutdownNow();
    }

    /** {@link #stop} within two seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(2));
    }
}
