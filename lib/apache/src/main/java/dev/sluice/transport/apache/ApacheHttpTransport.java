package dev.sluice.transport.apache;

import dev.sluice.Timeouts;
import dev.sluice.internal.OpenTasks;
import dev.sluice.internal.ResponseHeads;
import dev.sluice.internal.base.Checks;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 with Apache HttpClient 5, over blocking sockets: fewer threads and less work per event than the JDK's client.
 * No redirects, no cookies, no compression, no retries, and as many connections at once as there are exchanges. Connections
 * that were read to their end are kept for the next exchange for 30 s, or what the server says. A head may have lines of
 * 8,000 bytes and 100 headers.
 *
 * <p>An interrupt ends {@link #open} in every state: looking up the name, connecting, the TLS handshake, sending,
 * waiting for the head. The lookup itself cannot be stopped and ends in the background. The connect timeout covers the
 * connection to each address of the server's, and each wait of the TLS handshake; not the lookup.
 *
 * <p>Threads: {@link #open} works on a virtual thread of its own, which ends with the head; the body is read by the one that
 * reads it. Another one closes kept connections whose time is over, until {@link #close}. They are named
 * {@code sluice-open-} or {@code sluice-kept-}, with a number.
 */
public final class ApacheHttpTransport implements HttpTransport {
    private static final Duration EVICT_EVERY = Duration.ofSeconds(15);

    private final ApacheClient client;
    private final Duration connectTimeout;
    private final OpenTasks tasks = new OpenTasks("sluice-open-");

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
        HttpUriRequestBase exchange = exchange(request);
        HttpContext context = HttpClientContext.create();
        try {
            ClassicHttpResponse response = tasks.run(() -> client.open(exchange, context), exchange::cancel);
            Map<String, List<String>> headers = headers(response);
            ResponseHeads.check(headers);
            if (response.getVersion().getMajor() != 1) {
                throw ResponseHeads.malformed("its version is " + response.getVersion(), null);
            }
            response.setHeaders(); // else Apache keeps them too, for as long as the body lasts
            exchange.setHeaders(); // and what was sent
            exchange.setEntity(null);
            HttpEntity entity = response.getEntity();
            return new TransportResponse(
                    response.getCode(),
                    headers,
                    new ApacheBody(entity == null ? InputStream.nullInputStream() : entity.getContent(), exchange));
        } catch (IOException e) {
            exchange.cancel();
            throw tasks.isClosed() ? e : ApacheFailures.explain(e, request, connectTimeout);
        }
    }

    private static HttpUriRequestBase exchange(TransportRequest request) {
        URI uri = request.uri();
        var exchange = new HttpUriRequestBase(request.method(), uri);
        exchange.setAuthority(new URIAuthority(uri.getHost(), uri.getPort())); // without a user
        request.headers().forEach(exchange::setHeader);
        if (request.body().length > 0) {
            exchange.setEntity(new ByteArrayEntity(request.body(), null));
        }
        return exchange;
    }

    private static Map<String, List<String>> headers(ClassicHttpResponse response) {
        var headers = new HashMap<String, List<String>>();
        for (Header header : response.getHeaders()) {
            headers.computeIfAbsent(header.getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                    .add(header.getValue());
        }
        return headers;
    }

    @Override
    public void close() {
        tasks.close();
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
            connectTimeout = Checks.notNegative("connectTimeout", limit, "off");
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
         * Sets the authenticator that answers for a name and a password, usually of a proxy.
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
            return build(EVICT_EVERY);
        }

        ApacheHttpTransport build(Duration evictEvery) {
            var strategy = ApacheClient.tls(tls == null ? systemTls() : tls, tlsParameters);
            return new ApacheHttpTransport(
                    new ApacheClient(connectTimeout, strategy, proxies, authenticator, evictEvery), connectTimeout);
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
