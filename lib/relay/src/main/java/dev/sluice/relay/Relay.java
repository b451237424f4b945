package dev.sluice.relay;

import dev.sluice.TimeSource;
import dev.sluice.context.ContextCarrier;
import dev.sluice.internal.base.Checks;
import dev.sluice.observation.Observer;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.ToolApproval;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs runs, keeps their events, and tells them to any number of watchers, who may come late, leave and come back. One serves
 * a whole program. Safe for use by any thread.
 *
 * {@snippet file="dev/sluice/relay/snippets/Snippets.java" region="relay"}
 */
public final class Relay implements AutoCloseable {
    private final RelaySettings settings;
    private final ResumeLog log;
    private final boolean ownLog;
    private final RunRegistry runs;
    private final WatchedLog watched;
    private final WatcherRegistry watchers;
    private final Optional<RunRecovery> recovery;
    private final ShutdownWait allGone = new ShutdownWait(() -> running() == 0 && watching() == 0);
    private volatile boolean closing;

    private Relay(Builder builder) {
        settings = builder.settings();
        ownLog = builder.log == null;
        log = builder.log == null ? MemoryResumeLog.builder().time(builder.time).build() : builder.log;
        runs = new RunRegistry(
                settings,
                log,
                Optional.ofNullable(builder.journal),
                new QuotaCounter(builder.runs, "answers under way"),
                this::isWatched,
                () -> allGone.check());
        recovery = Optional.ofNullable(builder.journal).map(journal -> new RunRecovery(runs, journal, settings));
        watched = new WatchedLog(log, runs.owners(), recovery, settings.time());
        watchers = new WatcherRegistry(
                settings,
                watched,
                runs,
                new QuotaCounter(builder.watchers, "connections that watch"),
                () -> allGone.check());
    }

    /** A relay with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Takes a run over and begins to consume it, on a thread of its own. The last event of its stream is always
     * {@code stream_complete} or {@code stream_error}.
     *
     * @return the stream's id, not guessable
     * @throws RelayException if there are too many runs, the log is unavailable, or the relay is closing; the run is closed
     *     then
     */
    public String start(Session session, RunSource run) {
        return start(Caller.of(session), run);
    }

    /** The same for a caller whose runs are counted by its address, too. */
    public String start(Caller caller, RunSource run) {
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(run, "run");
        try {
            check(caller);
        } catch (Throwable e) {
            RunPublisher.close(run);
            throw e;
        }
        return runs.start(caller, run);
    }

    /**
     * Has a run made of a request, and takes it over as {@link #start(Session, RunSource)} does. With a {@linkplain
     * Builder#journal journal} the request has a claim on it; if the factory gives that to the run, the run outlives this machine.
     *
     * @return the stream's id, not guessable; also the run's name in the journal
     * @throws RelayException if there are too many runs, the log or the journal is unavailable, or the relay is closing
     * @throws Exception what the factory throws
     */
    public String start(Caller caller, StartRequest request, RunFactory factory) throws Exception {
        Objects.requireNonNull(caller, "caller");
        check(caller);
        return runs.start(caller, request, factory);
    }

    /**
     * Begins to go on with durable runs whose machine was lost, and with those whose question was answered. The factory makes them
     * again, from the request that they were started with. Does nothing without a {@linkplain Builder#journal journal}, or the
     * second time.
     */
    public void recoverWith(RunFactory factory) {
        Objects.requireNonNull(factory, "factory");
        recovery.ifPresent(found -> found.start(factory));
    }

    private void check(Caller caller) {
        checkOpen();
        watchers.check(caller); // a run that its caller cannot watch would be paid for in vain
    }

    /**
     * Answers a question of a durable run, {@link dev.sluice.tools.RunEvent.ApprovalAsked}. The run goes on with it, here or elsewhere.
     * Blocks for a bounded time.
     *
     * @param callKey the key that the question names
     * @return whether it was the first answer, and the run has not ended
     * @throws RelayException {@code UNKNOWN} if there is no such stream for this session, or no such question of it. {@code UNAVAILABLE}
     */
    public boolean answer(Session session, String streamId, String callKey, ToolApproval.Verdict answer) {
        return runs.answer(session, streamId, callKey, ToolApproval.answer(answer));
    }

