package dev.sluice.transport.apache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.BlockingCall;
import dev.sluice.test.peer.HangingHostName;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TestTls;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.HttpTransport.NoResponseException;
import dev.sluice.transport.TransportFixture;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What this transport promises beside {@link ApacheTransportContractTest}. */
class ApacheHttpTransportTest extends TransportFixture {
    /** It has no threads but its callers', which the tests name so, and those that open exchanges. */
    static final List<String> THREADS = List.of("attempt", "sluice-open-");

    @Override
    protected HttpTransport transport(Setup setup) {
        return closing(create(setup).build());
    }

    static ApacheHttpTransport.Builder create(Setup setup) {
        var builder = ApacheHttpTransport.builder().connectTimeout(setup.connectTimeout());
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
        var transport = closing(ApacheHttpTransport.builder()
                .connectTimeout(Duration.ofDays(days))
                .build());
        try (TransportResponse response = transport.open(get(peer(Script.stream("x"))))) {
            assertThat(response.status()).isEqualTo(200);
        }
    }

    @Test
    void noConnectTimeoutIsFine() throws Exception {
        var peer = peer(Script.stream("x"));
        closing(ApacheHttpTransport.builder().connectTimeout(Duration.ZERO).build())
                .open(get(peer))
                .close();
        assertThatThrownBy(() -> ApacheHttpTransport.builder().connectTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connectTimeout");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void keptConnectionsThatTheServerHasClosedAreNotedBeforeTheRequestIsSent(int connections) throws Exception {
        var transport = closing(ApacheHttpTransport.create());
        var open = new ArrayList<TransportResponse>();
        var peer = peer(Script.stream("x").cut());
        for (int i = 0; i < connections; i++) {
            open.add(transport.open(get(peer)));
        }
        for (TransportResponse response : open) {
            assertThat(response.body().readAllBytes()).hasSize(1);
        }
        peer.awaitGone(SOON);
        for (int i = 0; i < connections; i++) {
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().readAllBytes()).hasSize(1);
            }
            peer.awaitGone(SOON);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\na: b\r\n",
                "HTTP/1.1 200 OK\r\na: b"
            })
    void aHeadThatBreaksOffIsNone(String begun) {
        var peer = peer(Script.empty().raw(begun).cut());
        assertThatThrownBy(() -> transport().open(get(peer)))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoResponseException.class);
    }

    /** A tail is what another answer would begin with; the sizes end in each of the buffers that bytes go through. */
    @ParameterizedTest
    @ValueSource(ints = {2, 1_000, 5_000, 100_000})
    void whatFollowsAnAnswerIsNotTakenForTheNextOne(int size) throws Exception {
        String head = "HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n";
        String forged = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged";
        var peer = peer(Script.empty().raw(head + "x".repeat(size) + forged), Script.stream("honest"));
        var transport = transport();
        try (TransportResponse response = transport.open(get(peer))) {
            assertThat(response.body().readAllBytes()).hasSize(size);
        }
        try (TransportResponse response = transport.open(get(peer))) {
            assertThat(response.body().readAllBytes()).asString().isEqualTo("honest");
        }
        assertThat(peer.connections()).isEqualTo(2);
    }

    /** Whoever asks what is available has Apache's parser stop there: its rest must not be taken for the next answer. */
    @Test
    void whereverATrailerStopsItIsNotTakenForTheNextAnswer() throws Exception {
        String head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none";
        String trailer = "\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n";
        var transport = transport();
        for (int stop = 0; stop <= trailer.length(); stop++) {
            var rest = new CountDownLatch(1);
            var peer = peer(
                    Script.empty()
                            .raw(head + trailer.substring(0, stop))
                            .gate(rest)
                            .raw(trailer.substring(stop)),
                    Script.json(200, "next"));
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().readNBytes(3)).asString().isEqualTo("one");
                assertThat(response.body().available()).isZero();
                rest.countDown();
                assertThat(response.body().read()).isEqualTo(-1);
            }
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().readAllBytes()).asString().isEqualTo("next");
            }
        }
    }

    @Test
    void aServerBehindAProxyIsReachedThroughATunnel() throws Exception {
        SSLContext tls = TestTls.context();
        var peer = closing(ScriptedPeer.servingTls(tls, Script.stream("safe")));
        try (var proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var asked = new CompletableFuture<String>();
            Thread.startVirtualThread(() -> tunnel(proxy, peer.port(), asked));
            var transport = transport(new Setup(
                    Duration.ofSeconds(10),
                    tls,
                    ProxySelector.of(new InetSocketAddress("localhost", proxy.getLocalPort()))));
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().readAllBytes()).asString().isEqualTo("safe");
            }
            assertThat(asked.get()).startsWith("CONNECT localhost:" + peer.port() + " ");
        }
    }

    private static void tunnel(ServerSocket proxy, int port, CompletableFuture<String> asked) {
        try (var client = proxy.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            byte[] head = new byte[4096];
            asked.complete(new String(head, 0, client.getInputStream().read(head), UTF_8));
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
            Thread.startVirtualThread(() -> copy(server, client));
            copy(client, server);
        } catch (IOException e) {
            asked.completeExceptionally(e);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // by either side
        }
    }

    @Test
    void aKeptConnectionIsClosedWhenItsTimeIsOver() throws Exception {
        var transport = closing(ApacheHttpTransport.builder().build(Duration.ofMillis(50)));
        var peer = peer(Script.json(200, "{}", "keep-alive", "timeout=1"));
        try (TransportResponse response = transport.open(get(peer))) {
            response.body().readAllBytes();
        }
        assertThat(peer.openConnections()).isEqualTo(1);
        peer.awaitGone(SOON);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatEndsBeforeAByteGaveNoResponse(boolean reset) {
        var peer = peer(reset ? Script.empty().reset() : Script.empty().cut());
        assertThatThrownBy(() -> transport().open(get(peer))).isInstanceOf(NoResponseException.class);
        var begun = peer(Script.empty().raw("HTTP/1.1 2").cut());
        assertThatThrownBy(() -> transport().open(get(begun)))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoResponseException.class);
    }

    @Test
    void anInterruptEndsAReadOnAPlatformThreadToo() throws Exception {
        var peer = peer(Script.stream().sse("x").stall());
        TransportResponse response = transport().open(get(peer));
        var read = new FutureTask<>(() -> response.body().readAllBytes());
        var thread = Thread.ofPlatform().start(read);
        peer.awaitWritten(10);
        thread.interrupt();
        assertThatThrownBy(read::get).hasCauseInstanceOf(IOException.class);
        peer.awaitGone(SOON);
    }

    /** A thread that waits in a read with a time limit is TIMED_WAITING; Apache sets one of 3 minutes unless told. */
    @Test
    void aSilenceMayBeAsLongAsItLikes() throws Exception {
        var peer = peer(Script.stream().stall());
        TransportResponse response = transport().open(get(peer));
        Thread reader = Thread.startVirtualThread(() -> assertThatThrownBy(response.body()::read));
        Awaitility.await().until(() -> reader.getState() == Thread.State.WAITING);
        response.close();
        reader.join();
    }

    /** The lookup cannot be stopped; what comes after it can. */
    @Test
    void afterALookupThatNobodyWaitsForNobodyConnects() throws Exception {
        var name = closing(new HangingHostName());
        var peer = peer(Script.json(200, "{}"));
        var transport = transport();
        var uri = URI.create("http://" + name.host() + ":" + peer.port() + "/");
        var lookup = BlockingCall.at(() -> transport.open(get(uri)));
        name.awaitAsked();
        assertThat(lookup.interrupt().failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
        name.answer();
        awaitNoThreads();
        transport.open(get(peer)).close();
        assertThat(peer.connections()).isEqualTo(1);
        try (TransportResponse response = transport.open(get(uri))) { // the name does lead there
            assertThat(response.status()).isEqualTo(200);
        }
    }

    @Test
    void anInterruptEndsTheHandshake() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var transport = transport();
            var uri = URI.create("https://localhost:" + silent.getLocalPort() + "/");
            var handshake = BlockingCall.at(() -> transport.open(get(uri)));
            try (var accepted = silent.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(22); // a handshake record
                assertThat(handshake.interrupt().failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
                assertHangsUp(accepted);
            }
        }
    }

    /** A connection that is given up in the middle of what it sends ends with a reset at times. */
    private static void assertHangsUp(Socket peer) throws IOException {
        peer.setSoTimeout((int) PROMPT.toMillis());
        try {
            peer.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection is still open", e);
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    @Test
    void aHandshakeThatNeverEndsTimesOutAsConnectingDoes() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var transport = transport(new Setup(Duration.ofMillis(200), null, null));
            var uri = URI.create("https://localhost:" + silent.getLocalPort() + "/");
            assertThatThrownBy(() -> transport.open(get(uri)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("200 ms");
        }
    }

    @Test
    void aProxyThatAsksWhoIsThereIsTold() throws Exception {
        var proxy = peer(Script.json(407, "{}", "proxy-authenticate", "Basic realm=\"p\""), Script.json(200, "{}"));
        var asked = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return getRequestorType() == RequestorType.PROXY
                        ? new PasswordAuthentication("me", "word".toCharArray())
                        : null;
            }
        };
        var transport = closing(ApacheHttpTransport.builder()
                .proxy(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))
                .authenticator(asked)
                .build());
        assertThat(transport.open(get(URI.create("http://far.invalid/"))).status())
                .isEqualTo(200);
        assertThat(proxy.awaitRequest(2).header("proxy-authorization")).isEqualTo("Basic bWU6d29yZA==");
    }
}
