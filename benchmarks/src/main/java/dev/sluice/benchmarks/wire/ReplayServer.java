package dev.sluice.benchmarks.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers any request with a canned stream, whose {@link Shape} is the first part of the path. Prints its port and serves
 * until its standard input ends. Does as little as it can, for it shares the machine with the client that is measured.
 */
public final class ReplayServer {
    private static final int BACKLOG = 4096;
    private static final byte[] HEAD = """
        HTTP/1.1 200 OK\r
        content-type: text/event-stream; charset=utf-8\r
        cache-control: no-cache\r
        request-id: req_1\r
        transfer-encoding: chunked\r
        \r
        """.getBytes(US_ASCII);

    private final Map<String, List<byte[]>> answers = new ConcurrentHashMap<>();

    private ReplayServer() {}

    /** Serves. */
    public static void main(String[] args) throws IOException {
        var server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> new ReplayServer().accept(server));
        System.out.println(server.getLocalPort());
        while (System.in.read() >= 0) {
            // whoever started us is there
        }
    }

    private void accept(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException e) {
                System.err.println("The server cannot accept: " + e.getMessage());
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 1024);
            OutputStream out = socket.getOutputStream();
            for (String path = request(in); path != null; path = request(in)) {
                out.write(HEAD);
                var shape = Shape.of(path);
                if (shape.kind() == Shape.Kind.PACED) {
                    pace(shape, out);
                } else {
                    for (byte[] write : answers.computeIfAbsent(shape.path(), key -> ClaudeStream.writes(shape))) {
                        out.write(write);
                    }
                }
            }
        } catch (IOException gone) {
            // as clients do
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts somewhere within a period, so that streams do not all speak at once. Goes on until the client has left. */
    private static void pace(Shape shape, OutputStream out) throws IOException, InterruptedException {
        for (byte[] event : ClaudeStream.start(false)) {
            out.write(ClaudeStream.chunk(event, ""));
        }
        byte[] chunk = ClaudeStream.chunk(ClaudeStream.text(Stamp.PLACE), "");
        int digits = new String(chunk, US_ASCII).indexOf('@') + 1;
        long period = TimeUnit.SECONDS.toNanos(1) / shape.count();
        long next = System.nanoTime() + ThreadLocalRandom.current().nextLong(period);
        while (true) {
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            Stamp.write(chunk, digits, System.nanoTime());
            out.write(chunk);
            next += period;
        }
    }

    /** Reads a request to its end; its path, or null if there is none. */
    private static @Nullable String request(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            } else if (header.startsWith("transfer-encoding:")) {
                throw new IOException("a request in chunks, which this server does not read");
            }
        }
        in.skipNBytes(length);
        return first.split(" ", 3)[1];
    }

    /** A line; empty at the end. */
    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder(128);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                if (line.isEmpty()) {
                    return "";
                }
                throw new EOFException();
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
