package dev.sluice.internal;

import dev.sluice.Limits;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.TimeSource;
import java.io.IOException;
import java.io.InputStream;

/**
 * A response's body, with its silence measured and its bytes counted. Before a read that may block, it runs what the reader wants
 * done first, such as to flush its queue. Such a read is one for which {@link InputStream#available} of the body is 0.
 */
public final class MonitoredInputStream extends InputStream {
    private final InputStream body;
    private final Runnable beforeBlocking;
    private final Deadlines deadlines;
    private final Arrivals arrivals;
    private final long maxBytes;
    private long received;

    /** Receives the count of bytes as they arrive, on the thread that reads. */
    public interface Arrivals {
        /** So many bytes came, at this moment of {@link TimeSource#nanos}. */
        void received(long count, long now);
    }

    /**
     * Monitors a body.
     *
     * @param beforeBlocking runs on the reading thread before a read that may block
     * @param deadlines are notified of every wait
     * @param arrivals receives the count of bytes
     * @param maxBytes the most that is read before {@link LimitExceeded}; 0 for no limit
     */
    public MonitoredInputStream(
            InputStream body, Runnable beforeBlocking, Deadlines deadlines, Arrivals arrivals, long maxBytes) {
        this.body = body;
        this.beforeBlocking = beforeBlocking;
        this.deadlines = deadlines;
        this.arrivals = arrivals;
        this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (isOver()) {
            throw new LimitExceeded(Limits.Limit.STREAM_BYTES, maxBytes);
        }
        int count;
        long now;
        if (body.available() > 0) {
            count = body.read(buffer, offset, length);
            now = deadlines.now();
        } else {
            beforeBlocking.run();
            deadlines.waiting();
            try {
                count = body.read(buffer, offset, length);
            } finally {
                now = deadlines.received();
            }
        }
        if (count <= 0) {
            return count;
        }
        arrivals.received(count, now);
        received += count;
        long fits = isOver() ? count - (received - maxBytes) : count; // the part within the limit is read first
        if (fits == 0) {
            throw new LimitExceeded(Limits.Limit.STREAM_BYTES, maxBytes);
        }
        return (int) fits;
    }

    private boolean isOver() {
        return maxBytes > 0 && received > maxBytes;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
