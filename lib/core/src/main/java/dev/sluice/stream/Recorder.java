package dev.sluice.stream;

import dev.sluice.control.Time;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.Ping;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Measures one stream where it arrives. The reader writes, any thread looks. */
final class Recorder {
    private static final long NEVER = -1;

    private final Time time;
    private final long start;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock; moments are nanoseconds from the start.
    private long headers = NEVER;
    private long firstEvent = NEVER;
    private long firstText = NEVER;
    private long firstContent = NEVER;
    private long lastContent = NEVER;
    private long lastEvent;
    private long events;
    private long bytes;
    private final Gaps gaps = new Gaps();

    Recorder(Time time) {
        this.time = time;
        start = time.nanos();
    }

    void headersArrived() {
        lock.lock();
        try {
            headers = time.nanos() - start;
        } finally {
            lock.unlock();
        }
    }

    void received(long count) {
        lock.lock();
        try {
            bytes += count;
        } finally {
            lock.unlock();
        }
    }

    void received(StreamEvent event) {
        lock.lock();
        try {
            long now = time.nanos() - start;
            events++;
            lastEvent = now;
            if (firstEvent == NEVER && !(event instanceof Ping)) {
                firstEvent = now;
            }
            if (event instanceof ContentBlockDelta delta) {
                content(now, delta.delta() instanceof TextDelta);
            }
        } finally {
            lock.unlock();
        }
    }

    private void content(long now, boolean text) {
        if (lastContent == NEVER) {
            firstContent = now;
        } else {
            gaps.add(now - lastContent);
        }
        lastContent = now;
        if (text && firstText == NEVER) {
            firstText = now;
        }
    }

    StreamMetrics metrics(long outputTokens) {
        lock.lock();
        try {
            double seconds = (lastEvent - firstContent) / 1e9;
            return new StreamMetrics(
                    moment(headers),
                    moment(firstEvent),
                    moment(firstText),
                    Duration.ofNanos(lastEvent),
                    events,
                    bytes,
                    gaps.percentile(0.5),
                    gaps.percentile(0.99),
                    gaps.max(),
                    outputTokens,
                    firstContent == NEVER || seconds <= 0 ? 0 : outputTokens / seconds);
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Duration moment(long nanos) {
        return nanos == NEVER ? null : Duration.ofNanos(nanos);
    }
}
