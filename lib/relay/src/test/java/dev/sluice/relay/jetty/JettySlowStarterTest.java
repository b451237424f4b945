package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.ScriptedRun;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A WebSocket is read while a run is started, however long that takes. */
class JettySlowStarterTest extends RelayServerFixture {
    private final HttpClient http = HttpClient.newHttpClient();
    private final CountDownLatch allowed = new CountDownLatch(1);
    private final AtomicInteger pings = new AtomicInteger(); // the second is sent only if the first was answered
    private final List<Map<String, Object>> messages = new CopyOnWriteArrayList<>();
    private volatile String ended = "";

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay =
                JettyRelay.builder(mounted).pingEvery(Duration.ofMillis(700)).start();
        return new Server(relay.port(), relay);
    }

    @BeforeEach
    void startSlowly() {
        RunFactory starts = starter;
        starter = request -> {
            allowed.await();
            return starts.start(request);
        };
    }

    @AfterEach
    void closeClient() {
        allowed.countDown();
        http.shutdownNow();
    }

    /** A client that answers pings, as the JDK's does by itself. */
    private WebSocket open() {
        var listener = new WebSocket.Listener() {
            private final StringBuilder text = new StringBuilder();

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
            public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
                pings.incrementAndGet();
                socket.request(1);
                return null;
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                ended = "closed with " + code;
                return null;
            }

            @Override
            public void onError(WebSocket socket, Throwable error) {
                ended = error.toString();
            }
        };
        return http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws/stream"), listener)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static void send(WebSocket socket, String ref) {
        socket.sendText("{\"type\":\"start\",\"ref\":\"" + ref + "\",\"message\":\"hi\"}", true)
                .join();
    }

    private List<Object> started() {
        return messages.stream()
                .filter(message -> "started".equals(message.get("type")))
                .map(message -> message.get("ref"))
                .toList();
    }

    @Test
    void aClientThatAnswersPingsMeanwhileStaysAndIsAnsweredInOrder() throws Exception {
        mount();
        WebSocket socket = open();
        send(socket, "a");
        send(socket, "b");
        Awaitility.await().until(() -> pings.get() >= 2 || !ended.isEmpty());
        assertThat(ended).isEmpty();
        allowed.countDown();
        Awaitility.await().until(() -> started().equals(List.of("a", "b")));
    }

    /** Then the server does not read, so that it cannot know whether a ping was answered. */
    @Test
    void aClientThatSendsMoreThanIsReadAheadStaysToo() throws Exception {
        mount();
        WebSocket socket = open();
        List<String> refs = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        for (String ref : refs) {
            send(socket, ref);
        }
        Awaitility.await().until(() -> pings.get() >= 2 || !ended.isEmpty());
        assertThat(ended).isEmpty();
        allowed.countDown();
        Awaitility.await().until(() -> started().equals(refs));
    }

    @Test
    void aMessageOfManyPartsComesWhole() throws Exception {
        allowed.countDown();
        mount();
        send(open(), "a");
        ScriptedRun run = run();
        String odd = "x".repeat(7) + "\uD83C\uDF0A".repeat(30_000); // so that a part would end within a character
        run.step(1, odd);
        run.complete();
        Awaitility.await().until(() -> messages.size() == 3);
        assertThat(messages.get(1).toString()).contains(odd);
    }
}
