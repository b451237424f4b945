package dev.sluice.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** An event source that sends one event for each connection, two in all, and then says that there is no more. */
final class EventSourceOfTwo implements AutoCloseable {
    private final HttpServer http;
    private int sent;

    EventSourceOfTwo() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/events");
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (sent == 2) {
            exchange.sendResponseHeaders(204, -1);
        } else {
            sent++;
            exchange.getResponseHeaders().set("content-type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            String event = "retry: 10\nid: " + sent + "\nevent: tick\ndata: " + sent + "\n\n";
            exchange.getResponseBody().write(event.getBytes(StandardCharsets.UTF_8));
        }
        exchange.close();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
