package dev.sluice.transport;

import static java.util.Objects.requireNonNull;

import dev.sluice.Timeouts;
import dev.sluice.internal.OpenTasks;
import dev.sluice.internal.ResponseHeads;
import dev.sluice.internal.base.Checks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.ProtocolException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * HTTP with the JDK's own client: no dependency. HTTP/1.1 unless set otherwise, no redirects, no cookies, no
 * compression. Connections that were read to their end are kept for the next exchange for 30 s, or what the system
 * property {@code jdk.httpclient.keepalive.timeout} says.
 *
 * <p>An interrupt ends {@link #open} in every state: looking up the name, connecting, sending, waiting for the head.
 * The lookup itself cannot be stopped and ends in the background. The socket of an attempt to connect is closed when
 * the client's selector next wakes up, 3 s later at the latest. The connect timeout covers the TCP connection, neither
 * the lookup nor the TLS handshake.
 *
 * <p>Threads: one daemon thread of the client's selects for all exchanges. Short-lived virtual threads named
 * {@code sluice-http-} and a number do the other work, so that no work queues up. All end with {@link #close}, a lookup
 * aside.
 */
public final class JdkHttpTransport implements HttpTransport {
    private static final ThreadFactory WORKERS =
            Thread.ofVirtual().name("sluice-http-", 0).factory();

    /** A longer time is as good as no limit, and more than the client can count. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final JdkClientPool clients;
    private final OpenTasks tasks = new OpenTasks(WORKERS);

    private JdkHttpTransport(JdkClientPool clients) {
        this.clients = clients;
    }

    /** {@return a transport with the defaults: HTTP/1.1, 10 s to connect, the system's proxies and certificates} */
    public static JdkHttpTransport create() {
        return builder().build();
    }

    /**
     * A transport on a client of the caller's own, whose settings hold. {@link #close} leaves it and its exchanges alone.
     *
     * @param client stays the caller's to close
     * @return the transport
     */
    public static JdkHttpTransport of(HttpClient client) {
        return new JdkHttpTransport(new JdkClientPool(client));
    }

    /** {@return a builder that starts from the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
        HttpRequest jdkRequest = JdkRequests.of(request, !clients.areOurs());
        var body = new JdkBody();
        var head = new AtomicReference<HttpResponse.@Nullable ResponseInfo>();
        HttpClient client = clients.take();
        IOException broken = null;
        try {
            // The client looks names up on the thread that asks, which then hears no interrupt. So it is not this one.
            tasks.run(
                    () -> client.send(jdkRequest, arrived -> {
                        check(arrived);
                        head.set(arrived);
                        return body;
                    }),
                    body::close);
        } catch (IOException e) {
            if (tasks.isClosed()) {
                throw e;
            } else if (head.get() == null) {
                broken = JdkFailures.explain(e, request, client);
                throw broken;
            }
            body.onError(e); // it broke off right after the head: what came is there to be read
        } finally {
            clients.giveBack(client, broken);
        }
        if (jdkRequest.bodyPublisher().orElse(null) instanceof ReleasableBodyPublisher sent) {
            sent.letGo();
        }
        HttpResponse.ResponseInfo arrived = requireNonNull(head.get());
        return new TransportResponse(arrived.statusCode(), arrived.headers().map(), body);
    }

    private static void check(HttpResponse.ResponseInfo head) {
        if (head.version() == HttpClient.Version.HTTP_1_1) { // frames say where a body of HTTP/2 ends
            try {
                ResponseHeads.check(head.headers().map());
            } catch (ProtocolException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        if (clients.areOurs()) {
            tasks.close();
        } else {
            tasks.refuse();
        }
        clients.close();
    }

    /** Settings of a transport. Not safe for use by several threads. */
    public static final class Builder {
        private final HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(task -> WORKERS.newThread(task).start());
        private Duration connectTimeout = Timeouts.defaults().connect();

        private Builder() {}

        /**
         * How long to wait for a connection; zero for as long as the system waits. 10 s unless set.
         *
         * @param limit not negative
         * @return this
         */
        public Builder connectTimeout(Duration limit) {
            connectTimeout = Checks.notNegative("connectTimeout", limit, "off");
            return this;
        }

        /**
         * Which proxy to use for which address. The system's settings unless set.
         *
         * @param proxies such as {@link ProxySelector#of}
         * @return this
         */
        public Builder proxy(ProxySelector proxies) {
            client.proxy(proxies);
            return this;
        }

        /**
         * Sets the authenticator that answers for a name and a password, usually of a proxy.
         *
         * @param authenticator whom to ask
         * @return this
         */
        public Builder authenticator(Authenticator authenticator) {
            client.authenticator(authenticator);
            return this;
        }

        /**
         * Whom to trust, and with which certificate to identify. The system's settings unless set.
         *
         * @param context an initialised context
         * @return this
         */
        public Builder sslContext(SSLContext context) {
            client.sslContext(context);
            return this;
        }

        /**
         * Protocols and ciphers of TLS. The context's unless set.
         *
         * @param parameters copied
         * @return this
         */
        public Builder sslParameters(SSLParameters parameters) {
            client.sslParameters(parameters);
            return this;
        }

        /**
         * Uses HTTP/2 where an https server offers it. Its cost: the JDK's client fails a stream beyond the server's
         * limit instead of waiting, so set a bulkhead below that limit. A body that is not read holds up to 16 MiB of
         * heap.
         *
         * @return this
         */
        public Builder http2() {
            client.version(HttpClient.Version.HTTP_2);
            return this;
        }

        /** {@return a transport with these settings} */
        public JdkHttpTransport build() {
            if (!connectTimeout.isZero() && connectTimeout.compareTo(LONGEST) <= 0) {
                client.connectTimeout(connectTimeout);
            }
            return new JdkHttpTransport(new JdkClientPool(client::build));
        }
    }
}
