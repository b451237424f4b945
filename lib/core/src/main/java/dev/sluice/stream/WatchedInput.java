package dev.sluice.stream;

import dev.sluice.control.EventQueue;
import dev.sluice.control.Limits;
import dev.sluice.control.StreamException.LimitExceeded;
import java.io.IOException;
import java.io.InputStream;

/** A response's body, with its silence watched and its bytes counted. Who waits for an event is woken before it waits for bytes. */
final class WatchedInput extends InputStream {
    private final InputStream body;
    private final EventQueue<?> queue;
    private final Deadlines deadlines;
    private final Recorder recorder;
    private final long maxBytes;
    private long received;

    WatchedInput(InputStream body, EventQueue<?> queue, Deadlines deadlines, Recorder recorder, long maxBytes) {
        this.body = body;
        this.queue = queue;
        this.deadlines = deadlines;
        this.recorder = recorder;
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
        queue.wake();
        deadlines.waiting();
        int count = body.read(buffer, offset, length);
        long now = deadlines.received();
        if (count <= 0) {
            return count;
        }
        recorder.received(count, now);
        received += count;
        long fits = isOver() ? count - (received - maxBytes) : count; // what fits is handed on first
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
