package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.Quota;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.ScriptedRun;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JettySocketTest extends RelayServerFixture {
    private final HttpClient http = HttpClient.newHttpClient();
    private Duration pingEvery = Duration.ofSeconds(12);

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.builder(mounted)
                .writeLimit(writeLimit)
                .pingEvery(pingEvery)
                .start();
        return new Server(relay.port(), relay);
    }

    @AfterEach
    void closeClient() {
        http.shutdownNow();
    }

    /** The client's side of a socket. */
    private static final class Client implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        final BlockingQueue<Map<String, Object>> messages = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(Json.readObject(text.toString()));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }

        Map<String, Object> next() throws InterruptedException {
            Map<String, Object> message = messages.poll(10, TimeUnit.SECONDS);
            assertThat(message).as("a message").isNotNull();
            return message;
        }
    }

    private WebSocket open(Client client, String... headers) {
        var builder = http.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws/stream"), client)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static void send(WebSocket socket, String message) {
        socket.sendText(message, true).join();
    }

    private static String start(String ref) {
        return "{\"type\":\"start\",\"ref\":\"" + ref + "\",\"message\":\"hi\"}";
    }

    @Test
    void tellsARunOnASocket() throws Exception {
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        ScriptedRun run = run();
        Map<String, Object> started = client.next();
        assertThat(started).containsEntry("type", "started").containsEntry("ref", "a");
        run.step(1);
        assertThat(client.next())
                .containsEntry("streamId", started.get("streamId"))
                .containsEntry("event_id", 1);
        run.complete();
        assertThat(client.next()).containsEntry("event_id", 2);
        await(run.closed);
        send(socket, "{\"type\":\"resume\",\"streamId\":\"" + started.get("streamId") + "\",\"lastEventId\":2}");
        assertThat(client.next()).containsEntry("type", "delivered").containsEntry("streamId", started.get("streamId"));
    }

    @Test
    void tellsSeveralRunsOnOneSocket() throws Exception {
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        Object first = client.next().get("streamId");
        ScriptedRun one = run();
        send(socket, start("b"));
        Object second = client.next().get("streamId");
        ScriptedRun two = run();
        assertThat(first).isNotEqualTo(second);
        two.step(1);
        assertThat(client.next()).containsEntry("streamId", second);
        one.step(1);
        assertThat(client.next()).containsEntry("streamId", first);
        send(socket, "{\"type\":\"cancel\",\"streamId\":\"" + first + "\"}");
        await(one.cancelled);
        two.complete();
        org.awaitility.Awaitility.await()
                .until(() -> client.messages.stream()
                        .anyMatch(
                                message -> second.equals(message.get("streamId")) && message.get("event_id") != null));
        assertThat(two.cancelled.getCount()).isEqualTo(1);
    }

    @Test
    void resumesOnAnotherSocketOfTheSessionAfterEachEvent() throws Exception {
        mount();
        try (WireClient owner = post()) {
            ScriptedRun run = run();
            for (int i = 1; i <= 3; i++) {
                run.step(i);
            }
            run.complete();
            owner.ids();
            String id = owner.header("x-stream-id");
            String cookie = owner.cookie().substring("Cookie: ".length());
            var client = new Client();
            WebSocket socket = open(client, "Cookie", cookie);
            for (int last = 0; last < 4; last++) {
                send(socket, "{\"type\":\"resume\",\"streamId\":\"" + id + "\",\"lastEventId\":" + last + "}");
                for (int next = last + 1; next <= 4; next++) {
                    assertThat(client.next()).containsEntry("streamId", id).containsEntry("event_id", next);
                }
            }
            var stranger = new Client();
            WebSocket other = open(stranger);
            for (String type : List.of("resume", "cancel")) {
                send(other, "{\"type\":\"" + type + "\",\"streamId\":\"" + id + "\"}");
                assertThat(stranger.next())
                        .containsEntry("type", "error")
                        .extracting("error")
                        .asString()
                        .contains("not_found");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "null",
                "{}",
                "{\"type\":7}",
                "{\"type\":\"stop\"}",
                "{\"type\":\"resume\"}",
                "{\"type\":\"resume\",\"streamId\":7}",
                "{\"type\":\"resume\",\"streamId\":\"../x\"}",
                "{\"type\":\"resume\",\"streamId\":\"none\",\"lastEventId\":-1}",
                "{\"type\":\"resume\",\"streamId\":\"none\",\"lastEventId\":\"1e9\"}",
                "{\"type\":\"cancel\",\"streamId\":\"none\"}",
                "{\"type\":\"start\",\"messages\":7}"
            })
    void aMessageThatMakesNoSenseIsAnsweredAndTheSocketLives(String message) throws Exception {
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, message);
        assertThat(client.next()).containsEntry("type", "error").containsKey("error");
        send(socket, start("a"));
        assertThat(client.next()).containsEntry("type", "started");
    }

    @Test
    void aMessageThatIsTooLongClosesTheSocket() throws Exception {
        mount(builder -> builder.maxBodyBytes(1000));
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, "{\"type\":\"none\",\"x\":\"" + "x".repeat(900) + "\"}");
        assertThat(client.next()).containsEntry("type", "error");
        send(socket, " ".repeat(1001));
        assertThat(client.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1009);
    }

    /** Browsers send a message as one frame, however long it is. */
    @Test
    void aMessageMayBeAsLongAsABodyAndOneFrame() throws Exception {
        mount();
        try (WireClient client = new WireClient(port)) {
            handshake(client);
            client.socket()
                    .getOutputStream()
                    .write(masked("{\"type\":\"start\",\"message\":\"" + "x".repeat(900_000) + "\"}"));
            run();
            assertThat(requests.take().conversation().messages().getLast().text())
                    .hasSize(900_000);
        }
    }

    @Test
    void aStreamThatIsResumedAgainIsToldFromThere() throws Exception {
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        Object id = client.next().get("streamId");
        ScriptedRun run = run();
        run.step(1);
        assertThat(client.next()).containsEntry("event_id", 1);
        send(socket, "{\"type\":\"resume\",\"streamId\":\"" + id + "\"}");
        assertThat(client.next()).containsEntry("event_id", 1);
        run.step(2);
        assertThat(client.next()).containsEntry("event_id", 2);
        run.complete();
        assertThat(client.next()).containsEntry("event_id", 3);
    }

    @Test
    void takesTextOnly() throws Exception {
        mount();
        var client = new Client();
        open(client).sendBinary(ByteBuffer.allocate(3), true).join();
        assertThat(client.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1003);
    }

    @Test
    void refusesPagesOfOtherSites() throws Exception {
        mount(builder -> builder.allowedOrigins("https://chat.example"));
        for (String foreign : List.of("http://evil", "null", "https://chat.example.evil")) {
            assertThatThrownBy(() -> open(new Client(), "Origin", foreign))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(WebSocketHandshakeException.class, e -> {
                        assertThat(e.getResponse().statusCode()).isEqualTo(403);
                        assertThat(e.getResponse().headers().firstValue("x-content-type-options"))
                                .contains("nosniff");
                    });
        }
        open(new Client(), "Origin", "https://chat.example");
        open(new Client(), "Origin", "http://127.0.0.1:" + port);
    }

    @Test
    void whatIsNoHandshakeIsRefused() throws Exception {
        mount();
        WireClient plain = get("/ws/stream");
        assertThat(plain.status()).isEqualTo(426);
        WireClient half = get("/ws/stream", "Upgrade: websocket", "Connection: Upgrade");
        assertThat(half.status()).isBetween(400, 499);
        assertThat(half.header("x-content-type-options")).isEqualTo("nosniff");
    }

    @Test
    void noticesThatAClientIsGone() throws Exception {
        settings.abandonAfter(Duration.ZERO);
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        ScriptedRun run = run();
        client.next();
        run.step(1);
        assertThat(client.next())
                .containsEntry("event_id", 1); // it watches: a run that nobody has watched waits for a while
        long start = System.nanoTime();
        socket.abort();
        await(run.cancelled);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    /** One whose machine has lost its network looks like this: nothing comes, and nothing fails. */
    @Test
    void aClientThatAnswersNoPingIsGone() throws Exception {
        settings.abandonAfter(Duration.ZERO);
        pingEvery = Duration.ofMillis(100);
        mount();
        try (WireClient client = new WireClient(port)) {
            handshake(client);
            client.socket().getOutputStream().write(masked(start("a")));
            ScriptedRun run = run();
            await(run.cancelled);
        }
    }

    @Test
    void aClientThatAnswersPingsStays() throws Exception {
        settings.abandonAfter(Duration.ZERO);
        pingEvery = Duration.ofMillis(400);
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        ScriptedRun run = run();
        client.next();
        assertThat(run.cancelled.await(2, TimeUnit.SECONDS)).isFalse();
        run.step(1);
        assertThat(client.next()).containsEntry("event_id", 1);
    }

    private static void handshake(WireClient client) throws IOException {
        client.request(
                "GET",
                "/ws/stream",
                new byte[0],
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(client.status()).isEqualTo(101);
    }

    /** A text frame with a mask of zeros. */
    private static byte[] masked(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var frame = ByteBuffer.allocate(14 + bytes.length);
        frame.put((byte) 0x81).put((byte) (0x80 | 127)).putLong(bytes.length).putInt(0);
        return frame.put(bytes).array();
    }

    @Test
    void stoppingTheServerTellsWhoWatches() throws Exception {
        mount();
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        Object id = client.next().get("streamId");
        run().step(1);
        assertThat(client.next()).containsEntry("event_id", 1);
        stopServer();
        assertThat(client.next())
                .containsEntry("type", "stream_error")
                .containsEntry("streamId", id)
                .extracting("details")
                .asString()
                .contains("server_shutdown");
        assertThat(client.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1001);
    }

    @Test
    void anAddressHasOnlySoManySocketsHoweverManySessionsItMakes() throws Exception {
        mount(builder -> builder.sockets(new Quota(1, 3, 10)));
        var sockets = new ArrayList<WebSocket>();
        for (int i = 0; i < 3; i++) {
            sockets.add(open(new Client()));
        }
        assertThatThrownBy(() -> open(new Client()))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(429));
        sockets.getFirst().sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        org.awaitility.Awaitility.await().untilAsserted(() -> open(new Client()));
    }

    @Test
    void aSocketsStartsCountForItsAddress() throws Exception {
        mount(builder -> builder.startsPerAddress(2));
        for (int i = 0; i < 3; i++) {
            var client = new Client();
            send(open(client), start("a"));
            assertThat(client.next()).containsEntry("type", i < 2 ? "started" : "error");
        }
    }

    @Test
    void aStarterThatThrowsAnErrorIsAnsweredAndTheSocketLivesOn() throws Exception {
        mount();
        RunFactory working = starter;
        starter = request -> {
            throw new AssertionError("on purpose");
        };
        var client = new Client();
        WebSocket socket = open(client);
        send(socket, start("a"));
        assertThat(client.next()).containsEntry("type", "error").containsEntry("ref", "a");
        starter = working;
        send(socket, start("b"));
        assertThat(client.next()).containsEntry("type", "started").containsEntry("ref", "b");
    }
}
