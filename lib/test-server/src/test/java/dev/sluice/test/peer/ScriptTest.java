package dev.sluice.test.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each step of a script, as bytes on the wire, and what is refused. */
@Timeout(30)
class ScriptTest {
    private static final String ONE = "3\r\nabc\r\n";

    @Test
    void eachStepIsOnTheWire() throws Exception {
        assertBody("3\r\nabc\r\n3\r\nabc\r\n", Script.stream().repeat("abc", 2));
        assertBody("3\r\nabc\r\n3\r\nabc\r\n", Script.stream().repeatPaced("abc", 2, Duration.ofMillis(1)));
        assertBody("1\r\na\r\n1\r\nb\r\n", Script.stream().trickle("ab", Duration.ZERO));
        assertBody("zz\r\nnot a chunk\r\n", Script.stream().malformedChunk());
        assertBody("67\r\nabc", Script.stream().cutInsideChunk("abc"));
        assertBody("raw", Script.stream().raw("raw"));
        assertBody(ONE, Script.stream().pause(Duration.ofMillis(1)).sse("abc"));
        assertBody("{}", Script.json(200, "{}"));
        assertBody("text", Script.empty().head(200, "connection", "close").sse("text"));
        assertBody("5\r\n\0\0\0\0\0\r\n", Script.stream().offer(5));
    }

    @Test
    void aScriptWaitsForItsTestAndSaysHowFarItIs() throws Exception {
        var gate = new CountDownLatch(1);
        var reached = new CountDownLatch(1);
        try (var peer = ScriptedPeer.serving(
                        Script.stream("a").reach(reached).gate(gate).sse("abc").cut());
                Socket client = ask(peer)) {
            reached.await();
            peer.awaitWritten(100);
            assertThat(peer.bytesWritten()).isLessThan(400);
            gate.countDown();
            assertThat(rest(client)).endsWith(ONE);
        }
    }

    @Test
    void aDeafScriptReadsNoBodyAndLastScriptsRepeat() throws Exception {
        try (var peer = ScriptedPeer.serving(Script.json(200, "one").times(1));
                Socket client = ask(peer)) {
            client.getOutputStream()
                    .write("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(peer.awaitRequest(2).bodyText()).isEqualTo("abc");
            assertThat(peer.connections()).isEqualTo(1);
            peer.forgetRequests();
            assertThat(peer.requests()).isEmpty();
        }
        try (var peer = ScriptedPeer.serving(Script.unreadBody());
                Socket client = ask(peer)) {
            assertThat(peer.awaitRequest(1).body()).isEmpty();
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void httpsHasACertificateForLocalhost() throws Exception {
        try (var peer = ScriptedPeer.servingTls(
                        TestTls.context(), Script.json(200, "{}").cut());
                var client = (SSLSocket) TestTls.context().getSocketFactory().createSocket("localhost", peer.port())) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(rest(client)).endsWith("{}");
            assertThat(peer.uri("/x")).hasScheme("https").hasPath("/x");
        }
    }

    @Test
    void whatDoesNotComeIsAnAssertionErrorThatSaysWhatDid() {
        try (var peer = ScriptedPeer.serving(Script.empty())) {
            assertThatThrownBy(() -> peer.awaitGone(Duration.ofMillis(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("there were 0 connections");
        }
        assertThatThrownBy(() -> Script.transcriptBytes("none")).hasMessageContaining("no transcript none");
    }

    @Test
    void claudesWordsAreJson() {
        assertThat(ClaudeWire.toolCall("t", "tool", "{\"a\":\"\n\u0001\\\"}")[2])
                .isEqualTo("event: content_block_delta\n"
                               + "data:"
                               + " {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\\\"\\n"
                               + "\\u0001\\\\\\\"}\"}}\n\n");
        assertThat(ClaudeWire.begin("a", "b")).hasSize(4);
        assertThat(ClaudeWire.thinkingStart(0)).contains("\"thinking\"");
        assertThat(ClaudeWire.thinking(0, "x") + ClaudeWire.signature(0, "y")).contains("signature_delta");
        assertThat(ClaudeWire.ping() + ClaudeWire.error("e", "m")).contains("event: ping", "event: error");
    }

    private static void assertBody(String expected, Script script) throws Exception {
        try (var peer = ScriptedPeer.serving(script.cut());
                Socket client = ask(peer)) {
            String all = rest(client);
            assertThat(all.substring(all.indexOf("\r\n\r\n") + 4)).isEqualTo(expected);
        }
    }

    private static Socket ask(ScriptedPeer peer) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), peer.port());
        socket.getOutputStream().write("POST / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String rest(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
