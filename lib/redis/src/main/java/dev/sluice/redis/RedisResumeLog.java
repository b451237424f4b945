package dev.sluice.redis;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.redis.LocalRuns.Run;
import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.Session;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the events of runs in Redis, so that every machine of a fleet can serve every watcher. It also keeps them in
 * this program's memory, so that watchers of a run's own machine never wait for Redis. The events of a durable stream are in
 * Redis only. Safe for use by any thread.
 *
 * <p>While Redis is away, runs continue for the watchers of their own machine and are not resumable elsewhere. Watchers
 * on other machines receive {@link ResumeLog.End#UNAVAILABLE}. It takes up work by itself when Redis comes back.
 * {@code docs/redis.md} has the consequences for each stream, and the layout of the keys.
 *
 * <p>Threads: five virtual ones, with a connection each, however many streams there are. {@code create}, {@code subscribe},
 * {@code cancel} and {@code isDelivered} block for a few times the timeout at most.
 */
public final class RedisResumeLog implements ResumeLog {
    private static final Logger log = LoggerFactory.getLogger(RedisResumeLog.class);
    private static final int READERS = 4;

    private final RedisSettings settings;
    private final Keys keys;
    private final String node = Tokens.next();
    private final MemoryResumeLog local;
    private final RedisServer server;
    private final LocalRuns runs = new LocalRuns();
    private final RemoteStreams remote;
    private final PipelineWriter committer;
    private final List<StreamReader> readers;
    private volatile boolean closed;

    private RedisResumeLog(RedisSettings settings, TimeSource time) {
        this.settings = settings;
        keys = new Keys(settings.prefix());
        local = MemoryResumeLog.builder()
                .eventsPerStream(settings.maxEvents())
                .retention(settings.retention())
                .time(time)
                .build();
        server = new RedisServer(settings.server(), settings.timeout(), new RefusalLog(time, log::warn));
        remote = new RemoteStreams(server, keys, new KnownStreams(), settings, time);
        committer = new PipelineWriter(server, settings, time);
        readers = IntStream.range(0, READERS)
                .mapToObj(i -> new StreamReader(server, keys, settings, time, keys.control(node, i), runs::cancel))
                .toList();
    }

    /** A log on the Redis server of this address, with nothing else set. */
    public static Builder builder(String host, int port) {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host: is empty");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + ", must be from 1 to 65535");
        }
        return builder(URI.create("redis://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port));
    }

    /**
     * A log on the Redis server of this URI, with nothing else set.
     *
     * @param server {@code redis://user:password@host:port/database}, or {@code rediss://…} for TLS, which checks the
     *     certificate against this Java's trust store, and the host's name. User, password and database may be left out. Or {@code
     *     redis-sentinel://user:password@host:port,host:port/database#primary}, or {@code rediss-sentinel://…}, for the primary that
     *     these Sentinels know by this name
     */
    public static Builder builder(URI server) {
        return new Builder(server);
    }

    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        checkOpen();
        checkId(streamId);
        var run = Run.of(streamId, cancel, true);
        runs.add(run);
        @Nullable Writer here = null;
        @Nullable RedisWriter writer = null;
        try {
            here = local.create(streamId, owner, run.cancel());
            var claim = new Lease(streamId, Tokens.next(), keys);
            boolean kept = begin(claim, owner);
            writer = new RedisWriter(claim, settings, here, kept ? committer : null, () -> runs.remove(run));
            if (kept) {
                committer.hold(writer);
            }
            return writer;
        } finally {
            if (writer == null) {
                runs.remove(run);
                if (here != null) {
                    here.close();
                }
            }
        }
    }

    private static void checkId(String streamId) {
        if (!Keys.isId(streamId)) {
            throw new IllegalArgumentException("streamId: must not be blank, nor longer than 200 characters");
        }
    }

    /**
     * As {@link ResumeLog} says. Its watchers are told only what Redis has, also those on this machine. While Redis is away they are told
     * nothing. The writer's {@code finish} and {@code leave} wait until Redis has all, for four times the timeout at most.
     */
    @Override
    public Writer createDurable(String streamId, Session owner, Consumer<String> cancel) {
        checkOpen();
        checkId(streamId);
        var run = Run.of(streamId, cancel, false);
        runs.add(run);
        boolean begun = false;
        try {
            var claim = new Lease(streamId, Tokens.next(), keys);
            if (!remote.createDurable(claim, owner, node)) {
                throw new IllegalArgumentException("streamId: there is such a stream already");
            }
            begun = true;
            return durable(run, claim, 0);
        } finally {
            if (!begun) {
                runs.remove(run);
            }
        }
    }

    @Override
    public Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
        checkOpen();
        checkId(streamId);
        var claim = new Lease(streamId, Tokens.next(), keys);
        long last = remote.takeOver(claim, owner, node);
        if (last == RemoteStreams.ENDED) {
            return Optional.empty();
        }
        return Optional.of(replace(claim, cancel, last));
    }

    /**
     * As {@link ResumeLog} says. The ids begin at the time in microseconds since 1970, because no stream has had as many events. A
     * stream of another session is not replaced.
     */
    @Override
    public Writer recreate(String streamId, Session owner, Consumer<String> cancel) {
        checkOpen();
        checkId(streamId);
        var claim = new Lease(streamId, Tokens.next(), keys);
        return replace(claim, cancel, remote.recreate(claim, owner, node));
    }

    private Writer replace(Lease claim, Consumer<String> cancel, long last) {
        var run = Run.of(claim.streamId, cancel, false);
        runs.replace(run);
        return durable(run, claim, last);
    }

    private Writer durable(Run run, Lease claim, long last) {
        var writer = new DurableWriter(claim, settings, last, committer, () -> runs.remove(run));
        committer.hold(writer);
        return writer;
    }

    private boolean begin(Lease claim, Session owner) {
        try {
            if (!remote.create(claim, owner, node)) {
                throw new IllegalArgumentException("streamId: there is such a stream already");
            }
            return true;
        } catch (RelayException e) {
            if (!settings.singleNode()) {
                throw e;
            }
            log.warn("Redis cannot be reached; stream {} is kept on this machine only", claim.streamId, e);
            return false;
        }
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        int reader = Math.floorMod(streamId.hashCode(), READERS);
        return find(
                streamId,
                () -> local.subscribe(streamId, owner, after, listener),
                () -> remote.subscribe(
                        streamId, owner, after, listener, readers.get(reader), keys.control(node, reader)));
    }

    @Override
    public boolean isDelivered(String streamId, Session owner, long after) {
        return find(
                streamId,
                () -> local.isDelivered(streamId, owner, after),
                () -> remote.isDelivered(streamId, owner, after));
    }

    @Override
    public void cancel(String streamId, Session owner, String reason) {
        this.<Boolean>find(
                streamId,
                () -> {
                    local.cancel(streamId, owner, reason);
                    return true;
                },
                () -> {
                    remote.cancel(streamId, owner, reason);
                    return true;
                });
    }

    /** As {@link ResumeLog} says; a Redis that does not answer is taken for a watcher, for as long as there may be one. */
    @Override
    public boolean isWatchedElsewhere(String streamId) {
        try {
            return committer.holds(streamId) && remote.isWatched(streamId);
        } catch (RelayException e) {
            return committer.holds(streamId);
        }
    }

    /** Asks this machine's memory; if that does not have it, Redis, unless the stream is written here and now. */
    private <T> T find(String streamId, Supplier<T> here, Supplier<T> elsewhere) {
        checkOpen();
        try {
            return here.get();
        } catch (RelayException notHere) {
            if (runs.isInMemory(streamId) || notHere.code() == Code.UNAVAILABLE) {
                throw notHere;
            }
            try {
                return elsewhere.get();
            } catch (RelayException nowhere) {
                throw nowhere.code() == Code.UNKNOWN ? notHere : nowhere; // which says the same, or that it was here
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new RelayException(Code.UNAVAILABLE, "The log of streams is closed.");
        }
    }

    /**
     * As {@link ResumeLog} says; waits three seconds at most. Watchers on other machines learn that the writer is lost.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            committer.close();
            readers.parallelStream().forEach(StreamReader::close);
            server.close();
            local.close();
        }
    }

    /** Collects the settings of a {@link RedisResumeLog}. Not for use by several threads. */
    public static final class Builder {
        private final RedisAddress server;
        private String prefix = "sluice:";
        private Duration retention = Duration.ofMinutes(5);
        private int maxEvents = 5_000;
        private Duration lease = Duration.ofSeconds(3);
        private Duration timeout = Duration.ofSeconds(2);
        private int buffer = 16 << 20;
        private boolean singleNode;
        private long maxBytes = 16 << 20;
        private Duration recoverWithin = Duration.ofMinutes(1);
        private Duration parkedFor = Duration.ofDays(30);
        private TimeSource time = TimeSource.system();

        private Builder(URI server) {
            this.server = RedisAddress.of(server);
        }

        /** The prefix of all keys; {@code sluice:} if nothing is set. The same on all machines of a fleet. */
        public Builder prefix(String prefix) {
            this.prefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /** How long a stream is kept after its end; 5 minutes if nothing is set. */
        public Builder retention(Duration afterEnd) {
            retention = RedisSettings.positive("afterEnd", afterEnd);
            return this;
        }

        /** How many events of a stream are kept at least, the newest; 5,000 if nothing is set. Redis keeps up to a hundred more. */
        public Builder maxEvents(int events) {
            maxEvents = Checks.atLeast("events", events, 1);
            return this;
        }

        /**
         * How many bytes of a stream's events are kept at most, the newest; 16 MiB if nothing is set. Counted are type and JSON, and 100
         * for each event. The newest event is kept however long it is.
         */
        public Builder maxBytes(long perStream) {
            maxBytes = Checks.atLeast("perStream", perStream, 1);
            return this;
        }

        /**
         * How long a durable stream whose writer is lost waits for another machine to take over, before its watchers are told; a minute
         * if nothing is set. Longer than the lease of the journal.
         */
        public Builder recoverWithin(Duration limit) {
            recoverWithin = RedisSettings.positive("limit", limit);
            return this;
        }

        /**
         * How long a durable stream is kept that its writer has left, such as one of a run that waits for an answer; 30 days if nothing
         * is set. As long as the journal keeps the run.
         */
        public Builder parkedFor(Duration limit) {
            parkedFor = RedisSettings.positive("limit", limit);
            return this;
        }

        /**
         * After how long without a sign of its writer a stream is taken for lost; 3 s if nothing is set. A sign is given three
         * times as often.
         */
        public Builder lease(Duration lease) {
            this.lease = RedisSettings.positive("lease", lease);
            return this;
        }

        /** How long Redis may take to connect or to answer; 2 s if nothing is set. */
        public Builder timeout(Duration limit) {
            timeout = RedisSettings.positive("limit", limit);
            return this;
        }

        /** How many bytes of events may wait for Redis, of all streams together; 16 MiB if nothing is set. */
        public Builder buffer(int bytes) {
            buffer = Checks.atLeast("bytes", bytes, 1);
            return this;
        }

        /**
         * Whether a stream that begins while Redis cannot be reached is kept in this machine's memory only, with a line
         * in the log. If nothing is set it is refused.
         */
        public Builder singleNodeIfUnavailable(boolean allowed) {
            singleNode = allowed;
            return this;
        }

        /** The clock and timer. */
        public Builder time(TimeSource time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The log. It connects by itself; a Redis that is not there is no error yet. */
        public RedisResumeLog build() {
            return new RedisResumeLog(
                    new RedisSettings(
                            server,
                            prefix,
                            retention,
                            maxEvents,
                            lease,
                            lease.dividedBy(3),
                            timeout,
                            buffer,
                            singleNode,
                            maxBytes,
                            recoverWithin,
                            parkedFor),
                    time);
        }
    }
}
