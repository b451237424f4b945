package dev.sluice.relay.http;

import dev.sluice.context.ContextCarrier;
import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.relay.Caller;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.Quota;
import dev.sluice.relay.QuotaCounter;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.StreamFormat;
import dev.sluice.relay.format.UiMessageFormat;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A relay over HTTP: what each request means, who may send it, and how it is answered. The paths, messages and limits are in
 * {@code docs/relay.md}. Adapters mount it in a web server: {@code dev.sluice.relay.jetty}, {@code dev.sluice.relay.jdk},
 * {@code dev.sluice.relay.servlet}.
 *
 * <p>Safe for use by any thread. {@link #handle} blocks while it reads the request's body and while the run is started,
 * not while events are sent.
 */
public final class RelayEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(RelayEndpoint.class);

    /** Each holds its body, of up to a mebibyte. */
    private static final Quota STARTING = new Quota(16, 40, 1_000);

    private final Relay relay;
    private final RunService runs;
    private final RelayAuthenticator authenticator;
    private final ClientAddress addresses;
    private final QuotaCounter socketCounter;
    private final QuotaCounter startCounter = new QuotaCounter(STARTING, "requests being read or started");
    private final AllowedHosts hosts;
    private final AllowedOrigins origins;
    private final RequestBody body;
    private final int maxBodyBytes;
    private final StaticFiles page;
    private final RequestContext requestContext;
    private final Set<RelaySocket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    RelayEndpoint(RelayEndpointBuilder settings) {
        relay = settings.relay;
        Duration per = settings.startsPer;
        runs = new RunService(
                relay,
                settings.starter,
                new RequestLimits(settings.maxMessages, settings.maxParts),
                new StartRateLimiter("this session", settings.starts, per, settings.time),
                new StartRateLimiter("this address", settings.startsPerAddress(), per, settings.time),
                new IdempotencyKeys(settings.time));
        runs.recover();
        addresses = new ClientAddress(settings.trustedProxies);
        socketCounter = new QuotaCounter(settings.sockets, "WebSockets");
        authenticator = settings.authenticator;
        hosts = new AllowedHosts(settings.allowedHosts);
        origins = new AllowedOrigins(settings.allowedOrigins, new RareWarning(LOG, settings.time));
        body = new RequestBody(settings.maxBodyBytes, settings.time);
        maxBodyBytes = settings.maxBodyBytes;
        requestContext = settings.requestContext;
        page = new StaticFiles(settings.page, settings.loader, settings.suggestions);
    }

    /** An endpoint for this relay; the starter says what is run. */
    public static RelayEndpointBuilder builder(Relay relay, RunFactory starter) {
        return new RelayEndpointBuilder(relay, starter);
    }

    /**
     * Answers a request. An error in it is reported to the client.
     *
     * @throws IOException if the client is gone
     */
    public void handle(RelayExchange exchange) throws IOException {
        RequestHead head = exchange.head();
        var failure = new AtomicReference<IOException>();
        context(head).run(() -> {
            try {
                handle(exchange, head);
            } catch (IOException e) {
                failure.set(e);
            }
        });
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private Captured context(RequestHead head) {
        ContextCarrier carrier = () -> requestContext.of(head);
        return carrier.guarded().capture();
    }

    private void handle(RelayExchange exchange, RequestHead head) throws IOException {
        Map<String, String> crossOrigin = origins.headers(head);
        FullResponse answer;
        try {
            Route route = Route.of(head.path());
            if (!(route instanceof Route.Health)) { // a load balancer asks by any name
                hosts.check(head);
            }
            if (AllowedOrigins.isPreflight(head)) {
                origins.check(head);
                answer = AllowedOrigins.preflight(route.allowed());
            } else {
                route.check(head.method());
                answer = respond(route, exchange, crossOrigin);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) { // the authenticator and the starter are the application's, who may throw anything
            answer = problem(e).answer();
        }
        if (answer != STREAMING) {
            exchange.answer(
                    answer.with(SecurityHeaders.with(answer.with(crossOrigin).headers())));
        }
    }

    /** The result of {@link #respond} when the response has begun already. */
    private static final FullResponse STREAMING = FullResponse.empty(200);

    private FullResponse respond(Route route, RelayExchange exchange, Map<String, String> crossOrigin)
            throws IOException {
        RequestHead head = exchange.head();
        return switch (route) {
            case Route.Health() -> health();
            case Route.File(String path) -> file(head, path);
            case Route.Socket() ->
                new Problem(426, "upgrade_required", "This is a WebSocket.", Map.of("Upgrade", "websocket")).answer();
            case Route.Start(ClientProtocol dialect) -> start(dialect, exchange, crossOrigin);
            case Route.Stream(String id) ->
                head.method().equals("DELETE") ? cancel(head, id) : resume(exchange, id, crossOrigin);
            case Route.Approval(String streamId, String callKey) -> answer(exchange, streamId, callKey);
            case Route.Chat(String chatId) -> resumeChat(exchange, chatId, crossOrigin);
        };
    }

    /** The decision on a WebSocket's handshake: the session, or the refusal. */
    public WebSocketHandshake handshake(RequestHead head) {
        try {
            hosts.check(head);
            origins.check(head);
            if (closing) {
                throw closingDown();
            }
            CallerSession visitor = visitor(head);
            socketCounter.check(visitor.caller());
            return new WebSocketHandshake.Accepted(visitor.caller(), visitor.introduction(), context(head));
        } catch (Throwable e) { // the authenticator is the application's
            FullResponse answer = problem(e).answer();
            return new WebSocketHandshake.Denied(answer.with(SecurityHeaders.with(answer.headers())));
        }
    }

    /**
     * The conversation on a WebSocket that has been let in and is open. It is kept until {@link RelaySocket#gone} is called, so
     * that nothing that may yet fail should come between.
     *
     * @throws RelayException if there are too many WebSockets by now
     */
    public RelaySocket socket(WebSocketHandshake.Accepted handshake, RelaySocket.Wire wire) {
        Caller caller = handshake.caller();
        var socket = new RelaySocket(runs, caller, handshake.context(), socketCounter.acquire(caller), wire, sockets);
        if (closing) {
            socket.close();
        }
        return socket;
    }

    /** The same for a caller whose handshake had nothing to carry on. */
    public RelaySocket socket(Caller caller, RelaySocket.Wire wire) {
        return socket(new WebSocketHandshake.Accepted(caller, Map.of(), Captured.nothing()), wire);
    }

    /** How many WebSockets are open. */
    int openSockets() {
        return sockets.size();
    }

    /** How long a request's body or a WebSocket's message may be, in bytes. */
    public int maxBodyBytes() {
        return maxBodyBytes;
    }

    /**
     * Refuses new requests and shuts the relay down, which reports it to every client first. For before the web server
     * is stopped.
     */
    public void shutdown(Duration atMost) {
        closing = true;
        relay.shutdown(atMost);
        sockets.forEach(RelaySocket::close);
    }

    /** A web server's answer, instead of a page of its own, to a request that does not get here. */
    public static FullResponse refused(int status) {
        FullResponse answer = new Problem(status, "refused", "The server cannot take this request.").answer();
        return answer.with(SecurityHeaders.with(answer.headers()));
    }

    private FullResponse health() {
        return closing
                ? FullResponse.json(503, Map.of("status", "closing"))
                : FullResponse.json(200, Map.of("status", "ok"));
    }

    /** A page is for everybody; who is new gets a name with it, so that what the page asks for at once has one already. */
    private FullResponse file(RequestHead head, String path) throws IOException {
        FullResponse file = page.file(path);
        if (!path.equals("/")) {
            return file;
        }
        try {
            return file.with(visitor(head).introduction());
        } catch (AccessDenied e) {
            return file;
        }
    }

    private FullResponse start(ClientProtocol dialect, RelayExchange exchange, Map<String, String> crossOrigin)
            throws IOException {
        RequestHead head = exchange.head();
        origins.check(head);
        if (closing) {
            throw closingDown();
        }
        CallerSession visitor = visitor(head);
        var key = head.header("idempotency-key").map(IdempotencyKeys::key);
        Map<String, Object> content;
        Optional<UiMessageFormat.Answers> answers;
        String id;
        QuotaCounter.Permit permit = startCounter.acquire(visitor.caller());
        try {
            runs.admit(visitor.caller(), key);
            content = body.read(exchange);
            if (exchange.isGone()) {
                throw new EOFException("the client is gone before a run was started");
            }
            answers = runs.answer(visitor.session(), dialect, content);
            id = answers.isPresent() ? answers.get().streamId() : runs.start(visitor.caller(), key, dialect, content);
        } finally {
            permit.release();
        }
        StreamFormat format =
                answers.<StreamFormat>map(UiMessageFormat::continuing).orElseGet(() -> dialect.format(content));
        return stream(exchange, format, visitor, id, 0, crossOrigin);
    }

    private FullResponse resume(RelayExchange exchange, String id, Map<String, String> crossOrigin) throws IOException {
        RequestHead head = exchange.head();
        CallerSession visitor = visitor(head);
        long after = head.header("last-event-id")
                .or(() -> head.parameter("lastEventId"))
                .map(RunService::eventId)
                .orElse(0L);
        if (runs.isDelivered(visitor.session(), id, after)) {
            return FullResponse.empty(204).with(visitor.introduction());
        }
        return stream(exchange, ClientProtocol.EVENTS.format(Map.of()), visitor, id, after, crossOrigin);
    }

    private FullResponse resumeChat(RelayExchange exchange, String chatId, Map<String, String> crossOrigin)
            throws IOException {
        CallerSession visitor = visitor(exchange.head());
        var id = runs.streamOf(visitor.session(), chatId);
        if (id.isEmpty()) {
            return FullResponse.empty(204).with(visitor.introduction());
        }
        return stream(exchange, ClientProtocol.CHAT.format(Map.of()), visitor, id.get(), 0, crossOrigin);
    }

    private FullResponse cancel(RequestHead head, String id) {
        origins.check(head);
        runs.cancel(visitor(head).session(), id);
        return FullResponse.empty(202);
    }

    /** A person's answer to a question of a run; the run's watchers see what it does about it. */
    private FullResponse answer(RelayExchange exchange, String streamId, String callKey) throws IOException {
        RequestHead head = exchange.head();
        origins.check(head);
        CallerSession visitor = visitor(head);
        Map<String, Object> content;
        QuotaCounter.Permit permit = startCounter.acquire(visitor.caller());
        try {
            runs.admit(visitor.caller(), Optional.empty());
            content = body.read(exchange);
        } finally {
            permit.release();
        }
        runs.answer(visitor.session(), streamId, callKey, content);
        return FullResponse.empty(204);
    }

    private FullResponse stream(
            RelayExchange exchange,
            StreamFormat format,
            CallerSession visitor,
            String id,
            long after,
            Map<String, String> crossOrigin)
            throws IOException {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Content-Type", "text/event-stream; charset=utf-8");
        headers.put("Cache-Control", "no-store, no-transform");
        headers.put("X-Accel-Buffering", "no");
        headers.put("X-Stream-Id", id);
        headers.putAll(format.headers());
        headers.putAll(visitor.introduction());
        headers.putAll(crossOrigin);
        EventSink sink = exchange.stream(SecurityHeaders.with(headers));
        try {
            runs.attach(visitor.caller(), id, after, format, sink);
        } catch (RuntimeException | Error e) { // too late for another answer
            LOG.warn("A stream could not be sent", e);
            sink.abort();
        }
        return STREAMING;
    }

    private CallerSession visitor(RequestHead head) {
        return CallerSession.of(head, authenticator, addresses);
    }

    private static Problem problem(Throwable e) {
        return switch (e) {
            case Problem problem -> problem;
            case AccessDenied refused -> Problem.of(refused);
            case RelayException relay -> Problem.of(relay);
            default -> {
                LOG.warn("A request failed", e);
                yield Problem.internal();
            }
        };
    }

    private static Problem closingDown() {
        return Problem.of(new RelayException(RelayException.Code.UNAVAILABLE, "The server is being shut down."));
    }
}
