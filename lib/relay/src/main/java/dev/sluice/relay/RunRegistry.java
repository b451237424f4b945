package dev.sluice.relay;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs that a relay carries: starts them, goes on with those of lost machines, and stops them. For any thread. */
final class RunRegistry {
    private static final Logger logger = LoggerFactory.getLogger(RunRegistry.class);

    private final RelaySettings settings;
    private final ResumeLog log;
    private final Optional<RunJournal> journal;
    private final RunOwners owners;
    private final DurableStreams streams;
    private final QuotaCounter quota;
    private final Predicate<String> isWatched;
    private final Runnable onEnd;
    private final RecoveryFailures failures = new RecoveryFailures();
    private final StreamIds ids = new StreamIds();
    private final Map<String, RunPublisher> running = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /**
     * No runs yet.
     *
     * @param isWatched whether somebody watches a stream, on any machine; may block for a bounded time
     * @param onEnd run after each run's end
     */
    RunRegistry(
            RelaySettings settings,
            ResumeLog log,
            Optional<RunJournal> journal,
            QuotaCounter quota,
            Predicate<String> isWatched,
            Runnable onEnd) {
        this.settings = settings;
        this.log = log;
        this.journal = journal;
        owners = new RunOwners(log, journal);
        streams = new DurableStreams(log, this::stop);
        this.quota = quota;
        this.isWatched = isWatched;
        this.onEnd = onEnd;
    }

    Collection<RunPublisher> all() {
        return running.values();
    }

    /** The failures of runs on this machine. */
    RecoveryFailures failures() {
        return failures;
    }

    /** The check that a run belongs to a session. */
    RunOwners owners() {
        return owners;
    }

    @Nullable
    RunPublisher get(String id) {
        return running.get(id);
    }

    /** Carries a run that is not durable; closes it if it cannot. Returns its stream's id. */
    String start(Caller caller, RunSource run) {
        String id = ids.next();
        try (var start = new Start(run)) {
            QuotaCounter.Permit permit = start.uses(quota.acquire(caller));
            start.succeeds(plain(id, caller.session(), run, permit));
        }
        return id;
    }

    /** Has a run made and carries it: a durable one, if there is a journal and the factory gives it to the run. */
    String start(Caller caller, StartRequest request, RunFactory factory) throws Exception {
        if (journal.isEmpty()) {
            return start(caller, made(factory, request));
        }
        String id = ids.next();
        Session session = caller.session();
        try (var start = new Start(null)) {
            QuotaCounter.Permit permit = start.uses(quota.acquire(caller));
            DurableRun durable = start.uses(new DurableRun(journal.get().claim(id)));
            durable.appendFirst(StartRecord.of(request));
            RunSource run = start.uses(made(factory, with(request, durable)));
            if (durable.isUsed()) {
                Optional<ResumeLog.Writer> writer = streams.begin(id, session);
                if (writer.isEmpty()) {
                    durable.close();
                    return id; // the other machine serves its watchers
                }
                start.succeeds(
                        publisher(id, session, run, writer.get(), Optional.of(durable), new ToldEvents(), permit));
            } else {
                durable.told(); // nobody could go on with it
                start.succeeds(plain(id, session, run, permit));
            }
        } catch (JournalException e) {
            throw RunOwners.unreachable(e);
        }
        return id;
    }

    private RunPublisher plain(String id, Session session, RunSource run, QuotaCounter.Permit permit) {
        ResumeLog.Writer writer = log.create(id, session, reason -> stop(id, reason));
        return publisher(id, session, run, writer, Optional.empty(), new ToldEvents(), permit);
    }

    private RunPublisher publisher(
            String id,
            Session session,
            RunSource run,
            ResumeLog.Writer writer,
            Optional<DurableRun> durable,
            ToldEvents told,
            QuotaCounter.Permit permit) {
        return new RunPublisher(
                id,
                session,
                run,
                writer,
                durable,
                told,
                settings,
                () -> isWatched.test(id),
                (over, outcome) -> ended(over, outcome, permit));
    }

