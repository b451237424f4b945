package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sluice.Limits;
import dev.sluice.internal.json.Json;
import dev.sluice.sse.SseReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo on two nodes: Enter kills the node that has the run, and the reader of the answer sees a pause. */
@Timeout(value = 90, unit = SECONDS)
class RelayNodesTest {
    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final StringBuilder turn = new StringBuilder();
    private String text = "";
    private long last;
    private boolean ended;

    @Test
    void anAnswerOutlivesTheNodeThatHasIt() throws Exception {
        try (RelayNodes nodes = start()) {
            http.send(get(nodes, "/", 0), BodyHandlers.discarding()); // the cookie
            HttpResponse<InputStream> answer = http.send(
                    HttpRequest.newBuilder(nodes.uri().resolve("/api/v1/stream"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(Json.write(Map.of("message", MillGate.QUESTION))))
                            .build(),
                    BodyHandlers.ofInputStream());
            String id = answer.headers().firstValue("X-Stream-Id").orElseThrow();
            var first = new SseReader(answer.body(), Limits.defaults());
            read(first, 3);
            await().until(() -> lines.stream().anyMatch(line -> line.contains(RelayDemo.RUNS)));
            nodes.kill();
            read(first, Long.MAX_VALUE);
            assertThat(ended).as("it was killed in the middle").isFalse();
            while (!ended) {
                HttpResponse<InputStream> more =
                        http.send(get(nodes, "/api/v1/stream/" + id, last), BodyHandlers.ofInputStream());
                assertThat(more.statusCode()).isIn(200, 503);
                read(new SseReader(more.body(), Limits.defaults()), Long.MAX_VALUE);
            }
            assertThat(text).contains("so she can pass, with 5 cm to spare.");
            assertThat(lines).anyMatch(line -> line.startsWith("killed node"));
        }
        assertThat(lines).filteredOn(line -> line.contains(RelayDemo.RUNS)).hasSizeGreaterThan(1);
    }

    /** Reads events up to this id, or until the connection ends. */
    private void read(SseReader events, long upTo) {
        try {
            while (last < upTo && events.next()) {
                Map<String, Object> event = Json.readObject(events.data());
                if (!events.lastEventId().isEmpty() && Long.parseLong(events.lastEventId()) > last) {
                    assertThat(Long.parseLong(events.lastEventId())).isEqualTo(last + 1);
                    last++;
                    take(event);
                }
            }
        } catch (IOException e) {
            // the node is gone
        }
    }

    private void take(Map<String, Object> event) {
        switch (String.valueOf(event.get("type"))) {
            case "message_delta" -> turn.append(event.getOrDefault("text", ""));
            case "turn_reset" -> turn.setLength(0);
            case "message_stop" -> {
                text += turn;
                turn.setLength(0);
            }
            case "stream_complete" -> ended = true;
            default -> {}
        }
    }

    private static HttpRequest get(RelayNodes nodes, String path, long after) {
        return HttpRequest.newBuilder(nodes.uri().resolve(path))
                .header("Last-Event-ID", Long.toString(after))
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    private RelayNodes start() throws IOException {
        try {
            return RelayNodes.start(2, 0, List.of(), lines::add);
        } catch (IllegalArgumentException none) {
            return abort(none.getMessage());
        }
    }
}
