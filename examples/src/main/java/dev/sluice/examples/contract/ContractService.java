package dev.sluice.examples.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The HTTP side of the service that the contract tests specify: {@code GET /} says what can be tested, {@code POST /} starts
 * a client, {@code POST} and {@code DELETE} to the client's own address command and stop it, {@code DELETE /} stops the
 * service. On the loopback address. Any thread may call it.
 */
public final class ContractService implements AutoCloseable {
    private static final List<String> CAPABILITIES = List.of(
            "bom",
            "comments",
            "headers",
            "last-event-id",
            "post",
            "read-timeout",
            "report",
            "restart",
            "server-directed-shutdown-request");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer http;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("contract-service-", 0).factory());
    private final Map<String, ContractStream> streams = new ConcurrentHashMap<>();
    private final AtomicInteger started = new AtomicInteger();

    private ContractService(HttpServer http) {
        this.http = http;
    }

    /** A service on this port; 0 for any that is free. */
    public static ContractService start(int port) throws IOException {
        var service = new ContractService(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
        service.http.createContext("/", service::handle);
        service.http.setExecutor(service.threads);
        service.http.start();
        return service;
    }

    /** Where it is. */
    public URI uri() {
        return URI.create("http://localhost:" + http.getAddress().getPort());
    }

    /** How many clients have not ended, for tests that see them end. */
    long running() {
        return streams.values().stream().filter(ContractStream::isRunning).count();
    }

    /** Stops all clients and the server. */
    @Override
    public void close() {
        streams.values().forEach(ContractStream::close);
        http.stop(0);
        threads.shutdown();
    }

    /** An answer; the location and the body may be empty. */
    private record Answer(int status, String location, String body) {
        static Answer of(int status) {
            return new Answer(status, "", "");
        }

        static Answer wrong(String why) {
            return new Answer(400, "", why);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean stop = path.equals("/") && exchange.getRequestMethod().equals("DELETE");
        try (exchange) {
            Answer answer = answer(
                    exchange.getRequestMethod(), path, exchange.getRequestBody().readAllBytes());
            if (!answer.location().isEmpty()) {
                exchange.getResponseHeaders().set("location", answer.location());
            }
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
        if (stop) {
            close();
        }
    }

    private Answer answer(String method, String path, byte[] body) {
        try {
            return switch (method) {
                case "GET" -> path.equals("/") ? new Answer(200, "", status()) : Answer.of(404);
                case "POST" -> path.equals("/") ? create(JSON.readTree(body)) : command(path, JSON.readTree(body));
                case "DELETE" -> path.equals("/") || stop(path) ? Answer.of(204) : Answer.of(404);
                default -> Answer.of(405);
            };
        } catch (JacksonException e) {
            return Answer.wrong("not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            return Answer.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static String status() {
        var status = JSON.createObjectNode().put("name", "sluice");
        CAPABILITIES.forEach(status.putArray("capabilities")::add);
        return status.toString();
    }

    private Answer create(JsonNode wanted) {
        String path = "/streams/" + started.incrementAndGet();
        streams.put(path, ContractStream.start(wanted));
        return new Answer(201, path, "");
    }

    private Answer command(String path, JsonNode command) {
        ContractStream stream = streams.get(path);
        if (stream == null) {
            return Answer.of(404);
        }
        if (!command.path("command").asString("").equals("restart")) {
            return Answer.wrong("command: there is none but restart");
        }
        stream.restart();
        return Answer.of(202);
    }

    private boolean stop(String path) {
        ContractStream stream = streams.remove(path);
        if (stream != null) {
            stream.close();
        }
        return stream != null;
    }
}
