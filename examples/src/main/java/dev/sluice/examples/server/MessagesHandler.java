package dev.sluice.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes a request and gives it its answer, on the thread of the exchange.
 *
 * <p>It throws when the client has gone or the connection shall be dropped: the JDK's server then closes the connection
 * without the last chunk, and says nothing.
 */
final class MessagesHandler implements HttpHandler {
    private final Pace pace;
    private final Queue<Fault> faults;
    private final RateLimits limits = new RateLimits();
    private final AtomicLong seeds;
    private final AtomicInteger open = new AtomicInteger();

    MessagesHandler(Pace pace, long seed, Queue<Fault> faults) {
        this.pace = pace;
        this.faults = faults;
        seeds = new AtomicLong(seed);
    }

    int open() {
        return open.get();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        var random = new SplittableRandom(seeds.getAndIncrement());
        String requestId = Ids.of("req", random);
        exchange.getResponseHeaders().set("request-id", requestId);
        exchange.getResponseHeaders().set("anthropic-organization-id", "00000000-0000-4000-8000-000000000000");
        open.incrementAndGet();
        try {
            answer(exchange, requestId, random);
        } catch (Refusal refusal) {
            ObjectNode body = ClaudeBodies.error(refusal.type(), refusal.getMessage(), requestId);
            if (refusal.status() == 529) {
                exchange.getResponseHeaders().set("x-should-retry", "true");
            }
            send(exchange, refusal.status(), body);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("the server closes");
        } finally {
            open.decrementAndGet();
        }
    }

    private void answer(HttpExchange exchange, String requestId, SplittableRandom random)
            throws IOException, InterruptedException, Refusal {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Headers asked = exchange.getRequestHeaders();
        String path =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        if (!path.equals("POST /v1/messages") && !path.equals("POST /v1/messages/count_tokens")) {
            throw new Refusal(404, "not_found_error", "Not found: " + path);
        }
        if (!asked.containsKey("x-api-key") && !asked.containsKey("authorization")) {
            throw new Refusal(401, "authentication_error", "x-api-key header is required");
        }
        if (!asked.containsKey("anthropic-version")) {
            throw Refusal.invalid("anthropic-version: header is required");
        }
        if (path.endsWith("/count_tokens")) {
            send(exchange, 200, ClaudeBodies.count(Request.read(body, "model", "messages")));
            return;
        }
        Request request = Request.read(body, "model", "max_tokens", "messages");
        Optional<Fault> fault = fault(asked);
        if (fault.equals(Optional.of(Fault.OVERLOADED))) {
            throw Refusal.overloaded();
        }
        Script script = Script.of(request, random);
        String messageId = Ids.of("msg", random);
        limits.report(exchange.getResponseHeaders(), request.tokens(), script.tokens());
        if (!request.stream()) {
            send(exchange, 200, ClaudeBodies.whole(messageId, request, script));
            return;
        }
        exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("cache-control", "no-cache");
        exchange.sendResponseHeaders(200, 0);
        var frames = new ClaudeFrames(exchange.getResponseBody(), random);
        new Playback(frames, script, pace, random, fault).play(request, messageId, requestId);
        exchange.close();
    }

    private Optional<Fault> fault(Headers asked) throws Refusal {
        String wanted = asked.getFirst("x-script");
        if (wanted == null) {
            return Optional.ofNullable(faults.poll());
        }
        Optional<Fault> fault = Fault.ofHeader(wanted);
        if (fault.isEmpty()) {
            throw Refusal.invalid("x-script: there is no fault named '" + wanted + "'");
        }
        return fault;
    }

    private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
