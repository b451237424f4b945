package dev.sluice.stream;

import dev.sluice.control.Limits;
import dev.sluice.control.StreamException.LimitExceeded;
import java.io.IOException;
import java.io.InputStream;

/** A response's body, with its silence watched and its bytes counted. */
final class WatchedInput extends InputStream {
    private final InputStream body;
    private final Deadlines deadlines;
    private final Recorder recorder;
    private final long maxBytes;
    private long received;

    WatchedInput(InputStream body, Deadlines deadlines, Recorder recorder, long maxBytes) {
        this.body = body;
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
        deadlines.waiting();
        int count = body.read(buffer, offset, length);
        deadlines.received();
        if (count <= 0) {
            return count;
        }
        recorder.received(count);
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
