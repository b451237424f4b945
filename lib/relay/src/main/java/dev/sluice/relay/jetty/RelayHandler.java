package dev.sluice.relay.jetty;

import dev.sluice.TimeSource;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RequestHead;
import dev.sluice.relay.http.WebSocketHandshake;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.jspecify.annotations.Nullable;

/** Passes requests to the endpoint, and WebSocket handshakes to Jetty's container of them. */
final class RelayHandler extends Handler.Abstract {
    private final RelayEndpoint endpoint;
    private final Duration writeLimit;
    private final Duration pingEvery;
    private final TimeSource time;
    private final HalfOpenDetector halfOpen;
    private @Nullable ServerWebSocketContainer sockets;

    RelayHandler(
            RelayEndpoint endpoint,
            Duration writeLimit,
            Duration pingEvery,
            TimeSource time,
            HalfOpenDetector halfOpen) {
        this.endpoint = endpoint;
        this.writeLimit = writeLimit;
        this.pingEvery = pingEvery;
        this.time = time;
        this.halfOpen = halfOpen;
    }

    @Override
    protected void doStart() throws Exception {
        sockets = ServerWebSocketContainer.ensure(getServer());
        super.doStart();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var exchange = new JettyExchange(request, response, callback, writeLimit, halfOpen);
        boolean upgrade = exchange.head()
                .header("upgrade")
                .filter("websocket"::equalsIgnoreCase)
                .isPresent();
        if (upgrade && exchange.head().path().equals("/ws/stream")) {
            return upgrade(exchange, request, response, callback);
        }
        try {
            endpoint.handle(exchange);
        } catch (IOException e) { // Jetty would answer 500, which says that something is wrong here
            DisconnectWatch.cut(request, e);
            callback.failed(e);
        }
        return true;
    }

    private boolean upgrade(JettyExchange exchange, Request request, Response response, Callback callback) {
        ServerWebSocketContainer container = sockets;
        if (container == null) {
            throw new IllegalStateException("the handler has not been started");
        }
        RequestHead head = exchange.head();
        boolean body = head.header("transfer-encoding").isPresent()
                || head.header("content-length")
                        .filter(length -> !length.equals("0"))
                        .isPresent();
        if (body) { // it would be read as if it were the first message
            exchange.answer(RelayEndpoint.refused(400));
            return true;
        }
        switch (endpoint.handshake(head)) {
            case WebSocketHandshake.Denied(var answer) -> exchange.answer(answer);
            case WebSocketHandshake.Accepted accepted -> {
                accepted.headers().forEach(response.getHeaders()::put);
                boolean upgraded = container.upgrade(
                        (asked, answered, failed) -> new JettySocket(endpoint, accepted, writeLimit, pingEvery, time),
                        request,
                        response,
                        callback);
                if (!upgraded) {
                    exchange.answer(RelayEndpoint.refused(400));
                }
            }
        }
        return true;
    }
}
