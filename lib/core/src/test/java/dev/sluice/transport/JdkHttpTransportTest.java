package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.BlockingCall;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.TestTls;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What this transport promises beside {@link JdkTransportContractTest}. */
class JdkHttpTransportTest extends TransportFixture {
    static final List<String> THREADS = List.of("sluice-http-", "HttpClient-");

    @Override
    protected HttpTransport transport(Setup setup) {
        return closing(create(setup).build());
    }

    static JdkHttpTransport.Builder create(Setup setup) {
        var builder = JdkHttpTransport.builder().connectTimeout(setup.connectTimeout());
        if (setup.tls() != null) {
            builder.sslContext(setup.tls());
        }
        if (setup.proxy() != null) {
            builder.proxy(setup.proxy());
        }
        return builder;
    }

    @Override
    protected List<String> threadNames() {
        return THREADS;
    }

    @ParameterizedTest
    @ValueSource(longs = {10_000, Long.MAX_VALUE / 86_400})
    void aConnectTimeoutMayBeAsLongAsItLikes(long days) throws Exception {
        var transport = closing(
                JdkHttpTransport.builder().connectTimeout(Duration.ofDays(days)).build());
        try (TransportResponse response = transport.open(get(peer(Script.stream("x"))))) {
            assertThat(response.status()).isEqualTo(200);
        }
    }

    @Test
    void aClientOfTheCallersOwnIsLeftAloneByClose() throws Exception {
        var peer = peer(Script.stream("x"));
        try (var client = HttpClient.newHttpClient()) {
            var transport = JdkHttpTransport.of(client);
            TransportResponse response = transport.open(get(peer));
            transport.close();
            assertThat(response.body().readAllBytes()).hasSize(1);
            assertThatThrownBy(() -> transport.open(get(peer))).hasMessageContaining("closed");
            assertThat(client.isTerminated()).isFalse();
            JdkHttpTransport.of(client).open(get(peer)).close();
        }
        assertThat(peer.awaitRequest(1).headers()).containsKey("upgrade"); // its settings hold: HTTP/2
    }

    // The JDK's client keeps a connection whose head it cannot read, and the server may keep it too.
    @Test
    void aHeadThatIsNoneGivesItsConnectionUpAndHarmsNoOther() throws Exception {
        var transport = transport();
        var read = new CountDownLatch(1);
        var good = peer(Script.stream().sse("a").gate(read).sse("b").end());
        var bad = peer(Script.empty().raw("SSH-2.0-nothing\r\n\r\n").stall());
        try (TransportResponse response = transport.open(get(good))) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> transport.open(get(bad))).isInstanceOf(IOException.class);
            }
            assertThat(response.body().read()).isEqualTo('a');
            read.countDown();
            assertThat(response.body().readAllBytes()).asString().isEqualTo("b");
        }
        bad.awaitGone(SOON);
        try (TransportResponse response = transport.open(get(good))) {
            assertThat(response.status()).isEqualTo(200);
        }
    }

    @Test
    void closeEndsWhatBeganBeforeAHeadThatWasNone() throws Exception {
        var transport = transport();
        var good = peer(Script.stream().sse("a").stall());
        var bad = peer(Script.empty().raw("SSH-2.0-nothing\r\n\r\n").stall());
        try (TransportResponse response = transport.open(get(good))) {
            assertThatThrownBy(() -> transport.open(get(bad))).isInstanceOf(IOException.class);
            transport.close();
            assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
        }
        bad.awaitGone(SOON);
        awaitNoThreads();
    }

    @Test
    void http2AsksNoPlainServerToUpgrade() throws Exception {
        var peer = peer(Script.stream("x"));
        closing(JdkHttpTransport.builder().http2().build()).open(get(peer)).close();
        assertThat(peer.awaitRequest(1).headers()).doesNotContainKeys("upgrade", "http2-settings");
    }

    @Test
    void http2IsOfferedOverTlsOnlyWhenAskedFor() throws Exception {
        SSLContext tls = TestTls.context();
        for (boolean http2 : new boolean[] {true, false}) {
            var builder = JdkHttpTransport.builder().sslContext(tls);
            var transport = closing((http2 ? builder.http2() : builder).build());
            try (var server = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(0)) {
                var get = get(URI.create("https://localhost:" + server.getLocalPort() + "/"));
                var exchange = BlockingCall.at(() -> transport.open(get));
                assertThat(protocolsOffered(server).contains("h2")).isEqualTo(http2);
                transport.close(); // or else the client tries again: it was a GET
                assertThat(exchange.failsWithin(SOON)).isInstanceOf(IOException.class);
            }
        }
    }

    /** Shakes hands with the next client and hangs up. */
    private static List<String> protocolsOffered(SSLServerSocket server) throws IOException {
        var offered = new ArrayList<String>();
        try (var socket = (SSLSocket) server.accept()) {
            socket.setHandshakeApplicationProtocolSelector((handshake, protocols) -> {
                offered.addAll(protocols);
                return "";
            });
            socket.startHandshake();
        }
        return offered;
    }

    @Test
    void aProxyThatAsksWhoIsThereIsTold() throws Exception {
        var proxy = peer(Script.json(407, "{}", "proxy-authenticate", "Basic realm=\"p\""), Script.json(200, "{}"));
        var asked = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("me", "word".toCharArray());
            }
        };
        var transport = closing(JdkHttpTransport.builder()
                .proxy(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))
                .authenticator(asked)
                .build());
        assertThat(transport.open(get(URI.create("http://far.invalid/"))).status())
                .isEqualTo(200);
        assertThat(proxy.awaitRequest(2).header("proxy-authorization")).isEqualTo("Basic bWU6d29yZA==");
    }

    @Test
    void theDefaultsAreHttp11AndTenSecondsToConnect() throws Exception {
        var peer = peer(Script.stream("x"));
        closing(JdkHttpTransport.create()).open(get(peer)).close();
        assertThat(peer.awaitRequest(1).headers()).doesNotContainKeys("upgrade", "http2-settings");
    }

    @Test
    void noConnectTimeoutIsFine() throws Exception {
        var peer = peer(Script.stream("x"));
        closing(JdkHttpTransport.builder().connectTimeout(Duration.ZERO).build())
                .open(get(peer))
                .close();
        assertThatThrownBy(() -> JdkHttpTransport.builder().connectTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connectTimeout");
    }
}
