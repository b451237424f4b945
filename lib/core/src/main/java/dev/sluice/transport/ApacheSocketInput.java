package dev.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A socket's bytes, for a reader with a small buffer. Whoever waits has no more than that; when the server is ahead, the
 * bytes are fetched 64 KB at a time into a buffer that is borrowed for it. One thread reads.
 */
final class ApacheSocketInput extends InputStream {
    private static final int AHEAD = 64 << 10;

    /** Never more than a few are in use: a reader that has caught up gives its own back. */
    private static final Queue<byte[]> SPARE = new ArrayBlockingQueue<>(32);

    private final InputStream socket;
    private boolean behind; // the last read got all that it asked for, so there may be more
    private byte @Nullable [] ahead;
    private int position;
    private int limit;

    ApacheSocketInput(InputStream socket) {
        this.socket = socket;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        boolean more = ahead == null && behind && socket.available() > 0;
        if (more && length > 0 && length < AHEAD) {
            int count = fetch();
            if (count <= 0) {
                return count;
            }
        }
        byte[] buffer = ahead;
        if (buffer == null) {
            int count = socket.read(target, offset, length);
            behind = count == length;
            return count;
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        if (position == limit) {
            ahead = null;
            var unused = SPARE.offer(buffer);
        }
        return count;
    }

    private int fetch() throws IOException {
        byte[] spare = SPARE.poll();
        byte[] buffer = spare == null ? new byte[AHEAD] : spare;
        int count = socket.read(buffer, 0, AHEAD);
        behind = count == AHEAD;
        if (count > 0) {
            ahead = buffer;
            position = 0;
            limit = count;
        }
        return count;
    }

    /** What was fetched and not read yet. */
    @Override
    public int available() {
        return ahead == null ? 0 : limit - position;
    }
}
