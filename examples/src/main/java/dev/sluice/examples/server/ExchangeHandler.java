package dev.sluice.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.sluice.examples.server.Dialect.Asked.Answer;
import dev.sluice.examples.server.Dialect.Asked.Fact;
import dev.sluice.examples.server.Dialect.Refused;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/**
 * Takes a request and gives it its answer, on the thread of the exchange.
 *
 * <p>It throws when the client has gone or the connection shall be dropped: the JDK's server then closes the connection
 * without the last chunk, and says nothing.
 */
final class ExchangeHandler implements HttpHandler {
    private final Pace pace;
    private final Queue<Fault> faults;
    private final RateLimits limits = new RateLimits();
    private final AtomicLong seeds;
    private final AtomicInteger open = new AtomicInteger();

    ExchangeHandler(Pace pace, long seed, Queue<Fault> faults) {
        this.pace = pace;
        this.faults = faults;
        seeds = new AtomicLong(seed);
    }

    int open() {
        return open.get();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        open.incrementAndGet();
        try {
            answer(exchange, Call.of(exchange), new SplittableRandom(seeds.getAndIncrement()));
        } catch (InterruptedException e) {
            throw new InterruptedIOException("the server closes");
        } finally {
            open.decrementAndGet();
        }
    }

    private void answer(HttpExchange exchange, Call call, SplittableRandom random)
            throws IOException, InterruptedException {
        Dialect dialect = Dialect.of(call);
        String requestId = dialect.requestId(random);
        Headers headers = exchange.getResponseHeaders();
        dialect.head(requestId).forEach(headers::set);
        try {
            switch (dialect.asked(call)) {
                case Fact(JsonNode body) -> send(exchange, 200, body);
                case Answer(Request request) -> {
                    Optional<Fault> fault = fault(call);
                    var reply = new Reply(requestId, request, Script.of(request, random), random);
                    dialect.limits(limits.count(request.tokens(), reply.script().tokens()))
                            .forEach(headers::set);
                    if (request.stream()) {
                        stream(exchange, dialect, reply, fault);
                    } else {
                        send(exchange, 200, dialect.whole(reply));
                    }
                }
            }
        } catch (Refusal refusal) {
            Refused refused = dialect.refused(refusal, requestId);
            refused.headers().forEach(headers::set);
            send(exchange, refused.status(), refused.body());
        }
    }

    private void stream(HttpExchange exchange, Dialect dialect, Reply reply, Optional<Fault> fault)
            throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("cache-control", "no-cache");
        exchange.sendResponseHeaders(200, 0);
        JsonNode failure =
                dialect.refused(Refusal.overloaded(), reply.requestId()).body();
        new Playback(exchange.getResponseBody(), dialect.frames(reply), reply, pace, fault, failure).play();
        exchange.close();
    }

    private Optional<Fault> fault(Call call) throws Refusal {
        String wanted = call.headers().getFirst("x-script");
        Optional<Fault> fault = wanted == null ? Optional.ofNullable(faults.poll()) : Fault.ofHeader(wanted);
        if (wanted != null && fault.isEmpty()) {
            throw Refusal.invalid("x-script: there is no fault named '" + wanted + "'");
        }
        if (fault.equals(Optional.of(Fault.OVERLOADED))) {
            throw Refusal.overloaded();
        }
        return fault;
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