    /**
     * Sends a stream's events to a sink until the stream ends, the sink is gone, or the relay is closed. A sink of a
     * closed relay receives {@code server_shutdown}, also one that comes later. Events are written by threads of the relay's. Returns at
     * once, unless the log has forgotten the stream and the journal still has the run. Then the relay takes the run over, as it does a
     * lost one. Until the stream is there this blocks, for five seconds at most.
     *
     * @param after the last event the client has; 0 for none. It may come from the client as it is
     * @throws RelayException if there is no such stream for this session, or that part of it is no longer there. Also if there are too
     *     many watchers, or too many runs to take this one over. Nothing is then written to the sink
     */
    public void attach(Session session, String streamId, long after, StreamFormat format, EventSink sink) {
        attach(Caller.of(session), streamId, after, format, sink);
    }

    /** The same for a caller whose watchers are counted by its address, too. */
    public void attach(Caller caller, String streamId, long after, StreamFormat format, EventSink sink) {
        watchers.attach(caller, streamId, after, format, sink);
    }

    /**
     * Whether a stream has ended well and has nothing after this event. Blocks as {@link #attach} does.
     *
     * @throws RelayException as {@link #attach} does
     */
    public boolean isDelivered(Session session, String streamId, long after) {
        return watched.isDelivered(streamId, session, after);
    }

    /**
     * Stops a run, on any machine.
     *
     * @throws RelayException if there is no such stream for this session
     */
    public void cancel(Session session, String streamId, String reason) {
        runs.cancel(session, streamId, reason);
    }

    /**
     * Reports to every watcher that the server stops, ends their connections, and cancels the runs. Waits until that is done, for this
     * time at most. Then it cuts off the connections that are still open. It does not cancel durable runs: it leaves them to another
     * machine. A log that was given to the relay stays open.
     */
    public void shutdown(Duration atMost) {
        closing = true;
        watchers.shutDown();
        recovery.ifPresent(RunRecovery::close);
        runs.shutDown();
        if (!allGone.await(atMost)) {
            watchers.cut();
            runs.all().forEach(RunPublisher::giveUp);
        }
        if (ownLog) {
            log.close();
        }
    }

    /** {@link #shutdown} within two seconds. */
    @Override
    public void close() {
        shutdown(Duration.ofSeconds(2));
    }

    /** How many runs it carries. */
    public int running() {
        return runs.all().size();
    }

    /** How many watchers it has. */
    public int watching() {
        return watchers.size();
    }

    /** On this machine or another one. May block for a bounded time. */
    private boolean isWatched(String streamId) {
        return watchers.isWatched(streamId) || log.isWatchedElsewhere(streamId);
    }

    private void checkOpen() {
        if (closing) {
            throw new RelayException(Code.UNAVAILABLE, "The server is being shut down; try again soon");
        }
    }

    /** Collects the settings of a {@link Relay}. Not for use by several threads. */
    public static final class Builder {
        private @Nullable ResumeLog log;
        private @Nullable RunJournal journal;
        private Quota runs = new Quota(4, 40, 1_000);
        private Quota watchers = new Quota(32, 320, 10_000);
        private Duration heartbeat = Duration.ofSeconds(15);
        private Duration flushAfter = Duration.ofMillis(50);
        private Duration abandonAfter = Duration.ofSeconds(30);
        private Duration idleTimeout = Duration.ofMinutes(5);
        private Duration totalTimeout = Duration.ofHours(1);
        private int watcherBuffer = 256 << 10;
        private Duration slowAfter = Duration.ofSeconds(10);
        private int maxEvent = 1 << 20;
        private boolean showErrors;
        private RelayListener listener = new RelayListener() {};
        private TimeSource time = TimeSource.system();
        private ContextCarrier carrier = ContextCarrier.detected();
        private Observer observer = Observer.none();

        private Builder() {}

        /** Where events are kept; in this program's memory if nothing is set. The relay does not close it. */
        public Builder log(ResumeLog log) {
            this.log = Objects.requireNonNull(log, "log");
            return this;
        }

        /**
         * Where runs write themselves down, so that they outlive their machine; nowhere if nothing is set. All machines of a fleet
         * share one. The relay does not close it. See {@code docs/durable.md}.
         */
        public Builder journal(RunJournal journal) {
            this.journal = Objects.requireNonNull(journal, "journal");
            return this;
        }

