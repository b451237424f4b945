package dev.sluice.relay.jdk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.sluice.control.Time;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.Answer;
import dev.sluice.relay.http.Exchange;
import dev.sluice.relay.http.RequestHead;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of the JDK's server. */
final class JdkExchange implements Exchange {
    private static final Duration BODY_LIMIT = Duration.ofSeconds(30);

    private final HttpExchange exchange;
    private final Duration writeLimit;
    private final Time time;
    private final RequestHead head;
    private Time.@Nullable Scheduled bodyLimit;
    private @Nullable JdkSink sink;

    JdkExchange(HttpExchange exchange, Duration writeLimit, Time time) {
        this.exchange = exchange;
        this.writeLimit = writeLimit;
        this.time = time;
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getRawQuery();
        this.head = new RequestHead(
                exchange.getRequestMethod(),
                path == null ? "" : path,
                query == null ? "" : query,
                exchange.getRequestHeaders(),
                exchange instanceof HttpsExchange,
                exchange.getRemoteAddress().getAddress().getHostAddress());
    }

    @Override
    public RequestHead head() {
        return head;
    }

    /** The server has no limit of its own; a thread that is interrupted gives the connection up. */
    @Override
    public InputStream body() {
        bodyLimit = time.schedule(BODY_LIMIT, Thread.currentThread()::interrupt);
        return exchange.getRequestBody();
    }

    private void bodyIsRead() {
        if (bodyLimit != null) {
            bodyLimit.cancel();
        }
    }

    @Override
    public void answer(Answer answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = answer.body();
        boolean none = body.length == 0 || head.method().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), none ? -1 : body.length);
        if (!none) {
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
        }
        exchange.close(); // reads what is left of the request
        bodyIsRead();
    }

    @Override
    public EventSink stream(Map<String, String> headers) throws IOException {
        bodyIsRead();
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(200, 0); // in chunks
        exchange.getResponseBody().flush();
        sink = new JdkSink(exchange.getResponseBody(), writeLimit, time);
        return sink;
    }

    /** Waits until the stream has ended, if there is one. Throws if it was cut: the server then cuts the connection. */
    void await() throws IOException, InterruptedException {
        if (sink != null) {
            sink.await();
        }
    }
}
