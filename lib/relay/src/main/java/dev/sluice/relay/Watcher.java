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
 * One watcher of one stream: what waits for it, and the thread that writes to it while something does.
 *
 * <p>An event that is no text goes out at once, with all that waits; so does the first of a text, and a later one if the last
 * write is long enough ago. Else text waits for more, so that a fast model costs a write now and then, not one for each word.
 *
 * <p>If more waits than may, the watcher leaves the log, takes what it has, and goes on from the log, which keeps the rest:
 * so an answer of any length fits through a small buffer. One that has not taken it in time is sent away.
 */
final class Watcher {
    /*
     * An idle watcher is a few hundred bytes: there may be thousands. So there is no buffer that is not in use, no thread and
     * no timer of its own; Pulse looks after silence and slowness. All that is mutable is guarded by the lock, which nobody
     * holds while calling the log, the sink, the encoder or a listener.
     */
    private static final Logger log = LoggerFactory.getLogger(Watcher.class);
    private static final ThreadFactory WRITERS =
            Thread.ofVirtual().name("sluice-watcher-", 0).factory();

    /** How many bytes of events are made into frames and written at a time: what one that takes nothing holds besides events. */
    private static final int PART = 16 << 10;

    private final RelaySettings settings;
    private final Place place;
    private final FrameWriter delivery;
    private final Consumer<Watcher> onLeft;
    private final ReentrantLock lock = new ReentrantLock();

    // What comes from the log.
    private final Backlog backlog;
    private @Nullable Reading reading; // null while it has left the log
    private long read; // the last event that was taken from it
    private boolean paused; // has left it because there was too much

    // What is to be written besides, and who writes.
    private boolean begun; // nothing is written before the connection is watched
    private boolean beat;
    private @Nullable CloseReason closing;
    private TimeSource.@Nullable Scheduled flush;
    private @Nullable Thread writer;
    private long busySince; // when that began what it is at, or the connection took some of it
    private long seen; // of the connection's progress
    private long wrote; // when the last write began
    private @Nullable Departure left;

    /** Where a watcher's stream is found. */
    record Place(ResumeLog log, String streamId, Session owner) {}

    /** What a writer does next. */
    private sealed interface Work {
        record Write(Backlog.Batch batch, @Nullable CloseReason closing) implements Work {}

        record GoOn() implements Work {}
    }

    Watcher(RelaySettings settings, Place place, FrameWriter delivery, Consumer<Watcher> onLeft) {
        this.settings = settings;
        this.place = place;
        this.delivery = delivery;
        this.onLeft = onLeft;
        backlog = new Backlog(settings.watcherBuffer() / 4);
        wrote = settings.time().nanos();
    }

    /** The stream that it watches. */
    String streamId() {
        return place.streamId();
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
            wake(); // for it may have been told already that the server stops
        } finally {
            lock.unlock();
        }
        try {
            subscribe();
        } catch (RuntimeException | Error e) {
            if (!isEnding()) { // else it has been told why already
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
        var fresh = new Reading();
        lock.lock();
        try {
            if (left != null || closing != null) {
                return;
            }
            reading = fresh;
        } finally {
            lock.unlock();
        }
        fresh.enter();
    }

    /** One stay in the log. What an earlier one may still be told is not heard. */
    private final class Reading implements ResumeLog.Listener {
        private ResumeLog.@Nullable Subscription subscription; // guarded by the watcher's lock

        void enter() {
            var entered = place.log().subscribe(place.streamId(), place.owner(), read, this);
            lock.lock();
            try {
                subscription = entered;
            } finally {
                lock.unlock();
            }
            leaveIfOver();
        }

        @Override
        public void events(List<RelayEvent> events) {
            if (take(this, events)) { // not on this thread, which tells the stream's other watchers, too
                Thread.ofVirtual().name("sluice-watcher-paused").start(settings.listener()::paused);
            }
            leaveIfOver();
        }

        @Override
        public void end(ResumeLog.End end) {
            close(this, CloseReason.of(end));
        }

        void leaveIfOver() {
            ResumeLog.Subscription over;
            lock.lock();
            try {
                over = reading == this ? null : subscription;
                subscription = over == null ? subscription : null;
            } finally {
                lock.unlock();
            }
            if (over != null) {
                over.close();
            }
        }
    }

    /** Takes what the log tells; true if that was too much, and the watcher has left the log. */
    private boolean take(Reading from, List<RelayEvent> events) {
        lock.lock();
        try {
            long now = settings.time().nanos();
            for (RelayEvent event : events) {
                if (reading != from) {
                    break;
                }
                if (event.id() == read + 1) {
                    backlog.add(event, now);
                    read++;
                } else if (event.id() > read) { // rather an end than a gap
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

    /** The log has said its last word. */
    private void close(Reading from, CloseReason how) {
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
        Reading from;
        lock.lock();
        try {
            if (closing != null) {
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

    /** Looks whether it has been silent for too long, or is too slow. Called now and then. */
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

    /** Has what is due written; sees to it that somebody comes back for what is not. */
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
                    case Work.Write(var batch, var how) -> write(batch, how);
                    case Work.GoOn goOn -> goOn();
                }
            }
        } catch (IOException e) {
            leave(Departure.GONE, true);
        } catch (Throwable e) { // the sink and the format are others', who may throw anything
            leave(Departure.GONE, true);
            Failures.warn(log, "A watcher's connection or format failed", e);
        }
    }

    /** What the writer is to do now; null if nothing, and it is no longer the writer. */
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
            return new Work.Write(batch, backlog.isEmpty() ? closing : null);
        } finally {
            lock.unlock();
        }
    }

    private void write(Backlog.Batch batch, @Nullable CloseReason how) throws IOException {
        boolean said = delivery.write(batch, how);
        if (how != null) {
            // A format that has no word for a failure must not end as if there were none.
            leave(how.departure(), how instanceof CloseReason.Failure && !said);
        }
    }

    /** What waited has been written: on with what the log has kept since. */
    private void goOn() {
        try {
            subscribe();
        } catch (RelayException e) {
            fail(e.code() == RelayException.Code.UNAVAILABLE ? CloseReason.UNAVAILABLE : CloseReason.EXPIRED);
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
        Reading from;
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
