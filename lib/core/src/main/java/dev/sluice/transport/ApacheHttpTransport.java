package dev.sluice.transport;

import dev.sluice.control.Time;
import dev.sluice.control.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 with Apache HttpClient 5, over blocking sockets: fewer threads and less work per event than the JDK's client.
 * Needs {@code org.apache.httpcomponents.client5:httpclient5} on the class path, which is an optional dependency. No
 * redirects, no cookies, no compression, no retries, and as many connections at once as there are exchanges. Connections
 * that were read to their end are kept for the next exchange for 30 s, or what the server says.
 *
 * <p>An interrupt ends {@link #open} in every state: looking up the name, connecting, shaking hands, sending, waiting for the
 * head. The lookup itself cannot be stopped and ends in the background. The connect timeout covers the connection to each
 * address of the server's, and each wait of the TLS handshake; not the lookup.
 *
 * <p>Threads: {@link #open} works on a virtual thread of its own, which ends with the head; the body is read by the one that
 * reads it. Connections that were kept are ended by short-lived virtual threads too. They are named {@code sluice-open-} or
 * {@code sluice-kept-}, with a number.
 */
public final class ApacheHttpTransport implements HttpTransport {
    private final ApacheClient client;
    private final Duration connectTimeout;
    private final Set<ApacheOpening> openings = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private ApacheHttpTransport(ApacheClient client, Duration connectTimeout) {
        this.client = client;
        this.connectTimeout = connectTimeout;
    }

    /** {@return a transport with the defaults: 10 s to connect, the system's proxies and certificates} */
    public static ApacheHttpTransport create() {
        return builder().build();
    }

    /** {@return a builder that starts from the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
        HttpUriRequestBase exchange = ApacheRequests.of(request);
        HttpContext context = HttpClientContext.create();
        if (Thread.interrupted()) {
            throw new InterruptedException(); // nothing is sent
        }
        var opening = new ApacheOpening(() -> client.open(exchange, context));
        openings.add(opening);
        try {
            if (closed) {
                throw new IOException("The transport is closed");
            }
            ClassicHttpResponse response = opening.head();
            Map<String, List<String>> headers = headers(response);
            response.setHeaders(); // else Apache keeps them too, for as long as the body lasts
            exchange.setHeaders(); // and what was sent
            exchange.setEntity(null);
            return new TransportResponse(response.getCode(), headers, body(response, exchange));
        } catch (InterruptedException e) {
            opening.cancel(true);
            exchange.cancel(); // whatever it has come by, or will
            throw e;
        } catch (IOException | RuntimeException e) {
            exchange.cancel();
            if (closed) {
                throw new IOException("The transport was closed", e);
            }
            throw ApacheFailures.explain(e, request, connectTimeout);
        } finally {
            openings.remove(opening);
        }
    }

    private static Map<String, List<String>> headers(ClassicHttpResponse response) {
        var headers = new HashMap<String, List<String>>();
        for (Header header : response.getHeaders()) {
            headers.computeIfAbsent(header.getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                    .add(header.getValue());
        }
        return headers;
    }

    private static InputStream body(ClassicHttpResponse response, HttpUriRequestBase exchange) throws IOException {
        HttpEntity entity = response.getEntity();
        return new ApacheBody(entity == null ? InputStream.nullInputStream() : entity.getContent(), exchange);
    }

    @Override
    public void close() {
        closed = true;
        openings.forEach(opening -> opening.cancel(true));
        client.close();
    }

    /** Settings of a transport. Not safe for use by several threads. */
    public static final class Builder {
        private Duration connectTimeout = Timeouts.defaults().connect();
        private @Nullable ProxySelector proxies;
        private @Nullable Authenticator authenticator;
        private @Nullable SSLContext tls;
        private @Nullable SSLParameters tlsParameters;

        private Builder() {}

        /**
         * How long to wait for a connection; zero for as long as the system waits. 10 s unless set.
         *
         * @param limit not negative
         * @return this
         */
        public Builder connectTimeout(Duration limit) {
            if (limit.isNegative()) {
                throw new IllegalArgumentException(
                        "connectTimeout: " + limit + ", must not be negative (zero switches it off)");
            }
            this.connectTimeout = limit;
            return this;
        }

        /**
         * Which HTTP proxy to use for which address. The system's settings unless set.
         *
         * @param selector such as {@link ProxySelector#of}
         * @return this
         */
        public Builder proxy(ProxySelector selector) {
            proxies = selector;
            return this;
        }

        /**
         * Who is asked for a name and a password, for a proxy as a rule.
         *
         * @param whom to ask
         * @return this
         */
        public Builder authenticator(Authenticator whom) {
            authenticator = whom;
            return this;
        }

        /**
         * Whom to trust, and with which certificate to identify. The system's settings unless set.
         *
         * @param context an initialised context
         * @return this
         */
        public Builder sslContext(SSLContext context) {
            tls = context;
            return this;
        }

        /**
         * Protocols, ciphers and constraints on them of TLS. The context's unless set.
         *
         * @param parameters not to be changed afterwards
         * @return this
         */
        public Builder sslParameters(SSLParameters parameters) {
            tlsParameters = parameters;
            return this;
        }

        /** {@return a transport with these settings} */
        public ApacheHttpTransport build() {
            return build(Time.system());
        }

        ApacheHttpTransport build(Time time) {
            var strategy = new ApacheTls(tls == null ? systemTls() : tls, tlsParameters);
            return new ApacheHttpTransport(
                    new ApacheClient(connectTimeout, strategy, proxies, authenticator, time), connectTimeout);
        }

        private static SSLContext systemTls() {
            try {
                return SSLContext.getDefault();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("This JDK has no TLS", e);
            }
        }
    }
}
