package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.Session;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What a client asked for that is gone before it is begun. */
class GoneClientTest extends RelayServerFixture {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.start(mounted, 0);
        return new Server(relay.port(), relay);
    }

    private static byte[] request(String body) {
        return ("POST /api/v1/stream HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void noRunIsStartedForIt() throws Exception {
        mount(builder -> builder.authenticator(head -> {
            asked.countDown();
            try {
                gone.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            return new Session("alice");
        }));
        try (var client = new WireClient(port)) {
            client.socket().getOutputStream().write(request("{\"chatId\":\"gone\",\"message\":\"hi\"}"));
            await(asked);
        }
        gone.countDown();
        try (var client = new WireClient(port)) {
            assertThat(client.raw(request("{\"chatId\":\"here\",\"message\":\"hi\"}"))
                            .status())
                    .isEqualTo(200);
        }
        assertThat(requests).extracting(request -> request.chatId()).containsExactly("here");
    }
}
