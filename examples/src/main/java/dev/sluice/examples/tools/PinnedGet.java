package dev.sluice.examples.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * One GET over a connection of its own, to one of the given addresses and to no other: the name is not looked up again, so it
 * cannot have come to mean another machine since it was checked. It still is what the server and its certificate are asked
 * for. Nothing happens by itself: no redirect, no proxy, no cookie, no password, no second try, no unpacking.
 */
final class PinnedGet implements AutoCloseable {
    private static final int MOST_HEADERS = 100;
    private static final int LONGEST_LINE = 8192;

    private final CloseableHttpClient client;
    private final HttpGet request;
    private final ClassicHttpResponse response;

    PinnedGet(URI url, List<InetAddress> addresses, Timeout limit) throws IOException {
        client = client(addresses, limit);
        request = new HttpGet(url);
        request.setHeader("Accept", "text/*, application/json, application/xml");
        request.setHeader("Accept-Encoding", "identity");
        try {
            String scheme = url.getScheme().toLowerCase(Locale.ROOT);
            response = client.executeOpen(new HttpHost(scheme, url.getHost(), AllowedHosts.port(url)), request, null);
        } catch (IOException | RuntimeException e) {
            client.close(CloseMode.IMMEDIATE);
            throw e;
        }
    }

    private static CloseableHttpClient client(List<InetAddress> addresses, Timeout limit) {
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new Pinned(addresses))
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxHeaderCount(MOST_HEADERS)
                                .setMaxLineLength(LONGEST_LINE)
                                .build())
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(limit)
                        .setSocketTimeout(limit)
                        .build())
                .setDefaultTlsConfig(
                        TlsConfig.custom().setHandshakeTimeout(limit).build())
                .build();
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setRoutePlanner(new DefaultRoutePlanner(null)) // to the server itself, whatever proxies the system has
                .setUserAgent("sluice-examples")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    ClassicHttpResponse response() {
        return response;
    }

    /** Drops the connection: what the server still has to say is not waited for. */
    @Override
    public void close() {
        request.cancel();
        client.close(CloseMode.IMMEDIATE);
    }

    /** Knows one name, whatever it is asked for. */
    private record Pinned(List<InetAddress> addresses) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) {
            return addresses.toArray(InetAddress[]::new);
        }

        @Override
        public List<InetSocketAddress> resolve(String host, int port) {
            return addresses.stream()
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
