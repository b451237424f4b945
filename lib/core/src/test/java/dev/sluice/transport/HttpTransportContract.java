package dev.sluice.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.BlockingCall;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TestTls;
import dev.sluice.test.peer.UnreachablePeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link HttpTransport} promises, against a peer that behaves well and badly: over plain HTTP, and over TLS, which has
 * one more layer that could block or drain at the end. {@link GivingUpContract} is part of it. The transport is a subclass
 * and not a parameter, because Apache's is in another module.
 */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
public abstract class HttpTransportContract extends GivingUpContract {
    private static final SSLContext TLS = TestTls.context();

    @Parameter
    boolean overTls;

    @Override
    protected final @Nullable SSLContext tls() {
        return overTls ? TLS : null;
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 302, 400, 404, 429, 500, 529})
    void aResponseIsItsStatusHeadersAndBodyWhateverTheStatus(int status) throws Exception {
        var peer = peer(Script.json(status, "{\"a\":\"ü\"}", "X-Thing", "1", "x-thing", "2", "location", "/elsewhere"));
        try (TransportResponse response = transport().open(get(peer))) {
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.headers().get("X-THING")).containsExactly("1", "2");
            assertThat(response.header("x-thinG")).contains("1");
            assertThat(response.header("none")).isEmpty();
            assertThat(new String(response.body().readAllBytes(), UTF_8)).isEqualTo("{\"a\":\"ü\"}");
        }
        assertThat(peer.requests()).hasSize(1); // nothing followed
    }

    @Test
    void anEmptyBodyEndsAtOnce() throws Exception {
        var empty = new Script[] {
            Script.json(200, ""),
            Script.empty().head(204, "content-length", "0"),
            Script.stream().end()
        };
        var peer = peer(empty);
        var transport = transport();
        for (int i = 0; i < empty.length; i++) {
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().read()).isEqualTo(-1);
                assertThat(response.body().read(new byte[3])).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 3_000_000})
    void theRequestArrivesAsItWasGivenAndNothingIsAddedThatChangesTheAnswer(int size) throws Exception {
        var peer = peer(Script.json(200, "{}"));
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        var request =
                new TransportRequest("POST", peer.uri("/v1/m?a=b%20c"), Map.of("X-Key", "k", "accept", "x/y"), body);
        transport().open(request).close();
        ReceivedRequest received = peer.awaitRequest(1);
        assertThat(received.method() + " " + received.path()).isEqualTo("POST /v1/m?a=b%20c");
        assertThat(received.header("x-key")).isEqualTo("k");
        assertThat(received.header("accept")).isEqualTo("x/y");
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.headers()).doesNotContainKeys("accept-encoding", "upgrade", "http2-settings", "expect");
    }

    @Test
    void bytesCanBeReadAsSoonAsTheyAreThere() throws Exception {
        var second = new CountDownLatch(1);
        var peer = peer(Script.stream().sse("one").gate(second).sse("two").end());
        try (TransportResponse response = transport().open(get(peer))) {
            assertThat(response.body().readNBytes(3)).isEqualTo("one".getBytes(UTF_8));
            second.countDown();
            assertThat(response.body().readAllBytes()).isEqualTo("two".getBytes(UTF_8));
        }
    }

    /** A reader that trusts it would wait for ever otherwise, with events in its hands, or hand each on by itself. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsAvailableIsReadWithoutAWaitWhereverTheServerStops(boolean chunked) throws Exception {
        String head =
                "HTTP/1.1 200 OK\r\n" + (chunked ? "transfer-encoding: chunked" : "content-length: 15") + "\r\n\r\n";
        String text = "one two\n0\r\n six";
        String body = chunked ? "3;x=y\r\none\r\n0c\r\n two\n0\r\n six\r\n0\r\n\r\n" : text;
        var transport = transport();
        for (int stop = 0; stop < body.length(); stop++) {
            var rest = new CountDownLatch(1);
            var peer = peer(
                    Script.empty()
                            .raw(head + body.substring(0, stop))
                            .gate(rest)
                            .raw(body.substring(stop)),
                    Script.json(200, "next"));
            String there = chunked ? arrived(body.substring(0, stop)) : body.substring(0, stop);
            try (TransportResponse response = transport.open(get(peer))) {
                var read = new StringBuilder();
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                    readAvailable(response.body(), read);
                    return read.length() >= there.length();
                });
                assertThat(read).hasToString(there);
                assertThat(response.body().available()).isZero();
                rest.countDown();
                read.append(new String(response.body().readAllBytes(), UTF_8));
                assertThat(read).hasToString(text);
                assertThat(response.body().available()).isZero();
            }
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().readAllBytes()).asString().isEqualTo("next");
            }
            peer.close();
        }
    }

    private static void readAvailable(InputStream body, StringBuilder read) throws IOException {
        var buffer = new byte[5];
        while (body.available() > 0) {
            int count = body.read(buffer);
            assertThat(count).isPositive();
            read.append(new String(buffer, 0, count, UTF_8));
        }
    }

    /** The text of the chunks above, of which so much has arrived. */
    private static String arrived(String chunks) {
        String first = chunks.length() < 7 ? "" : chunks.substring(7, Math.min(10, chunks.length()));
        return chunks.length() < 16 ? first : first + chunks.substring(16, Math.min(28, chunks.length()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 8192})
    void theBytesAreTheSameHoweverTheyAreRead(int size) throws Exception {
        byte[] whole = Script.transcriptBytes("claude-unicode.sse");
        var peer = peer(Script.transcript("claude-unicode.sse", 97));
        try (TransportResponse response = transport().open(get(peer))) {
            assertThat(readInPieces(response.body(), size)).isEqualTo(whole);
        }
    }

    @Test
    void aBodyReadToItsEndGivesItsConnectionBack() throws Exception {
        var peer = peer(Script.stream("some", "thing"));
        var transport = transport();
        for (int i = 0; i < 200; i++) {
            try (TransportResponse response = transport.open(get(peer))) {
                assertThat(response.body().readAllBytes()).hasSize(9);
            }
        }
        assertThat(peer.connections()).isEqualTo(1);
        transport.close();
        peer.awaitGone(SOON);
        awaitNoThreads();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aServerThatCannotBeReachedTimesOut() {
        UnreachablePeer peer = closing(ScriptedPeer.unreachable());
        var transport = transport(new Setup(Duration.ofMillis(200), tls(), null));
        var connect = BlockingCall.at(() -> transport.open(get(peer.uri("/secret"))));
        assertThat(connect.failsWithin(Duration.ofMillis(200).plus(PROMPT)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("localhost:" + peer.port())
                .hasMessageContaining("200 ms")
                .hasMessageNotContaining("secret");
        Awaitility.await().atMost(SOON).until(() -> peer.connecting() == 0);
    }

    @Test
    void aRefusedConnectionAndAnUnknownHostSayWhoWasMeant() throws Exception {
        int port;
        try (var once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = once.getLocalPort();
        }
        var transport = transport();
        assertThatThrownBy(() -> transport.open(get(URI.create("http://localhost:" + port + "/"))))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("localhost:" + port);
        assertThatThrownBy(() -> transport.open(get(URI.create("http://nowhere.invalid/"))))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("nowhere.invalid");
    }

    static Stream<Script> badHeads() {
        return Stream.of(
                Script.empty().cut(),
                Script.empty().reset(),
                Script.empty().halfClose(),
                Script.empty().raw("HTTP/1.1 2").cut(),
                Script.empty().raw("SMTP ready\r\n\r\n").stall(),
                Script.empty().raw("HTTP/1.1 two hundred\r\n\r\n").stall());
    }

    @ParameterizedTest
    @MethodSource("badHeads")
    void aHeadThatIsNoneFails(Script script) {
        var peer = peer(script);
        var transport = transport();
        assertThat(BlockingCall.at(() -> transport.open(get(peer))).failsWithin(SOON))
                .isInstanceOf(IOException.class);
    }

    static Stream<Script> badEnds() {
        Script begun = Script.stream().sse("one ").sse("two ").sse("three");
        Script inOneGo = Script.empty().raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\none two three");
        return Stream.of(begun.cut(), begun.cutInsideChunk(""), begun.halfClose(), inOneGo.cut());
    }

    @ParameterizedTest
    @MethodSource("badEnds")
    void aBodyThatBreaksOffGivesAllItHasAndThenFails(Script script) throws Exception {
        var peer = peer(script);
        var transport = transport();
        for (int i = 0; i < 20; i++) {
            try (TransportResponse response = transport.open(get(peer))) {
                var read = new StringBuilder();
                assertThatThrownBy(() -> {
                            for (int next = response.body().read();
                                    next >= 0;
                                    next = response.body().read()) {
                                read.append((char) next);
                                Thread.yield();
                            }
                        })
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("broke off");
                assertThat(read).hasToString("one two three");
                assertThatThrownBy(() -> response.body().read()).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aBodyThatIsResetOrGoesOnWithNonsenseFails() throws Exception {
        for (boolean reset : new boolean[] {true, false}) {
            var read = new CountDownLatch(1);
            Script begun = Script.stream().sse("one").gate(read);
            var peer = peer(reset ? begun.reset() : begun.malformedChunk());
            try (TransportResponse response = transport().open(get(peer))) {
                assertThat(response.body().readNBytes(3)).hasSize(3);
                read.countDown();
                assertThatThrownBy(() -> response.body().read())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("broke off");
            }
        }
    }

    @Test
    void aBodyThatNobodyReadsStopsTheServerAndFillsNoHeap() throws Exception {
        var peer = peer(Script.stream().offer(1L << 30));
        var transport = transport();
        long heapBefore = heap();
        TransportResponse response = closing(transport.open(get(peer)));
        peer.awaitWritten(1 << 16);
        awaitHalt(peer);
        assertThat(heap() - heapBefore).isLessThan(8 << 20);
        assertThat(peer.bytesWritten()).isLessThan(16 << 20);
        assertThat(response.body().readNBytes(32 << 20)).hasSize(32 << 20); // and it goes on when somebody reads
    }

    @Test
    void tlsTrustsWhomItIsToldToAndNobodyElse() throws Exception {
        SSLContext tls = TestTls.context();
        var peer = closing(ScriptedPeer.servingTls(tls, Script.stream("safe")));
        var trusting = transport(new Setup(tls));
        try (TransportResponse response = trusting.open(get(peer))) {
            assertThat(response.body().readAllBytes()).isEqualTo("safe".getBytes(UTF_8));
        }
        var other = transport(new Setup(SSLContext.getDefault()));
        assertThatThrownBy(() -> other.open(get(peer))).isInstanceOf(SSLException.class);
    }

    @Test
    void aProxyIsAskedForTheWholeAddress() throws Exception {
        var proxy = closing(ScriptedPeer.serving(Script.json(200, "{}")));
        var selector = ProxySelector.of(new InetSocketAddress("localhost", proxy.port()));
        var transport = transport(new Setup(Duration.ofSeconds(10), tls(), selector));
        transport.open(get(URI.create("http://far.invalid/path"))).close();
        assertThat(proxy.awaitRequest(1).path()).isEqualTo("http://far.invalid/path");
    }

    /** Waits until the peer writes no more. */
    private static void awaitHalt(ScriptedPeer peer) {
        var last = new AtomicLong(-1);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(150))
                .until(() -> last.getAndSet(peer.bytesWritten()) == peer.bytesWritten());
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Reads with {@code read()} if the size is 0, otherwise in pieces of that size at an offset. */
    private static byte[] readInPieces(InputStream body, int size) throws IOException {
        var all = new ByteArrayOutputStream();
        if (size == 0) {
            for (int next = body.read(); next >= 0; next = body.read()) {
                all.write(next);
            }
            return all.toByteArray();
        }
        byte[] piece = new byte[size + 1];
        assertThat(body.read(piece, 0, 0)).isZero();
        for (int count = body.read(piece, 1, size); count >= 0; count = body.read(piece, 1, size)) {
            assertThat(count).isPositive();
            all.write(piece, 1, count);
        }
        return all.toByteArray();
    }
}
