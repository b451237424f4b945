package dev.sluice.redis.kill;

import dev.sluice.Limits;
import dev.sluice.internal.json.Json;
import dev.sluice.sse.SseReader;
import dev.sluice.test.peer.ScriptedModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A run and the browser that watches it: starts it at some node, and comes back to another one with the id of its last event when the
 * connection ends. Notes everything that a watcher must never see.
 */
final class KilledRun implements Runnable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    final int number;
    private final Fleet fleet;
    private final HttpClient http;

    /** What was wrong; none if all was well. */
    final ConcurrentLinkedQueue<String> wrongs = new ConcurrentLinkedQueue<>();

    /** When nodes were killed that had this run. */
    private final Queue<Long> kills = new ConcurrentLinkedQueue<>();

    /** When its events came. */
    private final List<Long> told = new ArrayList<>();

    private String streamId = "";
    private long lastId;
    private boolean ended;
    private final StringBuilder settled = new StringBuilder();
    private final StringBuilder turn = new StringBuilder();
    private final Set<String> running = new HashSet<>();
    private final List<String> endings = new ArrayList<>();
    private int resets;

    KilledRun(int number, Fleet fleet, HttpClient http) {
        this.number = number;
        this.fleet = fleet;
        this.http = http;
    }

    /** The node that had this run was killed just now. */
    void nodeKilled() {
        kills.add(System.nanoTime());
    }

    @Override
    public void run() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!ended && System.nanoTime() < deadline) {
                try {
                    connect();
                } catch (IOException gone) {
                    if (streamId.isEmpty()) { // nobody knows what it is called; a second start would be a second run
                        return;
                    }
                    Thread.sleep(20); // before it tries the next node
                }
            }
        } catch (InterruptedException e) {
            wrongs.add("interrupted");
        } catch (RuntimeException e) {
            wrongs.add(e.toString());
        }
        fleet.noteRecoveries(Recovery.of(List.copyOf(kills), told));
        if (!ended) {
            wrongs.add("did not end within " + PATIENCE + ", after event " + lastId + " of " + streamId);
        } else if (!endings.equals(List.of("stream_complete"))) {
            wrongs.add("ended with " + endings);
        }
        if (!settled.toString().equals(ScriptedModel.text(number))) {
            wrongs.add("text is " + settled + " and not " + ScriptedModel.text(number));
        }
        if (!running.isEmpty()) {
            wrongs.add("calls without an end: " + running);
        }
    }

    /** Whether this watcher has learned the stream's id. */
    boolean isKnown() {
        return !streamId.isEmpty();
    }

    int resets() {
        return resets;
    }

    private void connect() throws IOException, InterruptedException {
        int port = fleet.anyPort();
        HttpRequest request = streamId.isEmpty()
                ? HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/stream"))
                        .header("content-type", "application/json")
                        .header("idempotency-key", "run-" + number)
                        .POST(HttpRequest.BodyPublishers.ofString("{\"message\":\"run " + number + "\"}"))
                        .timeout(Duration.ofSeconds(20))
                        .build()
                : HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/stream/" + streamId))
                        .header("last-event-id", Long.toString(lastId))
                        .timeout(Duration.ofSeconds(20))
                        .build();
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            switch (response.statusCode()) {
                case 200 -> {
                    streamId = response.headers().firstValue("x-stream-id").orElse(streamId);
                    read(body);
                }
                case 204 -> ended = true;
                case 503, 429 -> Thread.sleep(50);
                default -> {
                    wrongs.add("status " + response.statusCode() + " "
                            + new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                            + " for " + streamId + " after " + lastId);
                    ended = true;
                }
            }
        }
    }

    private void read(InputStream body) throws IOException {
        var events = new SseReader(body, Limits.defaults());
        while (events.next()) {
            String id = events.lastEventId();
            Map<String, Object> event = Json.readObject(events.data());
            String type = String.valueOf(event.get("type"));
            if (type.equals("stream_error") && (id.isEmpty() || Long.parseLong(id) == lastId)) {
                if (!Boolean.TRUE.equals(((Map<?, ?>) event.get("details")).get("retryable"))) {
                    wrongs.add("connection ended with " + event);
                    ended = true;
                }
                return; // only this connection ends
            }
            long at = Long.parseLong(id);
            if (at != lastId + 1) {
                wrongs.add("event " + at + " after " + lastId);
            }
            lastId = at;
            told.add(System.nanoTime());
            next(type, event);
        }
    }

    private void next(String type, Map<String, Object> event) {
        if (!endings.isEmpty()) {
            wrongs.add(type + " after the end");
        }
        switch (type) {
            case "message_start" -> {
                if (!turn.isEmpty()) {
                    wrongs.add("a turn begins within a turn");
                }
            }
            case "message_delta" -> turn.append(event.getOrDefault("text", ""));
            case "message_stop" -> {
                settled.append(turn);
                turn.setLength(0);
            }
            case "turn_reset" -> {
                resets++;
                turn.setLength(0);
                running.clear();
            }
            case "tool_start" -> {
                if (!running.add(String.valueOf(event.get("id")))) {
                    wrongs.add("started twice: " + event);
                }
            }
            case "tool_complete", "tool_error" -> {
                if (!running.remove(String.valueOf(event.get("id")))) {
                    wrongs.add("an end without a start: " + event);
                }
            }
            case "stream_complete", "stream_error" -> {
                endings.add(type.equals("stream_error") ? event.toString() : type);
                ended = true;
            }
            default -> {}
        }
    }
}
