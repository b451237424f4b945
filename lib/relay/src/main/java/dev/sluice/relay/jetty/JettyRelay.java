package dev.sluice.relay.jetty;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A relay in a Jetty of its own. {@link #handler} is for who has a Jetty already. */
public final class JettyRelay implements AutoCloseable {
    private static final int READ_BUFFER = 1024;
    private static final int LARGEST_BUFFER = 64 * 1024;
    private static final int ACCEPT_QUEUE = 4096;

    /**
     * The kernel's send buffer for a client, in bytes. With the megabytes that it would take a slow reader looks stuck.
     */
    private static final int SEND_BUFFER = 64 * 1024;

    private static final Duration WRITE_LIMIT = Duration.ofSeconds(20);
    private static final Duration PING_EVERY = Duration.ofSeconds(12);

    private final RelayEndpoint endpoint;
    private final Server server;
    private final ServerConnector connector;
    private final String host;

    private JettyRelay(RelayEndpoint endpoint, Server server, ServerConnector connector, String host) {
        this.endpoint = endpoint;
        this.server = server;
        this.connector = connector;
        this.host = host;
    }

    /** A relay with nothing set. */
    public static Builder builder(RelayEndpoint endpoint) {
        return new Builder(endpoint);
    }

    /**
     * Serves an endpoint on this machine only.
     *
     * @param port 0 for one that is free
     * @throws IOException if the port cannot be had
     */
    public static JettyRelay start(RelayEndpoint endpoint, int port) throws IOException {
        return builder(endpoint).port(port).start();
    }

    /**
     * The endpoint as a handler for a Jetty of the application's. The code that stops that server calls {@link RelayEndpoint#shutdown}
     * first. Requests are handled on the server's threads, which should be virtual.
     */
    public static Handler handler(RelayEndpoint endpoint) {
        TimeSource time = TimeSource.system();
        return new RelayHandler(endpoint, WRITE_LIMIT, PING_EVERY, time, HalfOpenDetector.create(WRITE_LIMIT, time));
    }

    /** The port that it listens at. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Where it is. */
    public URI uri() {
        return URI.create("http://" + host + ":" + port() + "/");
    }

    /** Reports to every client that the server stops, then stops it; waits for that, but not much longer than this. */
    public void stop(Duration atMost) {
        endpoint.shutdown(atMost);
        try {
            server.stop();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("the server did not stop as it should", e);
        }
    }

    /** {@link #stop} within two seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(2));
    }

    /** Collects the settings of a {@link JettyRelay}. Not for use by several threads. */
    public static final class Builder {
        private final RelayEndpoint endpoint;
        private String host = "127.0.0.1";
        private int port;
        private int acceptQueue = ACCEPT_QUEUE;
        private Duration writeLimit = WRITE_LIMIT;
        private Duration pingEvery = PING_EVERY;
        private Duration idleTimeout = Duration.ofSeconds(30);
        private TimeSource time = TimeSource.system();
        private @Nullable HalfOpenDetector halfOpen;

        private Builder(RelayEndpoint endpoint) {
            this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        }

        /** The address to listen at; this machine's own, which others cannot reach, if nothing is set. */
        public Builder host(String value) {
            host = Objects.requireNonNull(value, "host");
            return this;
        }

        /** The port; one that is free if nothing is set. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /**
         * How many connections the system may hold until this server accepts them; 4,096 if nothing is set. A system with a
         * lower limit (Linux: {@code net.core.somaxconn}) holds fewer. Clients beyond it try again after a second and longer.
         */
        public Builder acceptQueue(int connections) {
            acceptQueue = Checks.atLeast("connections", connections, 1);
            return this;
        }

        /**
         * How long a client may take nothing of what is written to it before it is cut off; 20 s if nothing is set. On Linux
         * also what the kernel has accepted and the client has not acknowledged counts as not taken.
         */
        public Builder writeLimit(Duration limit) {
            writeLimit = Checks.positive("limit", limit);
            return this;
        }

        /** How often a WebSocket is pinged; one that answers no ping until the next is gone. 12 s if nothing is set. */
        public Builder pingEvery(Duration every) {
            pingEvery = Checks.positive("every", every);
            return this;
        }

        /** How long a connection may be silent while there is no stream on it; 30 s if nothing is set. */
        public Builder idleTimeout(Duration limit) {
            idleTimeout = Checks.positive("limit", limit);
            return this;
        }

        /** The clock and timer. */
        public Builder time(TimeSource value) {
            time = Objects.requireNonNull(value, "time");
            return this;
        }

        /** The detector of half-open connections, for tests. */
        Builder halfOpen(HalfOpenDetector value) {
            halfOpen = value;
            return this;
        }

        /**
         * Starts it.
         *
         * @throws IOException if the port cannot be had
         */
        public JettyRelay start() throws IOException {
            var threads = new QueuedThreadPool();
            threads.setName("sluice-jetty");
            threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("sluice-request-", 0).factory()));
            // A request's read buffer is held as long as its stream, and a buffer is a multiple of the pool's step.
            var server = new Server(threads, null, new ArrayByteBufferPool(0, READ_BUFFER, LARGEST_BUFFER));
            var http = new HttpConfiguration();
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
            var requests = new HttpConnectionFactory(http);
            requests.setInputBufferSize(READ_BUFFER);
            var connector = new ServerConnector(server, requests);
            connector.setHost(host);
            connector.setPort(port);
            connector.setAcceptQueueSize(acceptQueue);
            connector.setIdleTimeout(idleTimeout.toMillis());
            connector.setAcceptedSendBufferSize(SEND_BUFFER);
            server.addConnector(connector);
            HalfOpenDetector detector = halfOpen == null ? HalfOpenDetector.create(writeLimit, time) : halfOpen;
            server.setHandler(new RelayHandler(endpoint, writeLimit, pingEvery, time, detector));
            server.setErrorHandler(new JettyErrors());
            server.setStopAtShutdown(false);
            try {
                server.start();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("the server did not start", e);
            }
            return new JettyRelay(endpoint, server, connector, host);
        }
    }
}
