package dev.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A socket's bytes, for a reader with a small buffer. Whoever waits has no more than that; when the server is ahead, the
 * bytes are fetched 64 KB at a time into a buffer that is borrowed for it. One thread reads.
 */
final class ApacheSocketInput extends InputStream {
    private static final int AHEAD = 64 << 10;

    static final Runnable NOBODY = () -> {};

    /** Never more than a few are in use: a reader that has caught up gives its own back. */
    private static final Queue<byte[]> SPARE = new ArrayBlockingQueue<>(32);

    private final InputStream socket;
    private Runnable announcement = NOBODY;
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
            if (!more) {
                announcement.run();
            }
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

    /**
     * How many bytes of a body are there for sure, for a reader that has taken all that came before. In a body of chunks the
     * next byte may stand behind the line end of one chunk and the head of another (RFC 9112, section 7.1), and whoever
     * reads these waits until they are whole.
     */
    int ahead() throws IOException {
        if (ahead == null && (socket.available() == 0 || fetch() <= 0)) {
            return 0;
        }
        byte[] bytes = Objects.requireNonNull(ahead);
        int head = position;
        if (bytes[head] == '\r') {
            head++;
        }
        if (head == limit || bytes[head] != '\n') {
            return limit - head;
        }
        head++;
        if (head < limit && bytes[head] == '\r') {
            head++;
        }
        if (head == limit || (bytes[head] <= '0' && bytes[head] != '\n')) {
            return 0; // the last chunk, perhaps, with blanks or a sign
        }
        while (head < limit && bytes[head] != '\n') {
            head++; // of what is no size either, and so text, or else an error as soon as its line is there
        }
        return head + 1 < limit ? 1 : 0;
    }

    /** What is run before a wait; see {@link dev.sluice.control.AnnouncesWaits}. */
    void onWait(Runnable announcement) {
        this.announcement = announcement;
    }

    /** What was fetched and not read yet. */
    @Override
    public int available() {
        return ahead == null ? 0 : limit - position;
    }
}
