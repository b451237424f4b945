package dev.sluice.benchmarks.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Sends a request, reads the response to its end and makes nothing of it. */
final class SocketClient implements StreamClient {
    private static final byte[] END = "\r\n0\r\n\r\n".getBytes(US_ASCII);

    private final URI uri;
    private final byte[] request;
    private final ConcurrentLinkedQueue<Socket> idle = new ConcurrentLinkedQueue<>();

    SocketClient(String url) {
        uri = URI.create(url);
        request = ("POST " + uri.getPath() + "/v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}")
                .getBytes(US_ASCII);
    }

    @Override
    public void stream(Sink sink) throws IOException {
        Socket socket = idle.poll();
        if (socket == null) {
            socket = new Socket(uri.getHost(), uri.getPort());
            socket.setTcpNoDelay(true);
        }
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[16 * 1024];
        var tail = new Tail();
        while (!tail.isEnd()) {
            int length = in.read(buffer);
            if (length < 0) {
                throw new EOFException();
            }
            tail.add(buffer, length);
            sink.bytes(buffer, length);
        }
        idle.add(socket);
    }

    /** The last bytes that came. */
    private static final class Tail {
        private final byte[] last = new byte[END.length];

        void add(byte[] buffer, int length) {
            int fresh = Math.min(length, last.length);
            System.arraycopy(last, fresh, last, 0, last.length - fresh);
            System.arraycopy(buffer, length - fresh, last, last.length - fresh, fresh);
        }

        boolean isEnd() {
            return Arrays.equals(last, END);
        }
    }
}
