package dev.sluice.test.peer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link ScriptedPeer}: its framing. One thread reads requests, another runs their scripts. So the
 * reader notices the client's close during each step of a script.
 */
final class PeerConnection implements ScriptOutput {
    private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    final int number;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final AtomicLong written;
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean chunked; // the script's thread only

    PeerConnection(int number, Socket socket, AtomicLong written) throws IOException {
        this.number = number;
        this.socket = socket;
        this.written = written;
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** The head of the next request, or null once the client has gone. */
    @Nullable
    ReceivedRequest readHead() throws IOException {
        String line = readLine();
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ", 3);
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (line = readLine(); line != null && !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new ReceivedRequest(number, words[0], words[1], headers, new byte[0]);
    }

    ReceivedRequest readBody(ReceivedRequest head) throws IOException {
        byte[] body;
        if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
            body = readChunks();
        } else {
            String length = head.header("content-length");
            body = length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        }
        return new ReceivedRequest(head.connection(), head.method(), head.path(), head.headers(), body);
    }

    private byte[] readChunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            String size = readLine();
            int bytes = size == null ? 0 : Integer.parseInt(size, 16);
            body.writeBytes(in.readNBytes(bytes));
            readLine();
            if (bytes == 0) {
                return body.toByteArray();
            }
        }
    }

    private @Nullable String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void head(int status, String... headers) throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
        chunked = true;
        for (int i = 0; i < headers.length; i += 2) {
            String name = headers[i].toLowerCase(Locale.ROOT);
            if (name.equals("content-length") || (name.equals("connection") && headers[i + 1].equals("close"))) {
                chunked = false;
            }
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        if (chunked) {
            head.append("transfer-encoding: chunked\r\n");
        }
        raw(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void body(byte[] bytes) throws IOException {
        if (!chunked) {
            raw(bytes);
        } else if (bytes.length > 0) { // an empty chunk would be the last one
            var chunk = new ByteArrayOutputStream(bytes.length + 16);
            chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunk.writeBytes(bytes);
            chunk.writeBytes(new byte[] {'\r', '\n'});
            raw(chunk.toByteArray());
        }
    }

    @Override
    public void raw(byte[] bytes) throws IOException {
        out.write(bytes);
        written.addAndGet(bytes.length);
    }

    @Override
    public void end() throws IOException {
        raw(END);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    @Override
    public void stall() throws InterruptedException {
        closed.await();
    }

    @Override
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        close();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        socket.close();
    }
}
