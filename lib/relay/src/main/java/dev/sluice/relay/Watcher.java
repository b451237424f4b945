package dev.sluice.relay;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayListener.Departure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one stream's events to one connection. It has a backlog of events, and a thread only while there is something to
 * write.
 *
 * <p>An event that is no text is written at once, with the whole backlog. So is the first of a text, and a later one if the
 * last write is long enough ago. Other text waits for more, so that a fast model costs few writes, not one for each word.
 *
 * <p>If the backlog grows beyond its limit, the watcher leaves the log, writes the backlog, and resumes from the log, which
 * keeps the rest. So an answer of any length fits through a small buffer. A connection that takes too long is closed.
 */
final class Watcher {
    /*
     * An idle watcher is a few hundred bytes: there may be thousands. So it has no unused buffer, no thread and no timer of
     * its own; WatcherTimer checks for silence and slowness. The lock guards every mutable field. It is never held while the
     * log, the sink, the encoder or a listener is called, because these may block or call back. At most one writer runs:
     * wake() starts one only if there is none, and next() ends it under the same lock.
     */
    private static final Logger log = LoggerFactory.getLogger(Watcher.class);
    private static final ThreadFactory WRITERS =
            Thread.ofVirtual().name("sluice-watcher-", 0).factory();

    /** How long a parked run is silent until a response ends whose client answers with another request. */
    private static final Duration PARKED = Duration.ofMillis(100);

    private static final long ANY = -1;
    private static final long NEVER = -2;

    /** How many bytes of events are encoded and written at a time. A connection that takes nothing holds that much besides its backlog. */
    private static final int PART = 16 << 10;

    private final RelaySettings settings;
    private final StreamRef stream;
    private final FrameWriter delivery;
    private final Consumer<Watcher> onLeft;
    private final ReentrantLock lock = new ReentrantLock();

    // Events from the log.
    private final Backlog backlog;
    private @Nullable LogSubscription reading; // null while it has left the log
    private long read; // the last event that was taken from it
    private boolean paused; // has left it because there was too much

    // Other things to write, and the writer.
    private boolean begun; // nothing is written before the connection is watched
    private boolean beat;
    private @Nullable CloseReason closing;
    private TimeSource.@Nullable Scheduled flush;
    private @Nullable Thread writer;
    private long busySince; // when the current write began, or the connection last made progress
    private long seen; // of the connection's progress
    private long wrote; // when the last write began
    private @Nullable Departure left;

    /** The next step of the writer. */
    private sealed interface Work {
        record Write(Backlog.Batch batch, @Nullable CloseReason closing, long last) implements Work {}

        record GoOn() implements Work {}
    }

    Watcher(RelaySettings settings, StreamRef stream, FrameWriter delivery, Consumer<Watcher> onLeft) {
        this.settings = settings;
        this.stream = stream;
        this.delivery = delivery;
        this.onLeft = onLeft;
        backlog = new Backlog(settings.watcherBuffer() / 4);
        wrote = settings.time().nanos();
    }

    /** The stream that it watches. */
    String streamId() {
        return stream.streamId();
    }

    /**
     * Begins to watch.
     *
     * @throws RelayException as {@link ResumeLog#subscribe} does; it has left then
     */
    void attach(long after) {
        try {
            delivery.onGone(() -> leave(Departure.GONE, false));
        } catch (Throwable e) {
            leave(Departure.GONE, true);
            throw e;
        }
        settings.listener().attached(after > 0);
        lock.lock();
        try {
            read = after;
            begun = true;
            wake(); // because fail() may have been called already: the server stops
        } finally {
            lock.unlock();
        }
        try {
            subscribe();
        } catch (RuntimeException | Error e) {
            if (!isEnding()) { // otherwise it has a reason already
                leave(Departure.REFUSED, false);
                throw e;
            }
        }
    }

    private boolean isEnding() {
        lock.lock();
        try {
            return closing != null || left != null;
        } finally {
            lock.unlock();
        }
    }

    /** Enters the log, after what was read of it. */
    private void subscribe() {
        LogSubscription fresh;
        lock.lock();
        try {
            if (left != null || closing != null) {
                return;
            }
            fresh = new LogSubscription(this, stream, read, settings.listener());
            reading = fresh;
        } finally {
            lock.unlock();
        }
        fresh.enter();
    }

    /** Whether this is the watcher's subscription now: it takes nothing from an earlier one. */
    boolean isCurrent(LogSubscription subscription) {
        lock.lock();
        try {
            return reading == subscription;
        } finally {
            lock.unlock();
        }
    }

