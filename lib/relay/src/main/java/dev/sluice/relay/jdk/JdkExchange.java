package dev.sluice.relay.jdk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.sluice.TimeSource;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.FullResponse;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayExchange;
import dev.sluice.relay.http.RequestHead;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request of the JDK's server. */
final class JdkExchange implements RelayExchange {
    private final HttpExchange exchange;
    private final Duration writeLimit;
    private final TimeSource time;
    private final HalfOpenDetector halfOpen;
    private final String context; // the path that it is mounted at; empty for all
    private final RequestHead head;
    private @Nullable ReadLimit bodyLimit;
    private @Nullable JdkSink sink;
    private HalfOpenDetector.@Nullable Watch silence;

    JdkExchange(HttpExchange exchange, Duration writeLimit, TimeSource time, HalfOpenDetector halfOpen) {
        this.exchange = exchange;
        this.writeLimit = writeLimit;
        this.time = time;
        this.halfOpen = halfOpen;
        String mounted = exchange.getHttpContext().getPath();
        context = mounted.endsWith("/") ? mounted.substring(0, mounted.length() - 1) : mounted;
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getRawQuery();
        this.head = new RequestHead(
                exchange.getRequestMethod(),
                path == null ? "" : path.substring(context.length()),
                query == null ? "" : query,
                exchange.getRequestHeaders(),
                exchange instanceof HttpsExchange,
                exchange.getRemoteAddress().getAddress().getHostAddress());
    }

    @Override
    public RequestHead head() {
        return head;
    }

    /**
     * Where the page is if this request left out the slash after the path that the endpoint is mounted at. The page's links
     * would lead elsewhere without it.
     */
    Optional<String> slashMissing() {
        URI asked = exchange.getRequestURI();
        boolean missing = !context.isEmpty() && head.path().isEmpty();
        return missing
                ? Optional.of(asked.getRawPath() + "/" + (asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery()))
                : Optional.empty();
    }

    @Override
    public InputStream body() {
        bodyLimit = new ReadLimit(time);
        return bodyLimit.of(exchange.getRequestBody());
    }

    @Override
    public void answer(FullResponse answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = answer.body();
        boolean none = body.length == 0 || head.method().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), none ? -1 : body.length);
        if (!none) {
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
        }
        close();
    }

    @Override
    public EventSink stream(Map<String, String> headers) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(200, 0); // in chunks
        exchange.getResponseBody().flush();
        sink = new JdkSink(exchange.getResponseBody(), writeLimit, time);
        silence = halfOpen.watch(exchange.getLocalAddress(), exchange.getRemoteAddress(), sink::lost);
        return sink;
    }

    /** Waits until the stream has ended, if there is one. Throws if it was cut: the server then cuts the connection. */
    void await() throws IOException, InterruptedException {
        if (sink != null) {
            sink.await();
        }
    }

    /** Ends the exchange, and reads what is left of the request. */
    void close() {
        ReadLimit limit = bodyLimit == null ? new ReadLimit(time) : bodyLimit;
        try {
            exchange.close();
        } finally {
            limit.end();
        }
    }

    /** Frees the request's thread: nothing of this exchange reaches it any more. */
    void release() {
        if (bodyLimit != null) {
            bodyLimit.end();
        }
        if (silence != null) {
            silence.stop();
        }
    }
}
