package dev.sluice.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of a {@link MemoryResumeLog}.
 *
 * <p>A listener is called without the lock, by the thread that finds it behind while no other thread calls it. Usually
 * this is the writer; for stored events it is the subscriber. Each thread takes the listener's next events under the
 * lock, so that there is no gap, no duplicate and one order. A writer that finds a listener busy leaves its event to
 * the thread that keeps it busy.
 */
final class MemoryStream {
    private static final Logger log = LoggerFactory.getLogger(MemoryStream.class);

    /** How many events a listener receives at once, so that it can leave in between. */
    private static final int BATCH = 256;

    private final Session owner;
    private final LongConsumer onGrowth;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private Consumer<String> onCancel;
    private int writers = 1;
    private final EventRing events;
    private List<Place> places = List.of(); // replaced, not changed: a writer walks the list without the lock
    private ResumeLog.@Nullable End end;
    private boolean cancelled;

    /** An empty stream. {@code onGrowth} receives, without the lock, how many bytes each event added or took away. */
    MemoryStream(Session owner, Consumer<String> onCancel, EventRing events, LongConsumer onGrowth) {
        this.owner = owner;
        this.onCancel = onCancel;
        this.events = events;
        this.onGrowth = onGrowth;
    }

    Session owner() {
        return owner;
    }

    /** Has a new writer, which is asked for stops from now on. Returns its number, or 0 if the stream has ended. */
    int takeOver(Consumer<String> cancel) {
        lock.lock();
        try {
            if (end != null) {
                return 0;
            }
            onCancel = cancel;
            cancelled = false;
            return ++writers;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the writer of this number may still write. */
    boolean isWriter(int number) {
        lock.lock();
        try {
            return end == null && number == writers;
        } finally {
            lock.unlock();
        }
    }

    boolean isWatched() {
        lock.lock();
        try {
            return !places.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The id of the last event; 0 if there is none. */
    long last() {
        lock.lock();
        try {
            return events.last() < events.first() ? 0 : events.last();
        } finally {
            lock.unlock();
        }
    }

    /** Adds an event of the writer of this number, from 1. */
    RelayEvent append(int writer, String type, String json) {
        RelayEvent event;
        List<Place> behind;
        long growth;
        lock.lock();
        try {
            if (writer != writers) {
                throw new RelayException(RelayException.Code.UNAVAILABLE, "Somebody else goes on with this stream");
            }
            if (end != null) {
                throw new IllegalStateException("the stream has ended");
            }
            long before = events.bytes();
            event = events.add(type, json);
            growth = events.bytes() - before;
            behind = places;
        } finally {
            lock.unlock();
        }
        onGrowth.accept(growth); // without this lock, because it may take the log's
        behind.forEach(Place::tell);
        return event;
    }

    /** Nothing follows, whoever writes. No effect if that was known. */
    void lose() {
        end(0, ResumeLog.End.WRITER_LOST);
    }

    /** The stream is no longer kept. What its writer still writes is refused. */
    void expire() {
        end(1, ResumeLog.End.EXPIRED);
    }

    private void end(int moreWriters, ResumeLog.End how) {
        int writer;
        lock.lock();
        try {
            writers += moreWriters;
            writer = writers;
        } finally {
            lock.unlock();
        }
        end(writer, how, () -> {});
    }

    /** How much it keeps. */
    long bytes() {
        lock.lock();
        try {
            return events.bytes();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nothing follows, says the writer of this number. No effect if that was known, or somebody else writes.
     *
     * @param first run before any listener is called, so that a listener finds the log in its state after the end
     */
    void end(int writer, ResumeLog.End how, Runnable first) {
        List<Place> behind;
        lock.lock();
        try {
            if (end != null || writer != writers) {
                return;
            }
            end = how;
            behind = places;
        } finally {
            lock.unlock();
        }
        first.run();
        behind.forEach(Place::tell);
    }

    ResumeLog.Subscription subscribe(long after, ResumeLog.Listener listener) {
        Place place;
        lock.lock();
        try {
            check(after);
            place = new Place(Math.max(after + 1, after == 0 ? events.first() : 0), listener);
            var more = new ArrayList<>(places);
            more.add(place);
            places = more;
        } finally {
            lock.unlock();
        }
        place.tell();
        return place;
    }

    boolean isDelivered(long after) {
        lock.lock();
        try {
            check(after);
            return end == ResumeLog.End.FINISHED && after == events.last();
        } finally {
            lock.unlock();
        }
    }

    void cancel(String reason) {
        Consumer<String> told;
        lock.lock();
        try {
            if (end != null || cancelled) {
                return;
            }
            cancelled = true;
            told = onCancel;
        } finally {
            lock.unlock();
        }
        told.accept(reason);
    }

    private void check(long after) {
        if (!events.hasAllAfter(after)) {
            throw new RelayException(
                    RelayException.Code.EXPIRED, "The events after " + after + " of this stream are not kept");
        }
    }

    /** The next call of a listener. */
    private sealed interface Step {
        record Events(List<RelayEvent> events) implements Step {}

        record Ended(ResumeLog.End end) implements Step {}
    }

    private final class Place implements ResumeLog.Subscription {
        private final ResumeLog.Listener listener;
        // Guarded by the stream's lock.
        private long next;
        private boolean telling;
        private boolean closed;

        Place(long next, ResumeLog.Listener listener) {
            this.next = next;
            this.listener = listener;
        }

        /** Delivers the listener's next events until there are no more; leaves it to another thread that is at it. */
        void tell() {
            for (Step step = begin(); step != null; step = step()) {
                try {
                    switch (step) {
                        case Step.Events(var batch) -> listener.events(batch);
                        case Step.Ended(var how) -> listener.end(how);
                    }
                } catch (Throwable e) { // any failure: the writer and the other listeners must not suffer
                    Failures.warn(log, "A listener of a stream failed and receives no more events", e);
                    close();
                }
            }
        }

        private @Nullable Step begin() {
            lock.lock();
            try {
                if (telling) {
                    return null;
                }
                telling = true;
                return next();
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Step step() {
            lock.lock();
            try {
                return next();
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Step next() {
            if (!closed && next < events.first()) {
                return last(ResumeLog.End.EXPIRED);
            }
            if (!closed && next <= events.last()) {
                List<RelayEvent> batch = events.from(next, BATCH);
                next += batch.size();
                return new Step.Events(batch);
            }
            if (!closed && end != null) {
                return last(end);
            }
            telling = false;
            return null;
        }

        private Step last(ResumeLog.End how) {
            leave();
            return new Step.Ended(how);
        }

        private void leave() {
            closed = true;
            var rest = new ArrayList<>(places);
            rest.remove(this);
            places = rest;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                leave();
            } finally {
                lock.unlock();
            }
        }
    }
}
