package dev.sluice.examples.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The other side of the contract, after its documentation: a stream endpoint, a redirecting and a refusing one, a callback
 * endpoint, and the calls to the service. One for each test; every wait has a limit.
 */
final class ContractServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 10;
    private static final byte[] BREAK = {};

    static {
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true"); // read once; a test sends byte by byte
        }
    }

    /** A connection that the client under test has made. */
    record Connection(String method, Headers headers, String body, BlockingQueue<byte[]> toSend) {
        void send(String... chunks) {
            for (String chunk : chunks) {
                toSend.add(chunk.getBytes(UTF_8));
            }
        }

        void sendInChunks(byte[] all, int size) {
            for (int at = 0; at < all.length; at += size) {
                toSend.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
            }
        }

        void breakIt() {
            toSend.add(BREAK);
        }
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer http;
    private final HttpClient calls = HttpClient.newHttpClient();
    private final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final AtomicInteger callbacks = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final URI service;
    private @Nullable URI client;

    ContractServer(URI service) throws IOException {
        this.service = service;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/stream", this::stream);
        http.createContext("/callback/", this::callback);
        http.createContext("/redirect", this::redirect);
        http.createContext("/no-content", exchange -> {
            refusals.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        http.start();
    }

    String url(String path) {
        return "http://localhost:" + http.getAddress().getPort() + path;
    }

    /** Starts the client under test at the stream endpoint, or where the parameters say. */
    ContractServer client(Map<String, ?> params) throws Exception {
        var all = JSON.createObjectNode().put("streamUrl", url("/stream")).put("callbackUrl", url("/callback"));
        all.put("tag", "a test").setAll(JSON.<ObjectNode>valueToTree(params));
        HttpResponse<String> response = call("POST", service, all.toString());
        assertThat(response.statusCode()).isBetween(200, 299);
        client = service.resolve(response.headers().firstValue("location").orElseThrow());
        return this;
    }

    URI client() {
        return Objects.requireNonNull(client);
    }

    HttpResponse<String> call(String method, URI uri, String body) throws Exception {
        return calls.send(
                HttpRequest.newBuilder(uri)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    Connection awaitConnection() throws InterruptedException {
        Connection next = connections.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("a connection of the client").isNotNull();
        return next;
    }

    JsonNode awaitMessage(String kind) throws InterruptedException {
        JsonNode next = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("a message of kind %s", kind).isNotNull();
        assertThat(next.path("kind").asString()).as("kind of %s", next).isEqualTo(kind);
        return next;
    }

    void requireEvent(String type, String data, String id) throws InterruptedException {
        assertThat(awaitMessage("event").path("event"))
                .isEqualTo(JSON.createObjectNode()
                        .put("type", type)
                        .put("data", data)
                        .put("id", id));
    }

    void requireEvents(String... data) throws InterruptedException {
        for (String each : data) {
            assertThat(awaitMessage("event").path("event").path("data").asString())
                    .isEqualTo(each);
        }
    }

    int refusals() {
        return refusals.get();
    }

    boolean isQuiet() {
        return messages.isEmpty() && connections.isEmpty();
    }

    @Override
    public void close() throws Exception {
        if (client != null) {
            assertThat(call("DELETE", client, "").statusCode()).isEqualTo(204);
        }
        threads.shutdownNow();
        http.stop(0);
    }

    private void stream(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        var connection = new Connection(
                exchange.getRequestMethod(), exchange.getRequestHeaders(), body, new LinkedBlockingQueue<>());
        exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        connections.add(connection);
        try (exchange) {
            for (byte[] next = connection.toSend().take();
                    next != BREAK;
                    next = connection.toSend().take()) {
                exchange.getResponseBody().write(next);
                exchange.getResponseBody().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the test is over
        }
    }

    private void callback(HttpExchange exchange) throws IOException {
        try (exchange) {
            String number = exchange.getRequestURI().getPath().substring("/callback/".length());
            boolean next = Integer.parseInt(number) == callbacks.incrementAndGet();
            JsonNode message = JSON.readTree(exchange.getRequestBody().readAllBytes());
            messages.add(next ? message : JSON.createObjectNode().put("kind", "out of order: " + number));
            exchange.sendResponseHeaders(202, -1);
        }
    }

    private void redirect(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] asked = exchange.getRequestURI().getPath().split("/");
            if (asked.length > 3) {
                exchange.getResponseHeaders().set("location", asked[3].equals("empty") ? "" : url("/" + asked[3]));
            }
            exchange.sendResponseHeaders(Integer.parseInt(asked[2]), -1);
        }
    }
}
