package dev.sluice.relay.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An HTTP client that sends what it is told, right or wrong, and sees how a response ends. */
public final class WireClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private int status;
    private Map<String, List<String>> headers = Map.of();
    private int chunkLeft;
    private boolean begun;
    private boolean over;

    /** Connects. No read waits longer than ten seconds. */
    public WireClient(int port) throws IOException {
        this(port, new Socket());
    }

    private WireClient(int port, Socket socket) throws IOException {
        this.socket = socket;
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Connects, with room for as little that was not read yet as the system allows. */
    public static WireClient narrow(int port) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(1);
        return new WireClient(port, socket);
    }

    /** A request, sent, and its response's head, read. */
    public static WireClient send(int port, String method, String path, String body, String... headers)
            throws IOException {
        return new WireClient(port).request(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** Sends a request with the headers that it needs, and these; reads the head of the response. */
    public WireClient request(String method, String path, byte[] body, String... more) throws IOException {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: here\r\n");
        boolean typed = false;
        for (String header : more) {
            head.append(header).append("\r\n");
            typed |= header.startsWith("Content-Type:");
        }
        if (method.equals("POST")) {
            head.append(typed ? "" : "Content-Type: application/json\r\n")
                    .append("Content-Length: ")
                    .append(body.length)
                    .append("\r\n");
        }
        var all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        all.writeBytes(body);
        return raw(all.toByteArray());
    }

    /** Sends bytes and reads a response's head. */
    public WireClient raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        String first = line();
        status = Integer.parseInt(first.split(" ", -1)[1]);
        headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return this;
    }

    public int status() {
        return status;
    }

    /** A header's only value; empty if there is none. */
    public String header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        if (values.size() > 1) {
            throw new IllegalStateException(name + " came more than once: " + values);
        }
        return values.isEmpty() ? "" : values.getFirst();
    }

    /** The cookie that the response sets, as a header to send back. */
    public String cookie() {
        return "Cookie: " + header("set-cookie").split(";", -1)[0];
    }

    /** The rest of the body. */
    public String body() throws IOException {
        var all = new ByteArrayOutputStream();
        if (status == 204 || status == 304) {
            return "";
        }
        if (!header("content-length").isEmpty()) {
            all.writeBytes(in.readNBytes(Integer.parseInt(header("content-length"))));
            return all.toString(StandardCharsets.UTF_8);
        }
        for (int b = read(); b >= 0; b = read()) {
            all.write(b);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** The next server-sent event that is no comment, by field; empty at the end of the response. */
    public Map<String, String> event() throws IOException {
        var event = new HashMap<String, String>();
        while (true) {
            var line = new ByteArrayOutputStream();
            int b = read();
            for (; b >= 0 && b != '\n'; b = read()) {
                line.write(b);
            }
            if (b < 0) {
                return Map.of();
            }
            String text = line.toString(StandardCharsets.UTF_8);
            if (text.isEmpty() && !event.isEmpty()) {
                return event;
            }
            int colon = text.indexOf(':');
            if (colon > 0) {
                event.put(text.substring(0, colon), text.substring(colon + 1).strip());
            }
        }
    }

    /** The ids of all events to the end. */
    public List<String> ids() throws IOException {
        var ids = new ArrayList<String>();
        for (Map<String, String> event = event(); !event.isEmpty(); event = event()) {
            ids.add(event.getOrDefault("id", "none"));
        }
        return ids;
    }

    /** A byte of a body in chunks; throws if it ends before its last one. */
    private int read() throws IOException {
        if (over) {
            return -1;
        }
        if (chunkLeft == 0) {
            if (begun) {
                line(); // a server may end a chunk only when it has the next
            }
            begun = true;
            chunkLeft = Integer.parseInt(line(), 16);
            if (chunkLeft == 0) {
                over = true;
                line();
                return -1;
            }
        }
        int b = in.read();
        if (b < 0) {
            throw new EOFException("cut within a chunk");
        }
        chunkLeft--;
        return b;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("cut before the end of a line");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /** The connection itself. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