    /** Whether there may be one more run here, if this number of runs is about to be taken over. */
    boolean hasRoom(int beside) {
        return quota.hasRoom(beside);
    }

    /**
     * Goes on with a run whose machine is gone, from what its watchers know. The run is counted, but not refused if its session has too
     * many. If this throws, the claim is still held.
     *
     * @throws RelayException if the log cannot be reached
     * @throws Exception if the factory fails
     */
    void takeOver(StartRequest request, DurableRun durable, RunFactory factory) throws Exception {
        String id = durable.runId();
        Session session = request.session();
        try (var start = new Start(null)) {
            QuotaCounter.Permit permit = start.uses(durable.takePlace().orElseGet(() -> quota.add(Caller.of(session))));
            Optional<DurableStreams.Continued> stream = streams.continued(durable, session);
            if (stream.isEmpty()) { // the stream has the end, and the journal does not
                durable.told();
                return;
            }
            ResumeLog.Writer writer = start.uses(stream.get().writer());
            ToldEvents told = stream.get().told();
            if (told.hasEnd()) { // the machine was lost before it could mark the stream as ended
                writer.finish();
                durable.told();
                return;
            }
            durable.noteBegun(told.openTurn(), told.toContinue());
            RunSource run = start.uses(made(factory, with(request, durable))); // last, because it begins at once
            if (!durable.isUsed()) {
                throw new IllegalStateException("the RunFactory did not give the run its journal this time");
            }
            failures.factoryWorks(id);
            RunPublisher carried = publisher(id, session, run, writer, Optional.of(durable), told, permit);
            start.succeeds(carried);
            stopIfAsked(carried, durable);
        }
    }

    /** Stops a run if the journal has a stop that came while the run was being made, when there was no run to stop. */
    private static void stopIfAsked(RunPublisher run, DurableRun durable) {
        try {
            if (durable.isStopped()) {
                run.stop(StopReason.cancelled(), "its user stopped it");
            }
        } catch (Throwable e) {
            Failures.warn(logger, "It is not known whether a run was stopped, so the next machine has to ask", e);
            run.handOver(StopReason.cancelled(), "its journal could not be read");
        }
    }

    /**
     * Tells the watchers of a run with which nobody goes on that it is over.
     *
     * @throws RelayException if the log cannot be reached
     */
    void giveUp(DurableRun durable, Session session, StopReason why) {
        Optional<ResumeLog.Writer> open = streams.writer(durable, session);
        if (open.isEmpty()) {
            return;
        }
        try (ResumeLog.Writer writer = open.get()) {
            LogEntry last = LogEntry.of(why.event(), settings.maxEventLength());
            writer.append(last.type(), last.json());
            writer.finish();
        }
    }

    private void ended(RunPublisher run, RelayListener.Outcome outcome, QuotaCounter.Permit permit) {
        running.remove(run.id(), run);
        permit.release();
        if (outcome != RelayListener.Outcome.HANDED_OVER) {
            failures.forget(run.id());
        } else if (!closing) { // the run was lost, which may happen again at once
            failures.add(run.id(), false);
        }
        onEnd.run();
        if (run.isParkedInJournal() && outcome != RelayListener.Outcome.PARKED) {
            endParked(run.id());
        }
    }

    /** A limit passed after the run was parked, and its watchers were told so. The note keeps an answer from continuing it. */
    private void endParked(String id) {
        try {
            var unused = answer(journal.orElseThrow(), id, DurableRun.STOPPED, "{}");
        } catch (Throwable e) {
            Failures.warn(logger, "A run that is over for its watchers still waits in the journal", e);
        }
    }

    private void stop(String id, String reason) {
        RunPublisher run = running.get(id);
        if (run != null) {
            run.stop(StopReason.cancelled(), reason);
        }
    }

