package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A handshake that comes to nothing leaves nothing behind. */
class JettyHandshakeTest extends RelayServerFixture {
    private static final int MANY = 100;
    private static final String HANDSHAKE = "GET /ws/stream HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.builder(mounted).start();
        return new Server(relay.port(), relay);
    }

    private Socket send(String request) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void answer(Socket socket) throws IOException {
        assertThat(socket.getInputStream().read())
                .as("the first byte of an answer")
                .isEqualTo('H');
    }

    private void assertNoneIsKept() {
        Awaitility.await().untilAsserted(() -> assertThat(openSockets()).isZero());
    }

    @Test
    void ofOneWithAnExtensionParameterThatIsUnknownNothingIsKept() throws Exception {
        mount();
        for (int i = 0; i < MANY; i++) {
            try (Socket socket = send(HANDSHAKE + "Sec-WebSocket-Extensions: permessage-deflate; nonsense=1\r\n\r\n")) {
                answer(socket);
            }
        }
        assertNoneIsKept();
    }

    @Test
    void ofOneThatIsResetBeforeItIsAnsweredNothingIsKept() throws Exception {
        mount();
        for (int i = 0; i < MANY; i++) {
            Socket socket = send(HANDSHAKE + "\r\n");
            socket.setSoLinger(true, 0);
            socket.close();
        }
        answer(send("GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"));
        assertNoneIsKept();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n\r\nhello",
                "Content-Length: 5\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n"
            })
    void oneWithABodyIsRefusedAndNothingIsKept(String rest) throws Exception {
        mount();
        for (int i = 0; i < MANY; i++) {
            try (Socket socket = send(HANDSHAKE + rest)) {
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 400");
            }
        }
        assertNoneIsKept();
    }

    @Test
    void oneThatSucceedsIsKeptUntilTheConnectionEnds() throws Exception {
        mount();
        var open = new ArrayList<Socket>();
        for (int i = 0; i < 5; i++) {
            Socket socket = send(HANDSHAKE + "\r\n");
            open.add(socket);
            answer(socket);
        }
        Awaitility.await().until(() -> openSockets() == 5);
        for (Socket socket : open) {
            socket.close();
        }
        assertNoneIsKept();
    }
}
