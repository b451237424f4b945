package dev.sluice.benchmarks.relay;

import dev.sluice.benchmarks.wire.Stamp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/** A connection that reads server-sent events as they come, on a plain socket. */
final class Browser implements AutoCloseable {
    private final Socket socket = new Socket();
    private final BufferedReader in;
    private String stream = "";
    private String cookie = "";

    private Browser(int port, String head, String body) throws IOException {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
        socket.setTcpNoDelay(true);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String request = head + "Host: 127.0.0.1:" + port + "\r\nContent-Length: " + bytes.length + "\r\n\r\n" + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1024);
        String status = in.readLine();
        if (status == null || !status.contains(" 200")) {
            throw new IOException("answered: " + status);
        }
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            int colon = line.indexOf(':');
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(java.util.Locale.ROOT)) {
                case "x-stream-id" -> stream = value;
                case "set-cookie" -> cookie = value.substring(0, value.indexOf(';'));
                default -> {}
            }
        }
    }

    /** Starts a run that speaks so many times a second. */
    static Browser start(int port, int rate) throws IOException {
        return new Browser(
                port,
                "POST /api/v1/stream HTTP/1.1\r\nContent-Type: application/json\r\n",
                "{\"message\":\"What is the time?\",\"rate\":" + rate + "}");
    }

    /** Watches what another one has started. */
    static Browser watch(int port, Browser first) throws IOException {
        return new Browser(
                port, "GET /api/v1/stream/" + first.stream + " HTTP/1.1\r\nCookie: " + first.cookie + "\r\n", "");
    }

    /** Reads until a word comes and tells when it was said. */
    long next() throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long said = Stamp.read(line);
            if (said >= 0) {
                return said;
            }
        }
        throw new IOException("the stream ended");
    }

    /** Reads until the connection ends. */
    void listen(LongConsumer said) throws IOException {
        while (true) {
            said.accept(next());
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
