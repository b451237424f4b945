package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.ScriptedRun;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What only a server with WebSockets has of starts that are sent more than once under one key. */
class JettyRepeatedStartTest extends RelayServerFixture {
    private final HttpClient http = HttpClient.newHttpClient();

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        return JettyRelays.start(mounted, writeLimit, null);
    }

    @AfterEach
    void closeClient() {
        http.shutdownNow();
    }

    /** What a socket is told; the messages of these tests come whole. */
    private static final class Told implements WebSocket.Listener {
        private final BlockingQueue<Map<String, Object>> messages = new LinkedBlockingQueue<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            messages.add(Json.readObject(data.toString()));
            socket.request(1);
            return null;
        }

        Map<String, Object> next() throws InterruptedException {
            Map<String, Object> message = messages.poll(10, TimeUnit.SECONDS);
            assertThat(message).as("a message").isNotNull();
            return message;
        }
    }

    @Test
    void aStartOnASocketIsRepeatedOnItOnAnotherAndByPost() throws Exception {
        mount();
        try (WireClient owner = post("Idempotency-Key: k")) {
            ScriptedRun run = run();
            run.step(1);
            assertThat(owner.event()).containsEntry("id", "1");
            String id = owner.header("x-stream-id");
            String cookie = owner.cookie().substring("Cookie: ".length());
            for (int i = 0; i < 2; i++) {
                var told = new Told();
                WebSocket socket = http.newWebSocketBuilder()
                        .header("Cookie", cookie)
                        .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws/stream"), told)
                        .get(10, TimeUnit.SECONDS);
                for (int j = 0; j < 2; j++) {
                    send(socket, "\"k\"");
                    assertThat(told.next()).containsEntry("type", "started").containsEntry("streamId", id);
                    assertThat(told.next()).containsEntry("streamId", id).containsEntry("event_id", 1);
                }
                for (String bad : new String[] {"\"\"", "7", "\"\\n\"", "{}"}) {
                    send(socket, bad);
                    assertThat(told.next())
                            .containsEntry("type", "error")
                            .extracting("error")
                            .asString()
                            .contains("bad_request");
                }
                socket.abort();
            }
            assertThat(requests).hasSize(1);
            run.complete();
            assertThat(owner.ids()).containsExactly("2");
        }
    }

    private static void send(WebSocket socket, String requestId) {
        socket.sendText("{\"type\":\"start\",\"message\":\"hi\",\"requestId\":" + requestId + "}", true)
                .join();
    }
}
