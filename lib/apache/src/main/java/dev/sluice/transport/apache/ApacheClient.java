package dev.sluice.transport.apache;

import java.io.IOException;
import java.net.Authenticator;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.IdleConnectionEvictor;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Apache's client with redirects, retries, cookies, compression and authentication caching disabled. */
final class ApacheClient {
    private static final TimeValue KEPT = TimeValue.ofSeconds(30); // as long as the JDK's client keeps a connection

    private final CloseableHttpClient client;
    private final IdleConnectionEvictor evictor;

    ApacheClient(
            Duration connectTimeout,
            TlsSocketStrategy tls,
            @Nullable ProxySelector proxies,
            @Nullable Authenticator authenticator,
            Duration evictEvery) {
        PoolingHttpClientConnectionManager connections = connections(connectTimeout, tls);
        client = client(connections, proxies, authenticator);
        evictor = new IdleConnectionEvictor(
                connections,
                Thread.ofVirtual().name("sluice-kept-", 0).factory(),
                TimeValue.of(evictEvery),
                null); // those whose time is over; Apache itself looks only when another exchange needs one
        evictor.start();
    }

    /** Sends a request, on this thread, and waits for the head. */
    ClassicHttpResponse open(HttpUriRequestBase request, HttpContext context) throws IOException {
        return client.executeOpen(null, request, context);
    }

    void close() {
        evictor.shutdown();
        client.close(CloseMode.IMMEDIATE);
    }

    /** With the JDK's check of the server's name. (Apache's reads the list of public suffixes for it: 10,000 names.) */
    static TlsSocketStrategy tls(SSLContext context, @Nullable SSLParameters parameters) {
        return new DefaultClientTlsStrategy(
                context,
                parameters == null ? null : parameters.getProtocols(),
                parameters == null ? null : parameters.getCipherSuites(),
                SSLBufferMode.STATIC,
                HostnameVerificationPolicy.BUILTIN,
                null) {
            @Override
            protected void initializeSocket(SSLSocket socket) {
                if (parameters != null) {
                    SSLParameters chosen = socket.getSSLParameters();
                    chosen.setAlgorithmConstraints(parameters.getAlgorithmConstraints());
                    socket.setSSLParameters(chosen);
                }
            }
        };
    }

    private static CloseableHttpClient client(
            PoolingHttpClientConnectionManager connections,
            @Nullable ProxySelector proxies,
            @Nullable Authenticator authenticator) {
        HttpClientBuilder builder = HttpClientBuilder.create()
                .setConnectionManager(connections)
                .setRequestExecutor(new ApacheRequestExecutor())
                .setProxySelector(proxies)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(Timeout.DISABLED)
                        .setConnectionKeepAlive(KEPT)
                        .setAuthenticationEnabled(authenticator != null)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableContentCompression()
                .disableCookieManagement()
                .disableConnectionState()
                .disableAuthCaching();
        if (authenticator != null) {
            builder.setDefaultCredentialsProvider(new ApacheCredentials(authenticator));
        }
        return builder.build();
    }

    private static PoolingHttpClientConnectionManager connections(Duration connectTimeout, TlsSocketStrategy tls) {
        long limit = TimeUnit.MILLISECONDS.convert(connectTimeout);
        return new Interruptible()
                .setConnectionFactory(none -> new ApacheConnection())
                .setTlsSocketStrategy(tls)
                .setMaxConnTotal(Integer.MAX_VALUE)
                .setMaxConnPerRoute(Integer.MAX_VALUE)
                .setDefaultSocketConfig(SocketConfig.custom()
                        .setSoTimeout(
                                Timeout.DISABLED) // 3 minutes otherwise; how long a silence may be is not ours to say
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.ofMilliseconds(limit == 0 && !connectTimeout.isZero() ? 1 : limit))
                        .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                        .build())
                .build();
    }

    /**
     * Sockets of channels: an interrupt closes them, on virtual and platform threads, in each kind of wait. The public
     * builder has no setting for it.
     */
    private static final class Interruptible extends PoolingHttpClientConnectionManagerBuilder {
        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                @Nullable SchemePortResolver ports, @Nullable DnsResolver names, TlsSocketStrategy tls) {
            return new DefaultHttpClientConnectionOperator(
                    Interruptible::socket, ports, names, scheme -> scheme.equals("https") ? tls : null);
        }

        private static Socket socket(@Nullable Proxy socks) throws IOException {
            return SocketChannel.open().socket();
        }
    }
}
