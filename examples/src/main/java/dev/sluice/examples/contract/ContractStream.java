package dev.sluice.examples.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.sse.SseClient;
import dev.sluice.sse.SseEvent;
import dev.sluice.sse.SseState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** One client as the harness wants it, and the callbacks that report what it hears, in order. */
final class ContractStream implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CALLBACKS =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration CALLBACK_TIME = Duration.ofSeconds(10);

    /** The harness sends a line of 14 MB. */
    private static final Limits LIMITS = new Limits(32 << 20, 32 << 20, 0);

    private final String callbackUrl;
    private final SseClient client;

    /** Owned by the reporting thread. */
    private int reported;

    private ContractStream(JsonNode wanted) {
        callbackUrl = text(wanted, "callbackUrl");
        URI.create(callbackUrl);
        client = builder(wanted)
                .onComment(this::reportComment)
                .onState(this::reportFailure)
                .start();
    }

    /**
     * Starts a client and reports on it.
     *
     * @param wanted as the specification has it
     * @throws IllegalArgumentException if something in it is wrong
     */
    static ContractStream start(JsonNode wanted) {
        var stream = new ContractStream(wanted);
        Thread.ofVirtual().name("contract-stream").start(stream::report);
        return stream;
    }

    void restart() {
        client.restart();
    }

    boolean isRunning() {
        return client.endReason().isEmpty();
    }

    @Override
    public void close() {
        client.close();
    }

    private static SseClient.Builder builder(JsonNode wanted) {
        SseClient.Builder builder = SseClient.builder(URI.create(text(wanted, "streamUrl")))
                .limits(LIMITS)
                .lastEventId(wanted.path("lastEventId").asString(""));
        Timeouts timeouts = Timeouts.defaults().with(Phase.FIRST_EVENT, Duration.ZERO);
        millis(wanted, "readTimeoutMs", limit -> builder.timeouts(timeouts.with(Phase.IDLE, limit)));
        millis(wanted, "initialDelayMs", builder::reconnectDelay);
        if (wanted.path("body").isString()) {
            builder.header("content-type", "text/plain; charset=utf-8");
        }
        for (var header : wanted.path("headers").properties()) {
            builder.header(header.getKey(), header.getValue().asString());
        }
        return builder.method(
                wanted.path("method").asString("GET"),
                wanted.path("body").asString("").getBytes(UTF_8));
    }

    private static String text(JsonNode wanted, String name) {
        String value = wanted.path(name).asString("");
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + ": is missing");
        }
        return value;
    }

    private static void millis(JsonNode wanted, String name, Consumer<Duration> set) {
        JsonNode value = wanted.path(name);
        if (value.isNumber()) {
            set.accept(Duration.ofMillis(value.asLong()));
        }
    }

    private void report() {
        try (client) {
            for (SseEvent event : client) {
                ObjectNode message = message("event");
                message.putObject("event")
                        .put("type", event.type())
                        .put("data", event.data())
                        .put("id", event.id());
                send(message);
            }
        } catch (StreamException e) {
            reportError(e);
        }
    }

    private void reportComment(String comment) {
        send(message("comment").put("comment", comment));
    }

    /** The end of a response in good order is nothing to complain of. */
    private void reportFailure(SseState state) {
        if (state instanceof SseState.Waiting(StreamException cause, var delay, var failures)
                && !(cause instanceof Truncated)) {
            reportError(cause);
        }
    }

    private void reportError(StreamException error) {
        String what = String.valueOf(error.getMessage());
        send(message("error")
                .put("comment", what)
                .put("error", what)); // the specification has one, the harness the other
    }

    private static ObjectNode message(String kind) {
        return JSON.createObjectNode().put("kind", kind);
    }

    /** Waits for the answer, so that the next one comes after it. */
    private void send(ObjectNode message) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(callbackUrl + "/" + ++reported))
                .timeout(CALLBACK_TIME)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(message.toString()))
                .build();
        try {
            CALLBACKS.send(request, BodyHandlers.discarding());
        } catch (IOException e) {
            System.err.println("callback " + reported + " was not taken: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
