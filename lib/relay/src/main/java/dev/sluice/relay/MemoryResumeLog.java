package dev.sluice.relay;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of runs in this program's memory: for one machine, and until it is restarted.
 *
 * <p>The number of streams and the bytes of all of them are bounded. At either bound, the streams that ended longest ago are dropped
 * first. Then the streams are dropped that nobody watches and that their writer left longest ago, such as those of runs that wait for a
 * person: a relay with a journal can make them again. If there are neither, a new stream is refused. Streams that run by then continue,
 * each up to {@code bytesPerStream}. Bytes are counted as characters of JSON and a little for each event: text beyond Latin-1 takes
 * twice that in memory. Listeners are called on the thread that appends or subscribes. Safe for use by any thread; nothing blocks.
 */
public final class MemoryResumeLog implements ResumeLog {
    /** How many dropped streams are remembered, so that a client that comes back learns that there was one. */
    private static final int REMEMBERED = 10_000;

    private final int eventsPerStream;
    private final long bytesPerStream;
    private final int maxStreams;
    private final long maxBytes;
    private final Duration retention;
    private final TimeSource time;

    private final AtomicLong bytes = new AtomicLong(); // of all streams that are kept

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final Map<String, MemoryStream> streams = new HashMap<>();
    /** The ended streams, longest ago first, each with the timer that drops it. */
    private final SequencedMap<String, TimeSource.Scheduled> ended = new LinkedHashMap<>();

    /** The streams that their writer has left, longest ago first. */
    private final SequencedMap<String, MemoryStream> left = new LinkedHashMap<>();