    /**
     * Stops a run on any machine, or one that is on none now. The stop is noted in the journal first. So a machine that is about to go on
     * with the run finds the note, or is asked to stop.
     */
    void cancel(Session session, String id, String reason) {
        if (journal.isEmpty()) {
            log.cancel(id, session, reason);
            return;
        }
        owners.check(session, id);
        try {
            answer(journal.get(), id, DurableRun.STOPPED, "{}");
        } finally {
            cancelInLog(session, id, reason);
        }
    }

    private void cancelInLog(Session session, String id, String reason) {
        try {
            log.cancel(id, session, reason);
        } catch (RelayException e) {
            owners.check(session, id, e); // the next machine with the run finds the note
        }
    }

    /**
     * Takes a person's answer to a question of a run.
     *
     * @return whether it is the first; false also if the run has ended
     * @throws RelayException {@code UNKNOWN} if it is not this session's, or no such call's. {@code UNAVAILABLE}
     */
    boolean answer(Session session, String id, String callKey, String answer) {
        if (journal.isEmpty() || !callKey.startsWith(id + "-")) {
            throw new RelayException(Code.UNKNOWN, "There is no such question");
        }
        owners.check(session, id);
        return answer(journal.get(), id, callKey, answer);
    }

    private static boolean answer(RunJournal journal, String id, String key, String answer) {
        try {
            return journal.answer(id, key, answer);
        } catch (JournalException e) {
            if (e.code() == JournalException.Code.UNKNOWN) { // it is not durable, or has ended
                return false;
            }
            throw RunOwners.unreachable(e);
        }
    }

    /**
     * A place for one more run of this session.
     *
     * @throws RelayException if there are too many
     */
    QuotaCounter.Permit acquire(Session session) {
        return quota.acquire(Caller.of(session));
    }

    /** Hands over what is durable and stops the rest. */
    void shutDown() {
        closing = true;
        running.values().forEach(run -> run.handOver(StopReason.shutDown(), "the relay is being shut down"));
    }

    private static RunSource made(RunFactory factory, StartRequest request) throws Exception {
        return Objects.requireNonNull(factory.start(request), "the RunFactory returned no run");
    }

    private static StartRequest with(StartRequest request, Claim claim) {
        return new StartRequest(
                request.session(), request.chatId(), request.conversation(), request.body(), Optional.of(claim));
    }

    /** What a start has taken, given back unless it succeeds. */
    private final class Start implements AutoCloseable {
        private @Nullable RunSource run;
        private QuotaCounter.@Nullable Permit permit;
        private @Nullable DurableRun durable;
        private ResumeLog.@Nullable Writer writer;
        private boolean succeeded;

        Start(@Nullable RunSource run) {
            this.run = run;
        }

        QuotaCounter.Permit uses(QuotaCounter.Permit taken) {
            permit = taken;
            return taken;
        }

        RunSource uses(RunSource made) {
            run = made;
            return made;
        }

        DurableRun uses(DurableRun claimed) {
            durable = claimed;
            return claimed;
        }

        ResumeLog.Writer uses(ResumeLog.Writer takenOver) {
            writer = takenOver;
            return takenOver;
        }

        void succeeds(RunPublisher carried) {
            running.put(carried.id(), carried);
            try {
                carried.start();
            } catch (Throwable e) { // no thread, or no timer: the run has not begun
                running.remove(carried.id(), carried);
                throw e;
            }
            succeeded = true;
            if (closing) { // since it was looked at, and maybe too late to be seen
                carried.handOver(StopReason.shutDown(), "the relay is being shut down");
            }
        }

        @Override
        public void close() {
            if (succeeded) {
                return;
            }
            if (run != null) {
                RunPublisher.close(run);
            }
            if (writer != null) {
                giveBack("The stream of a run that did not start could not be left", writer::leave);
            }
            if (durable != null) {
                giveBack("The journal could not end a run that did not start", durable::told);
                giveBack("The claim on a run that did not start could not be given up", durable::close);
            }
            if (permit != null) {
                permit.release();
            }
        }

        private void giveBack(String failure, Runnable action) {
            try {
                action.run();
            } catch (Throwable e) { // the rest must be given back
                Failures.warn(logger, failure, e);
            }
        }
    }
}
