package dev.sluice.control;

import dev.sluice.control.StreamException.LimitExceeded;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;

/** A response's body, with its silence watched and its bytes counted. Who waits for an event is woken before it waits for bytes. */
public final class WatchedInput extends InputStream {
    /** In bytes: several events, for which together the clock may be read though nothing was waited for. */
    private static final int MUCH = 1 << 10;

    private final InputStream body;
    private final EventQueue<?> queue;
    private final Deadlines deadlines;
    private final Arrivals arrivals;
    private final long maxBytes;
    private final boolean announces;
    private final Moderation moderation = new Moderation();
    private boolean waiting;
    private long since;
    private long arrived;
    private long received;
    private long receivedBefore; // the last wait

    /** Is told of bytes as they arrive, by the thread that reads. */
    public interface Arrivals {
        /** So many bytes came, at this moment of {@link Time#nanos}. */
        void received(long count, long now);
    }

    /**
     * Watches a body.
     *
     * @param queue where what is read goes
     * @param deadlines are told of every wait
     * @param arrivals is told of what came
     * @param maxBytes the most that is handed on before {@link LimitExceeded}; 0 for no limit
     */
    public WatchedInput(InputStream body, EventQueue<?> queue, Deadlines deadlines, Arrivals arrivals, long maxBytes) {
        this.body = body;
        this.queue = queue;
        this.deadlines = deadlines;
        this.arrivals = arrivals;
        this.maxBytes = maxBytes;
        announces = body instanceof AnnouncesWaits;
        if (body instanceof AnnouncesWaits announcing) {
            announcing.onWait(this::waits);
        }
        arrived = deadlines.waiting(); // what came with the head is there now
        deadlines.received();
    }

    /** The reader is about to wait for bytes: whoever waits for the events before them may go on. */
    private void waits() {
        if (waiting) {
            arrived = deadlines.received(); // some, though not enough
        }
        queue.wake();
        long pause =
                announces ? moderation.next(arrived - since, received - receivedBefore) : 0; // else it may be no wait
        receivedBefore = received;
        since = deadlines.waiting();
        waiting = true;
        if (pause > 0) {
            LockSupport.parkNanos(this, pause);
        }
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
        if (!announces) {
            waits();
        }
        int count = body.read(buffer, offset, length);
        if (waiting) {
            waiting = false;
            arrived = deadlines.received();
        } else if (count >= MUCH) {
            arrived = deadlines.now();
        }
        if (count <= 0) {
            return count;
        }
        arrivals.received(count, arrived);
        received += count;
        long fits = isOver() ? count - (received - maxBytes) : count; // what fits is handed on first
        if (fits == 0) {
            throw new LimitExceeded(Limits.Limit.STREAM_BYTES, maxBytes);
        }
        return (int) fits;
    }

    /** What is there without a wait, or a part of it; of a body that does not say when it waits, nothing. */
    @Override
    public int available() throws IOException {
        int there = announces ? body.available() : 0;
        if (there > 0) {
            arrived = deadlines.now(); // whoever asks comes back after something else than a wait for bytes
        }
        return there;
    }

    private boolean isOver() {
        return maxBytes > 0 && received > maxBytes;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