    /** The owners of dropped streams that had ended. A stream that was only left is forgotten, because the relay can make it again. */
    private final Map<String, Session> dropped = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
            return size() > REMEMBERED;
        }
    };

    private boolean closed;

    private MemoryResumeLog(Builder builder) {
        eventsPerStream = builder.eventsPerStream;
        bytesPerStream = builder.bytesPerStream;
        maxStreams = builder.streams;
        maxBytes = builder.bytes;
        retention = builder.retention;
        time = builder.time;
    }

    /** A log with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        return create(streamId, owner, cancel, false);
    }

    /** As {@link ResumeLog} says. The ids begin at the time in microseconds since 1970, because no stream has had as many events. */
    @Override
    public Writer recreate(String streamId, Session owner, Consumer<String> cancel) {
        return create(streamId, owner, cancel, true);
    }

    private Writer create(String streamId, Session owner, Consumer<String> cancel, boolean anew) {
        var forgotten = new ArrayList<MemoryStream>();
        lock.lock();
        try {
            checkOpen();
            long begin = 1;
            if (anew) {
                begin = TimeUnit.MILLISECONDS.toMicros(time.now().toEpochMilli());
                MemoryStream before = streams.get(streamId);
                if (before != null && before.owner().equals(owner)) {
                    // A watcher that has the last event must not read on in the new stream.
                    begin = Math.max(begin, before.last() + 2);
                    forget(streamId, forgotten);
                }
            }
            makeRoom(() -> streams.size() >= maxStreams || bytes.get() >= maxBytes, forgotten);
            if (streams.size() >= maxStreams || bytes.get() >= maxBytes) {
                throw new RelayException(
                        RelayException.Code.UNAVAILABLE, "There is no room for another stream; try again later");
            }
            var stream =
                    new MemoryStream(owner, cancel, new EventRing(eventsPerStream, bytesPerStream, begin), this::grew);
            if (streams.putIfAbsent(streamId, stream) != null) {
                throw new IllegalArgumentException("streamId: there is such a stream already");
            }
            return new MemoryWriter(streamId, stream, 1);
        } finally {
            lock.unlock();
            forgotten.forEach(MemoryStream::expire);
        }
    }

    @Override
    public Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
        lock.lock();
        try {
            if (!streams.containsKey(streamId) && owner.equals(dropped.get(streamId))) {
                return Optional.empty();
            }
            MemoryStream stream = find(streamId, owner);
            int writer = stream.takeOver(cancel);
            if (writer == 0) {
                return Optional.empty();
            }
            left.remove(streamId);
            return Optional.of(new MemoryWriter(streamId, stream, writer));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        return find(streamId, owner).subscribe(after, listener);
    }

    @Override
    public boolean isDelivered(String streamId, Session owner, long after) {
        return find(streamId, owner).isDelivered(after);
    }

    @Override
    public void cancel(String streamId, Session owner, String reason) {
        find(streamId, owner).cancel(reason);
    }

    @Override
    public void close() {
        Map<String, MemoryStream> lost;
        lock.lock();
        try {
            closed = true;
            lost = Map.copyOf(streams);
            streams.clear();
            ended.values().forEach(TimeSource.Scheduled::cancel);
            ended.clear();
            left.clear();
        } finally {
            lock.unlock();
        }
        lost.values().forEach(MemoryStream::lose);
    }

    /** How many streams it holds, ended ones included. */
    public int streams() {
        lock.lock();
        try {
            return streams.size();
        } finally {
            lock.unlock();
        }
    }

    /** The stream, if it is this session's; else the same exception as if there were none. */
    private MemoryStream find(String streamId, Session owner) {
        lock.lock();
        try {
            checkOpen();
            MemoryStream stream = streams.get(streamId);
            if (stream != null && stream.owner().equals(owner)) {
                return stream;
            }
            if (owner.equals(dropped.get(streamId))) {
                throw new RelayException(RelayException.Code.EXPIRED, "This stream is no longer kept");
            }
            throw new RelayException(RelayException.Code.UNKNOWN, "There is no such stream");
        } finally {
            lock.unlock();
        }
    }

    private void ended(String streamId, MemoryStream stream) {
        lock.lock();
        try {
            if (streams.get(streamId) != stream) {
                return;
            }
            left.remove(streamId);
            ended.put(streamId, time.schedule(retention, () -> expire(streamId, stream)));
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the writer of this number has left, unless another one has taken the stream over. */
    private void left(String streamId, MemoryStream stream, int writer) {
        lock.lock();
        try {
            if (streams.get(streamId) == stream && stream.isWriter(writer)) {
                left.put(streamId, stream);
            }
        } finally {
            lock.unlock();
        }
    }

    private void expire(String streamId, MemoryStream stream) {
        lock.lock();
        try {
            if (streams.get(streamId) == stream) {
                drop(streamId);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops streams until there is room: first those that have ended, then those that were left and have no watcher. The caller holds the
     * lock, and expires the forgotten ones after it has released the lock.
     */
    private void makeRoom(BooleanSupplier isFull, List<MemoryStream> forgotten) {
        while (isFull.getAsBoolean() && !ended.isEmpty()) {
            drop(ended.firstEntry().getKey());
        }
        if (!isFull.getAsBoolean()) {
            return;
        }
        for (var stream : List.copyOf(left.entrySet())) {
            if (isFull.getAsBoolean() && !stream.getValue().isWatched()) {
                forget(stream.getKey(), forgotten);
            }
        }
    }

    /** Drops a stream as if it had never been. Its watchers learn that when the caller expires it. */
    private void forget(String streamId, List<MemoryStream> forgotten) {
        forgotten.add(streams.get(streamId));
        drop(streamId);
        dropped.remove(streamId);
    }

    private void drop(String streamId) {
        TimeSource.@Nullable Scheduled retained = ended.remove(streamId);
        if (retained != null) {
            retained.cancel(); // it holds the stream
        }
        left.remove(streamId);
        @Nullable MemoryStream stream = streams.remove(streamId);
        if (stream != null) {
            bytes.addAndGet(-stream.bytes());
            dropped.put(streamId, stream.owner());
        }
    }

    /** A stream takes so much more, or less. */
    private void grew(long by) {
        if (bytes.addAndGet(by) <= maxBytes) {
            return;
        }
        var forgotten = new ArrayList<MemoryStream>();
        lock.lock();
        try {
            makeRoom(() -> bytes.get() > maxBytes, forgotten);
        } finally {
            lock.unlock();
        }
        forgotten.forEach(MemoryStream::expire);
    }

    /** With the lock. */
    private void checkOpen() {
        if (closed) {
            throw new RelayException(RelayException.Code.UNAVAILABLE, "The log of streams is closed");
        }
    }

    private final class MemoryWriter implements Writer {
        private final String streamId;
        private final MemoryStream stream;
        private final int number;
        private volatile boolean hasLeft;

        MemoryWriter(String streamId, MemoryStream stream, int number) {
            this.streamId = streamId;
            this.stream = stream;
            this.number = number;
        }

        @Override
        public RelayEvent append(String type, String json) {
            return stream.append(number, type, json);
        }

        @Override
        public long lastId() {
            return stream.last();
        }

        @Override
        public void leave() {
            hasLeft = true;
            left(streamId, stream, number);
        }

        @Override
        public boolean isResumable() {
            return true;
        }

        @Override
        public void finish() {
            end(End.FINISHED);
        }

        @Override
        public void close() {
            end(End.WRITER_LOST);
        }

        private void end(End how) {
            if (!hasLeft) {
                stream.end(number, how, () -> ended(streamId, stream));
            }
        }
    }

    /** Collects the settings of a {@link MemoryResumeLog}. Not for use by several threads. */
    public static final class Builder {
        private int eventsPerStream = 5_000;
        private long bytesPerStream = 4 << 20;
        private int streams = 10_000;
        private long bytes = 256 << 20;
        private Duration retention = Duration.ofMinutes(5);
        private TimeSource time = TimeSource.system();

        private Builder() {}

        /** How many events of a stream are kept, the newest; 5,000 if nothing is set. */
        public Builder eventsPerStream(int events) {
            eventsPerStream = Checks.atLeast("events", events, 1);
            return this;
        }

        /**
         * How many bytes of a stream are kept, about; 4 MiB if nothing is set. The newest event is kept at any size.
         */
        public Builder bytesPerStream(long bytes) {
            bytesPerStream = Checks.atLeast("bytes", bytes, 1);
            return this;
        }

        /** How many streams are kept, running and ended; 10,000 if nothing is set. */
        public Builder streams(int streams) {
            this.streams = Checks.atLeast("streams", streams, 1);
            return this;
        }

        /** How many bytes of all streams are kept, about; 256 MiB if nothing is set. */
        public Builder bytes(long bytes) {
            this.bytes = Checks.atLeast("bytes", bytes, 1);
            return this;
        }

        /** How long a stream is kept after its end; 5 minutes if nothing is set. */
        public Builder retention(Duration afterEnd) {
            retention = Checks.notNegative("afterEnd", afterEnd, "not at all");
            return this;
        }

        /** The clock and timer. */
        public Builder time(TimeSource time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The log. */
        public MemoryResumeLog build() {
            return new MemoryResumeLog(this);
        }
    }
}