        /** How many streams a session may have running at once; 4 if nothing is set. */
        public Builder streamsPerSession(int streams) {
            runs = runs.withPerSession(Checks.atLeast("streams", streams, 1));
            return this;
        }

        /** How many streams may run at once; 4 of a session, 40 from an address and 1,000 in all if nothing is set. */
        public Builder streams(Quota quota) {
            runs = Objects.requireNonNull(quota, "quota");
            return this;
        }

        /**
         * How many connections may watch at once; 32 of a session, 320 from an address and 10,000 in all if nothing is set.
         * A slow one holds up to 64 KiB, about.
         */
        public Builder watchers(Quota quota) {
            watchers = Objects.requireNonNull(quota, "quota");
            return this;
        }

        /** How often a heartbeat is written to a silent connection; 15 s if nothing is set. */
        public Builder heartbeat(Duration every) {
            heartbeat = Checks.positive("every", every);
            return this;
        }

        /**
         * How long text may wait for more of it before it is written; 50 ms if nothing is set, zero for not at all. The first
         * is never held back, nor is text after such a pause.
         */
        public Builder flushAfter(Duration delay) {
            flushAfter = Checks.notNegative("delay", delay, "write at once");
            return this;
        }

        /**
         * How long a run that nobody watches continues; 30 s if nothing is set, zero to cancel it at once. One that
         * nobody has watched yet is given ten seconds at least.
         */
        public Builder abandonAfter(Duration grace) {
            abandonAfter = Checks.notNegative("grace", grace, "cancel at once");
            return this;
        }

        /** How long a run may be silent; 5 minutes if nothing is set, zero for no limit. */
        public Builder idleTimeout(Duration limit) {
            idleTimeout = Checks.notNegative("limit", limit, "no limit");
            return this;
        }

        /** How long a run may take; an hour if nothing is set, zero for no limit. */
        public Builder totalTimeout(Duration limit) {
            totalTimeout = Checks.notNegative("limit", limit, "no limit");
            return this;
        }

        /**
         * How many bytes of events may wait for a slow watcher, about; 256 KiB if nothing is set. One event more may.
         * Further events stay in the log until the watcher has taken its buffer.
         */
        public Builder watcherBuffer(int bytes) {
            watcherBuffer = Checks.atLeast("bytes", bytes, 1);
            return this;
        }

        /**
         * How long a watcher whose buffer is full may take nothing. Then it is disconnected, with the advice to come
         * back for the rest. 10 s if nothing is set. One whose connection takes nothing for twice that is cut off.
         */
        public Builder slowAfter(Duration limit) {
            slowAfter = Checks.positive("limit", limit);
            return this;
        }

        /**
         * How long an event's JSON may be, in characters; 1,048,576 if nothing is set. The output of a tool that is longer is
         * cut for watchers; a run with any other event that is longer fails.
         */
        public Builder maxEvent(int characters) {
            maxEvent = Checks.atLeast("characters", characters, 1);
            return this;
        }

        /** Whether watchers see what went wrong in the words of the exception; they see a general text if nothing is set. */
        public Builder showErrors(boolean show) {
            showErrors = show;
            return this;
        }

        /** Sets the listener that is called for what happens, for metrics. */
        public Builder listener(RelayListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets what carries the context of the thread that starts a run into the thread that consumes it, where the run's listener
         * and log lines are; {@link ContextCarrier#detected()} if nothing is set.
         */
        public Builder contextCarrier(ContextCarrier carrier) {
            this.carrier = carrier.guarded();
            return this;
        }

        /** Adds an observer of the watchers, for traces. Observers accumulate. */
        public Builder observer(Observer observer) {
            this.observer = this.observer.and(observer);
            return this;
        }

        /** The clock and timer. */
        public Builder time(TimeSource time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The relay. */
        public Relay build() {
            return new Relay(this);
        }

        private RelaySettings settings() {
            return new RelaySettings(
                    heartbeat,
                    flushAfter,
                    abandonAfter,
                    idleTimeout,
                    totalTimeout,
                    watcherBuffer,
                    slowAfter,
                    maxEvent,
                    new ErrorRedaction(showErrors),
                    new SafeListener(listener),
                    time,
                    carrier,
                    observer);
        }
    }
}
