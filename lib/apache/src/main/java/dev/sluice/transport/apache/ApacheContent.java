package dev.sluice.transport.apache;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body that knows whether the next read would have to wait, even between two chunks. It lets Apache's own parser
 * continue as far as there are bytes, and keeps the one that this may read. One thread reads.
 */
final class ApacheContent extends InputStream {
    private final InputStream content;
    private final SocketInput socket;
    private final byte[] peeked = new byte[1];
    private boolean hasPeeked;
    private @Nullable IOException failure; // to be thrown when it is read

    ApacheContent(InputStream content, SocketInput socket) {
        this.content = content;
        this.socket = socket;
    }

    @Override
    public int available() throws IOException {
        if (!hasPeeked && failure == null && content.available() == 0) {
            try {
                hasPeeked = socket.withoutWaiting(() -> content.read(peeked, 0, 1)) == 1;
            } catch (IOException e) {
                failure = e;
            }
        }
        return content.available() + (hasPeeked ? 1 : 0);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff; // Apache's own takes a connection's end for the body's
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        } else if (!hasPeeked || length == 0) {
            return content.read(target, offset, length);
        }
        hasPeeked = false;
        target[offset] = peeked[0];
        int buffered = Math.min(length - 1, content.available());
        int count = buffered == 0 ? 1 : 1 + content.read(target, offset + 1, buffered);
        return count == length ? count : count + readMore(target, offset + count, length - count);
    }

    /** Reads past Apache's buffer what is there already: the buffer has a few events, the socket may have hundreds. */
    private int readMore(byte[] target, int offset, int length) {
        try {
            return Math.max(0, socket.withoutWaiting(() -> content.read(target, offset, length)));
        } catch (IOException e) {
            failure = e;
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
