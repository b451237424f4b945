package dev.sluice.relay.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.internal.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Serves the page, and speaks the relay's protocol as the test tells it to. */
final class ScriptedBackEnd implements AutoCloseable {
    /** The policy under which the page must work. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                    + "require-trusted-types-for 'script'; trusted-types dompurify";

    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

    /** What the page offers to begin with. */
    static final List<String> SUGGESTIONS = List.of("What is new?", "How high is the \"Douro\" at <Porto>?");

    /** The {@code Last-Event-ID} of each request to go on; 0 if it had none. */
    final List<Integer> resumes = new CopyOnWriteArrayList<>();

    /** The key of each request for a run. */
    final List<String> keys = new CopyOnWriteArrayList<>();

    private final AtomicInteger starts = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<ScriptedRun> started = new LinkedBlockingQueue<>();
    private final Map<String, ScriptedRun> runs = new ConcurrentHashMap<>();
    private final HttpServer server;
    private volatile boolean down;
    private volatile boolean forgetful;
    private volatile boolean expired;
    private volatile @Nullable String refusal;

    ScriptedBackEnd() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::file);
        server.createContext("/api/v1/stream", this::stream);
        server.createContext("/suggestions.json", this::suggestions);
        server.setExecutor(threads);
        server.start();
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    /** The next run that the page starts. */
    ScriptedRun run() throws InterruptedException {
        ScriptedRun run = started.poll(20, TimeUnit.SECONDS);
        if (run == null) {
            throw new AssertionError("the page started no run");
        }
        return run;
    }

    /** How many requests for a run there were. */
    int starts() {
        return starts.get();
    }

    /** Whoever comes back is told all events again, whatever it has. */
    void forgetWhatWasTold() {
        forgetful = true;
    }

    /** A request with the id of an event gets the answer that it has expired; one without an id gets all events. */
    void expirePlaces() {
        expired = true;
    }

    /** While it is down, each request loses its connection. */
    void down(boolean isDown) {
        down = isDown;
    }

    /** Refuses runs with status 503 and this message; starts them again if it is null. */
    void refuse(@Nullable String message) {
        refusal = message;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void stream(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            starts.incrementAndGet();
            keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        }
        if (down) {
            throw new IOException("down, as the test wants it");
        }
        try {
            switch (exchange.getRequestMethod()) {
                case "POST" -> start(exchange);
                case "GET" -> resume(exchange);
                case "DELETE" -> cancel(exchange);
                default -> answer(exchange, 405);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void start(HttpExchange exchange) throws IOException, InterruptedException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String message = refusal;
        if (message != null) {
            byte[] problem = Json.write(Map.of("error", Map.of("code", "unavailable", "message", message)))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(503, problem.length);
            exchange.getResponseBody().write(problem);
            exchange.close();
            return;
        }
        var run = new ScriptedRun("run-" + (runs.size() + 1), Json.readObject(body));
        runs.put(run.id, run);
        started.add(run);
        watch(exchange, run, 0);
    }

    private void resume(HttpExchange exchange) throws IOException, InterruptedException {
        ScriptedRun run = runs.get(id(exchange));
        String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        int after = last == null ? 0 : Integer.parseInt(last);
        resumes.add(after);
        if (run == null || (expired && after > 0)) {
            answer(exchange, 410);
        } else if (run.isDelivered(after)) {
            answer(exchange, 204);
        } else {
            watch(exchange, run, forgetful ? 0 : after);
        }
    }

    private void cancel(HttpExchange exchange) throws IOException {
        ScriptedRun run = runs.get(id(exchange));
        if (run != null) {
            run.cancelled.countDown();
            run.finish();
        }
        answer(exchange, run == null ? 404 : 204);
    }

    private static void watch(HttpExchange exchange, ScriptedRun run, int after)
            throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("X-Stream-Id", run.id);
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(": here\n\n".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        run.watch(exchange, after);
    }

    private void suggestions(HttpExchange exchange) throws IOException {
        byte[] json = Json.write(SUGGESTIONS).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(200, json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }

    private void file(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean ofJar = path.startsWith("/_static/") || path.startsWith("/webjars/");
        String name = ofJar
                ? "META-INF/resources" + path
                : "dev/sluice/relay/page" + (path.equals("/") ? "/index.html" : path);
        try (InputStream in = ScriptedBackEnd.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                answer(exchange, 404);
                return;
            }
            byte[] content = in.readAllBytes();
            String type = TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "text/html");
            exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
            exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
            // A browser repeats by itself what it sent on a connection that it had used before, and got no answer to.
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        }
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static String id(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
