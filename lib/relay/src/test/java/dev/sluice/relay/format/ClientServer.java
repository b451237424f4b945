package dev.sluice.relay.format;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Conversation;
import dev.sluice.relay.Session;
import dev.sluice.relay.StreamFormat;
import dev.sluice.relay.format.UiMessageFormat.Answers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Serves written runs through the formats, as a relay would. */
final class ClientServer implements AutoCloseable {
    private static final Session SESSION = new Session("one");

    final List<Conversation> asked = new CopyOnWriteArrayList<>();
    final List<Answers> answered = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final CountDownLatch stopNoticed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    ClientServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/ui", this::ui);
        server.createContext("/openai", this::openai);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void ui(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/"); // "", ui, scenario, chat, "stream"
        if (exchange.getRequestMethod().equals("GET")) {
            if (path.length != 5 || !path[3].equals("chat-" + path[2]) || !path[4].equals("stream")) {
                failures.add("resumed at " + exchange.getRequestURI());
            }
            answer(path[2].equals("idle") ? "idle" : "tools", new UiMessageFormat(), exchange);
            return;
        }
        Map<String, Object> body = body(exchange);
        if (!("chat-" + path[2]).equals(body.get("id"))) {
            failures.add("the chat's id in " + body);
        }
        Optional<Answers> answers = UiMessageFormat.answers(body);
        if (answers.isPresent()) {
            answered.add(answers.get());
            answer("answered", UiMessageFormat.continuing(answers.get()), exchange);
            return;
        }
        asked.add(UiMessageFormat.request(SESSION, body).conversation());
        answer(path[2], new UiMessageFormat(), exchange);
    }

    private void openai(HttpExchange exchange) throws IOException {
        Map<String, Object> body = body(exchange);
        asked.add(OpenAiChunkFormat.request(SESSION, body).conversation());
        answer((String) body.get("model"), OpenAiChunkFormat.of(body), exchange);
    }

    private void answer(String scenario, StreamFormat format, HttpExchange exchange) throws IOException {
        if (scenario.equals("idle")) {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            return;
        }
        format.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        RunScript run = RunScript.tools();
        int some = 12; // in the middle of a tool's input
        switch (scenario) {
            case "tools" -> write(run.frames(format), exchange);
            case "cancelled" -> write(run.frames(format, some), exchange);
            case "failure" -> write(run.framesAndFailure(format, some), exchange);
            case "error" ->
                write(new RunScript().turn().text(0, "Well, ").error().frames(format), exchange);
            case "reset" -> write(reset(run).frames(format), exchange);
            case "approval" -> write(RunScript.waiting().frames(format), exchange);
            case "answered" -> write(RunScript.answered().frames(format), exchange);
            case "cut" -> {
                List<String> frames = run.frames(format);
                OutputStream out = exchange.getResponseBody();
                send(String.join("", frames.subList(0, frames.size() / 2)), out);
                throw new IOException("cuts the connection; to close the exchange would end the body properly");
            }
            case "endless" -> endless(format, exchange.getResponseBody());
            default -> failures.add("no scenario " + scenario);
        }
        exchange.close();
    }

    /** The first turn breaks off while its tool runs, and is asked again. */
    private static RunScript reset(RunScript run) {
        var broken = new RunScript()
                .turn()
                .block(0, "thinking")
                .thinking(0, "Perhaps")
                .block(1, "tool_use", "id", "toolu_0", "name", "river_level")
                .input(1, "{\"river\":\"Douro\"}")
                .blockEnd(1)
                .add("tool_start", "id", "toolu_0", "name", "river_level", "input", Map.of("river", "Douro"))
                .add("tool_progress", "id", "toolu_0", "message", "asking", "percentage", 10)
                .reset();
        run.events.forEach(event -> broken.raw(event.type(), event.json()));
        return broken;
    }

    private static void write(List<String> frames, HttpExchange exchange) throws IOException {
        try (OutputStream out = exchange.getResponseBody()) {
            for (String frame : frames) {
                send(frame, out);
                send(SseFrames.HEARTBEAT, out);
            }
        }
    }

    /** Says words until nobody listens any more. */
    private void endless(StreamFormat format, OutputStream out) throws IOException {
        StreamFormat.Encoder encoder = format.encoder("s1");
        var words = new RunScript().turn();
        for (int i = 0; i < 100; i++) {
            words.text(0, "word ");
        }
        var frames = new StringBuilder();
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        try {
            while (System.nanoTime() < limit) {
                words.events.forEach(event -> encoder.event(event, frames::append));
                send(frames.toString(), out);
                frames.setLength(0);
            }
            failures.add("the client went on listening");
        } catch (IOException gone) {
            stopNoticed.countDown();
            throw gone;
        }
    }

    private static void send(String frame, OutputStream out) throws IOException {
        out.write(frame.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static Map<String, Object> body(HttpExchange exchange) throws IOException {
        return Json.readObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
