package dev.sluice.test.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScriptedPeerTest {

    @Test
    void whatTheScriptSaysIsOnTheWire() throws Exception {
        try (var peer = ScriptedPeer.serving(Script.stream("a\n\n", "ü").cut());
                Socket client = ask(peer, "")) {
            assertThat(rest(client)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n3\r\na\n\n\r\n2\r\nü\r\n0\r\n\r\n");
        }
    }

    @Test
    void requestsAreKeptWithTheirHeadersAndBodies() throws Exception {
        try (var peer = ScriptedPeer.serving(Script.json(200, "{}"));
                Socket client = ask(peer, "one")) {
            client.getOutputStream().write(request("two"));
            ReceivedRequest second = peer.awaitRequest(2);
            assertThat(second.connection()).isEqualTo(1);
            assertThat(second.method() + second.path()).isEqualTo("POST/p?q=1");
            assertThat(second.header("x-name")).isEqualTo("value");
            assertThat(second.bodyText()).isEqualTo("two");
            assertThat(peer.requests().getFirst().bodyText()).isEqualTo("one");
        }
    }

    @Test
    void theClientsGoingIsSeenWhateverTheScriptDoes() throws Exception {
        for (Script script : new Script[] {
            Script.empty(),
            Script.stream().stall(),
            Script.stream().gate(new CountDownLatch(1)),
            Script.stream().trickle("long".repeat(10_000), Duration.ofMillis(1)),
            Script.stream().offer(1L << 30)
        }) {
            try (var peer = ScriptedPeer.serving(script)) {
                try (Socket client = ask(peer, "")) {
                    peer.awaitRequest(1);
                    assertThat(peer.openConnections()).isEqualTo(1);
                    assertThatThrownBy(() -> peer.awaitGone(Duration.ZERO)).hasMessageContaining("1 open");
                }
                peer.awaitGone(Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void halfCloseIsAnEndThatStillListensAndResetIsNot() throws Exception {
        try (var peer = ScriptedPeer.serving(Script.stream("x").halfClose());
                Socket client = ask(peer, "")) {
            assertThat(rest(client)).endsWith("0\r\n\r\n");
            client.getOutputStream().write(request("again"));
            assertThat(peer.awaitRequest(2).bodyText()).isEqualTo("again");
        }
        try (var peer = ScriptedPeer.serving(Script.empty().reset());
                Socket client = ask(peer, "")) {
            assertThatThrownBy(() -> rest(client)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aTranscriptIsServedInPieces() throws Exception {
        try (var peer = ScriptedPeer.serving(
                        Script.transcript("claude-text.sse", 1000).cut());
                Socket client = ask(peer, "")) {
            assertThat(rest(client))
                    .contains("\r\n3e8\r\nevent: message_start\ndata: ")
                    .endsWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void anUnreachablePeerNeverAnswersAConnect() throws Exception {
        try (UnreachablePeer peer = ScriptedPeer.unreachable();
                var socket = new Socket()) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port());
            assertThatThrownBy(() -> socket.connect(address, 300)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private static Socket ask(ScriptedPeer peer, String body) throws Exception {
        var socket = new Socket(InetAddress.getLoopbackAddress(), peer.port());
        socket.getOutputStream().write(request(body));
        return socket;
    }

    private static byte[] request(String body) {
        String head = "POST /p?q=1 HTTP/1.1\r\nHost: x\r\nX-Name: value\r\nContent-Length: " + body.length();
        return (head + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8);
    }

    private static String rest(Socket client) throws Exception {
        InputStream in = client.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
}
