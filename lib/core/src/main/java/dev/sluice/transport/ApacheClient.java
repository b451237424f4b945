package dev.sluice.transport;

import dev.sluice.control.Time;
import java.io.IOException;
import java.net.Authenticator;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Apache's client without all that it would do beyond what it is told. */
final class ApacheClient {
    private static final TimeValue KEPT = TimeValue.ofSeconds(30); // as long as the JDK's client keeps a connection

    private final PoolingHttpClientConnectionManager connections;
    private final ApacheKept kept;
    private final CloseableHttpClient client;

    ApacheClient(
            Duration connectTimeout,
            TlsSocketStrategy tls,
            @Nullable ProxySelector proxies,
            @Nullable Authenticator authenticator,
            Time time) {
        connections = connections(connectTimeout, tls);
        kept = new ApacheKept(connections, time);
        client = client(connections, proxies, authenticator);
    }

    /** Sends a request, on this thread, and waits for the head. */
    ClassicHttpResponse open(HttpUriRequestBase request, HttpContext context) throws IOException {
        kept.look();
        return client.executeOpen(null, request, context);
    }

    void close() {
        kept.close();
        client.close(CloseMode.IMMEDIATE);
    }

    private static CloseableHttpClient client(
            PoolingHttpClientConnectionManager connections,
            @Nullable ProxySelector proxies,
            @Nullable Authenticator authenticator) {
        HttpClientBuilder builder = HttpClientBuilder.create()
                .setConnectionManager(connections)
                .setRequestExecutor(new ApacheHeads())
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
                .setConnectionFactory(ApacheConnection::create)
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

    /** Sockets of channels: an interrupt closes them, whatever kind the thread is, and whatever it waits for. */
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
