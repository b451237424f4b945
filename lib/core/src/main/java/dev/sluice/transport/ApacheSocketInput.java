package dev.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A socket's bytes, for a reader with a small buffer. Whoever waits has no more than that; when the server is ahead, the
 * bytes are fetched 16 KB at a time into a buffer that is borrowed for it. One thread reads.
 */
final class ApacheSocketInput extends InputStream {
    private static final int AHEAD = 16 << 10;

    static final Runnable NOBODY = () -> {};

    /** Never more than a few are in use: a reader that has caught up gives its own back. */
    private static final Queue<byte[]> SPARE = new ArrayBlockingQueue<>(64);

    private final InputStream socket;
    private final boolean readsAhead;
    private Runnable announcement = NOBODY;
    private boolean behind; // the last read got all that it asked for, so there may be more
    private byte @Nullable [] ahead;
    private int position;
    private int limit;

    /** The input of a socket, with the buffer described above unless the socket has a large one as it is. */
    ApacheSocketInput(InputStream socket, boolean readsAhead) {
        this.socket = socket;
        this.readsAhead = readsAhead;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        byte[] buffer = ahead;
        if (buffer == null && readsAhead && behind && length > 0 && length < AHEAD) {
            buffer = SPARE.poll();
            buffer = buffer == null ? new byte[AHEAD] : buffer;
            announce();
            int count = socket.read(buffer, 0, AHEAD); // seldom waits: there was more
            behind = count == AHEAD;
            if (count <= 0) {
                return count;
            }
            ahead = buffer;
            position = 0;
            limit = count;
        }
        if (buffer == null) {
            announce();
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

    /** What is run before a wait; see {@link dev.sluice.control.AnnouncesWaits}. */
    void onWait(Runnable announcement) {
        this.announcement = announcement;
    }

    private void announce() throws IOException {
        if (!behind || socket.available() == 0) {
            announcement.run();
        }
    }

    /** What was fetched and not read yet. */
    @Override
    public int available() {
        return ahead == null ? 0 : limit - position;
    }
}