    /** Takes events of the log. True if that was too much, and the watcher has left the log. */
    boolean take(LogSubscription from, List<RelayEvent> events) {
        lock.lock();
        try {
            long now = settings.time().nanos();
            for (RelayEvent event : events) {
                if (reading != from) {
                    break;
                }
                if (event.id() == read + 1 || read == 0) { // a stream that was begun anew has higher ids
                    backlog.add(event, now);
                    read = event.id();
                } else if (event.id() > read) { // a gap is never shown: the stream ends for this watcher
                    reading = null;
                    closing = CloseReason.EXPIRED;
                }
                if (backlog.bytes() > settings.watcherBuffer() && reading != null) {
                    reading = null;
                    paused = true;
                    wake();
                    return true;
                }
            }
            wake();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The log has no more events for this subscription. */
    void close(LogSubscription from, CloseReason how) {
        lock.lock();
        try {
            if (reading == from) {
                reading = null;
                closing = how;
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the response with a failure, after what waits. */
    void fail(CloseReason.Failure why) {
        end(why, ANY);
    }

    /** Ends the response after what waits, unless something follows the event at which that was decided. */
    private void end(CloseReason why, long at) {
        LogSubscription from;
        lock.lock();
        try {
            if (closing != null || (at != ANY && at != read)) {
                return;
            }
            from = reading;
            reading = null;
            closing = why;
            wake();
        } finally {
            lock.unlock();
        }
        if (from != null) {
            from.leaveIfOver();
        }
    }

    /** Checks for silence and slowness. WatcherTimer calls it, periodically. */
    void look(long now) {
        boolean stuck;
        long progress = delivery.progress();
        lock.lock();
        try {
            if (progress != seen) {
                seen = progress;
                busySince = now;
            }
            long patience = settings.patience().toNanos();
            stuck = writer != null && now - busySince >= 2 * patience;
            if (paused && closing == null && now - busySince >= patience) {
                closing = CloseReason.SLOW;
                backlog.clear();
            }
            beat |= writer == null && now - wrote >= settings.heartbeat().toNanos();
            wake();
        } finally {
            lock.unlock();
        }
        if (stuck) {
            cut(Departure.SLOW);
        }
    }

    /** Starts a writer if something is due, otherwise a timer if something waits. Called with the lock held. */
    private void wake() {
        if (!begun || left != null || writer != null) {
            return;
        }
        if (isDue()) {
            busySince = settings.time().nanos();
            writer = WRITERS.newThread(this::write);
            writer.start();
        } else if (!backlog.isEmpty() && flush == null) {
            flush = settings.time().schedule(untilFlush(), this::flush);
        }
    }

    private boolean isDue() {
        return backlog.isUrgent()
                || beat
                || paused
                || closing != null
                || (!backlog.isEmpty() && !untilFlush().isPositive());
    }

    private Duration untilFlush() {
        return settings.flushAfter().minusNanos(settings.time().nanos() - wrote);
    }

    private void flush() {
        lock.lock();
        try {
            flush = null;
            wake();
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        try {
            for (Work work = next(); work != null; work = next()) {
                switch (work) {
                    case Work.Write(var batch, var how, var last) -> write(batch, how, last);
                    case Work.GoOn goOn -> goOn();
                }
            }
        } catch (IOException e) {
            leave(Departure.GONE, true);
        } catch (Throwable e) { // the sink and the format are the application's and may throw anything
            leave(Departure.GONE, true);
            Failures.warn(log, "A watcher's connection or format failed", e);
        }
    }

    /** The writer's next step; null if there is none, and it is no longer the writer. */
    private @Nullable Work next() {
        lock.lock();
        try {
            backlog.written();
            if (left != null || !isDue()) {
                writer = null;
                wake();
                return null;
            }
            if (paused && closing == null && backlog.isEmpty()) {
                paused = false;
                return new Work.GoOn();
            }
            if (flush != null) {
                flush.cancel();
                flush = null;
            }
            beat = false;
            wrote = settings.time().nanos();
            busySince = wrote;
            Backlog.Batch batch = backlog.take(PART);
            boolean all = backlog.isEmpty();
            return new Work.Write(batch, all ? closing : null, all ? read : NEVER);
        } finally {
            lock.unlock();
        }
    }

    private void write(Backlog.Batch batch, @Nullable CloseReason how, long at) throws IOException {
        boolean said = delivery.write(batch, how);
        if (how != null) {
            // A format that has no word for a failure must not end as if there were none.
            leave(how.departure(), how instanceof CloseReason.Failure && !said);
        } else if (delivery.isParked()) {
            settings.time().schedule(PARKED, () -> end(new CloseReason.Delivered(), at));
        }
    }

    /** Resumes from the log, because the backlog has been written. */
    private void goOn() {
        try {
            subscribe();
        } catch (RelayException e) {
            fail(
                    switch (e.code()) {
                        case UNAVAILABLE, TOO_MANY -> CloseReason.UNAVAILABLE;
                        default -> CloseReason.EXPIRED;
                    });
        }
    }

    /** {@link #leave} by cutting the connection, on a thread of its own: the sink and the listener may take their time. */
    void cut(Departure why) {
        Thread.ofVirtual().name("sluice-watcher-cut").start(() -> leave(why, true));
    }

    /** Why it left, in one word; {@code none} as long as it has not. */
    String departure() {
        lock.lock();
        try {
            return left == null ? "none" : left.name().toLowerCase(Locale.ROOT);
        } finally {
            lock.unlock();
        }
    }

    /** Leaves, once; nothing is written any more. Calls the sink and the listener. */
    void leave(Departure why, boolean abort) {
        LogSubscription from;
        Thread stop;
        lock.lock();
        try {
            if (left != null) {
                return;
            }
            left = why;
            from = reading;
            reading = null;
            backlog.clear();
            if (flush != null) {
                flush.cancel();
            }
            stop = Thread.currentThread().equals(writer) ? null : writer;
        } finally {
            lock.unlock();
        }
        if (from != null) {
            from.leaveIfOver();
        }
        delivery.end(why, abort);
        if (abort && stop != null) {
            stop.interrupt(); // a sink that ignores the abort may react to that
        }
        onLeft.accept(this);
        settings.listener().left(why);
    }
}
