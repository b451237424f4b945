package dev.sluice.relay;

import dev.sluice.StreamException;
import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.LogLabels;
import dev.sluice.relay.RelayListener.Outcome;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.StreamError;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that is being carried into the log, by a thread of its own. Its last event there is always {@code stream_complete} or
 * {@code stream_error}: if the run has none, as one that was cancelled or threw, it gets one.
 */
final class RunPublisher {
    private static final Logger log = LoggerFactory.getLogger(RunPublisher.class);

    /** How long a cancelled run may take to end before its watchers receive an end without it. */
    private static final Duration STOP_GRACE = Duration.ofSeconds(2);

    /** How long a run may take, after its last event, to record in its journal whether it is over. */
    private static final Duration FATE_PATIENCE = Duration.ofSeconds(5);

    private final Session session;
    private final RunSource run;
    private final ResumeLog.Writer writer;
    private final Optional<DurableRun> durable;
    private final ToldEvents told;
    private final RelaySettings settings;
    private final AbandonTimer attendance;
    private final RunLimits limits;
    private final BiConsumer<RunPublisher, Outcome> onEnd;
    private final String id;
    private final long started;
    private final Thread thread;
    private final Captured context;
    private final Optional<String> origin;
    private final AtomicBoolean closed = new AtomicBoolean();

    private final AtomicReference<@Nullable StopReason> stop = new AtomicReference<>();

    /** Serialises who writes to the log: the run's thread, or the one that gives it up. Held while the log takes an event. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile boolean over; // written under the lock

    /**
     * The publisher of a run.
     *
     * @param durable the run's claim on its journal, if it goes on elsewhere when this machine is lost
     * @param told what watchers were told of a durable run before
     * @param isWatched whether somebody watches, on any machine; called where it may block
     */
    RunPublisher(
            String id,
            Session session,
            RunSource run,
            ResumeLog.Writer writer,
            Optional<DurableRun> durable,
            ToldEvents told,
            RelaySettings settings,
            BooleanSupplier isWatched,
            BiConsumer<RunPublisher, Outcome> onEnd) {
        this.id = id;
        this.session = session;
        this.run = run;
        this.writer = writer;
        this.durable = durable;
        this.told = told;
        this.settings = settings;
        this.onEnd = onEnd;
        attendance = new AbandonTimer(settings, isWatched, () -> stop(StopReason.abandoned(), "nobody watches"));
        limits = new RunLimits(settings, why -> stop(StopReason.timedOut(why), why));
        started = settings.time().nanos();
        context = settings.carrier().capture();
        origin = GuardedObservation.origin(settings.observer());
        thread = Thread.ofVirtual().name("sluice-relay-" + label()).unstarted(() -> context.run(this::carry));
    }

    String id() {
        return id;
    }

    Session session() {
        return session;
    }

    /** What names the trace in which the run was started. */
    Optional<String> origin() {
        return origin;
    }

    AbandonTimer attendance() {
        return attendance;
    }

    void start() {
        limits.start();
        attendance.start();
        settings.listener().started();
        thread.start();
    }

    /** Stops the run; the first reason counts. Does not wait: what the run does about it, it does on a thread of its own. */
    void stop(StopReason why, String reason) {
        if (over || !stop.compareAndSet(null, why)) {
            return;
        }
        settings.time().schedule(STOP_GRACE, this::giveUp);
        Thread.ofVirtual().name("sluice-relay-cancel").start(() -> context.run(() -> cancel(reason)));
    }

    /** Gives the run up, so that another machine goes on with it. One that is not durable is stopped for good. Does not wait. */
    void handOver(StopReason otherwise, String reason) {
        if (durable.isEmpty()) {
            stop(otherwise, reason);
            return;
        }
        Thread.ofVirtual()
                .name("sluice-relay-hand-over")
                .start(() -> context.run(() -> {
                    giveUpClaim(); // the run notices, and is stopped
                    leave(Outcome.HANDED_OVER);
                    cancel(reason);
                }));
    }

    private void cancel(String reason) {
        try {
            run.cancel(reason);
        } catch (Throwable e) { // it will be given up
            Failures.warn(log, "Run " + label() + " could not be cancelled", e);
        }
    }

    /** Reports to the watchers of a stopped run that it is over, if it does not end itself. Does not wait. */
    void giveUp() {
        StopReason why = stop.get();
        if (over || why == null) {
            return;
        }
        Thread.ofVirtual().name("sluice-relay-end").start(() -> context.run(() -> giveUp(why)));
    }

    private void giveUp(StopReason why) {
        if (stopped(why)) {
            log.warn("Run {} was stopped and did not end; it is left to itself", label());
            thread.interrupt();
            close();
        }
    }

    private void carry() {
        try {
            for (RunEvent event : run) {
                limits.heard();
                if (!tell(event)) {
                    break;
                }
            }
            if (!goesOnElsewhere()) {
                failed("incomplete", true, "The run ended without a word");
            }
        } catch (StreamException e) {
            if (!goesOnElsewhere()) {
                failed(code(e), e.retryable(), Failures.message(e));
            }
        } catch (RelayException e) {
            failed(e.code().name().toLowerCase(Locale.ROOT), true, Failures.message(e));
        } catch (Throwable e) { // the run is the application's, which may throw anything
            Failures.warn(log, "Run " + label() + " failed", e);
            if (!goesOnElsewhere()) {
                failed("failed", false, Failures.message(e));
            }
        } finally {
            close();
        }
    }

    /** Leaves the stream open if this is not the run's end. Waits, for {@link #FATE_PATIENCE} at most, until the journal knows. */
    private boolean goesOnElsewhere() {
        if (over || durable.isEmpty() || stop.get() != null) {
            return over;
        }
        switch (durable.get().awaitFate(FATE_PATIENCE)) {
            case PARKED -> leave(Outcome.PARKED);
            case LEFT -> leave(Outcome.HANDED_OVER);
            case ENDED -> {}
        }
        return over;
    }

    /** Ends here, without an end for the watchers; they are told if it waits for a person. Nothing if there was an end. */
    private void leave(Outcome outcome) {
        writing.lock();
        try {
            if (over) {
                return;
            }
            over = true;
            try {
                if (outcome == Outcome.PARKED) {
                    writer.append(LogEntry.PARKED.type(), LogEntry.PARKED.json());
                }
            } finally {
                writer.leave();
            }
        } catch (Throwable e) { // the next writer finds what is stored
            Failures.warn(log, "The stream of run " + label() + " could not be left in order", e);
        } finally {
            writing.unlock();
        }
        ended(outcome);
    }

    /** Carries one event; false if nothing may follow. */
    private boolean tell(RunEvent event) {
        if (durable.isEmpty()) {
            return tellNew(event);
        }
        for (RunEvent untold : told.toTell(event)) {
            if (!tellNew(untold)) {
                return false;
            }
        }
        return !over;
    }

    private boolean tellNew(RunEvent event) {
        if (event instanceof StreamError(String error, Map<String, Object> details)) {
            if (goesOnElsewhere()) { // it has failed here only, because its journal could not be reached
                return false;
            }
            failed(String.valueOf(details.get("code")), event);
            return false;
        }
        if (event instanceof StreamComplete) {
            settle(event, Outcome.COMPLETED);
            return false;
        }
        RunEvent shown = settings.disclosure().of(event).orElse(null);
        return shown == null ? !over : append(LogEntry.of(shown, settings.maxEventLength()));
    }

    private void failed(String code, boolean retryable, String error) {
        failed(code, new StreamError(error, Map.of("code", code, "retryable", retryable)));
    }

    /** Ends with a failure, which is that of who stopped it if somebody did. No effect if it has ended. */
    private void failed(String code, RunEvent failure) {
        StopReason why = stop.get();
        if (why != null) {
            var unused = stopped(why);
        } else if (settle(settings.disclosure().of(failure).orElse(failure), Outcome.FAILED)) {
            log.warn("Run {} failed: {}", label(), LogLabels.of(code));
            log.debug("Run {} failed: {}", label(), failure);
        }
    }

    /**
     * Ends a run that was stopped; false if it had ended. A run that another claim continues is left to that claim, unless its user
     * stopped it, which the journal has noted.
     */
    private boolean stopped(StopReason why) {
        if (why.outcome() != Outcome.CANCELLED && isKnownAs(DurableRun.Fate.LEFT)) {
            leave(Outcome.HANDED_OVER);
            return true;
        }
        return settle(why.event(), why.outcome());
    }

    /** Whether the journal has the run as one that waits for answers. */
    boolean isParkedInJournal() {
        return isKnownAs(DurableRun.Fate.PARKED);
    }

    private boolean isKnownAs(DurableRun.Fate fate) {
        return durable.isPresent() && durable.get().isKnownAs(fate);
    }

    private boolean append(LogEntry text) {
        writing.lock();
        try {
            if (!over) {
                writer.append(text.type(), text.json());
            }
            return !over;
        } finally {
            writing.unlock();
        }
    }

    /** Writes the last event; false if there was one. */
    private boolean settle(RunEvent last, Outcome outcome) {
        boolean isUntold = false;
        writing.lock();
        try (writer) { // without finish(), its watchers learn that it was lost
            if (over) {
                return false;
            }
            over = true;
            LogEntry text = LogEntry.of(last, settings.maxEventLength());
            writer.append(text.type(), text.json());
            writer.finish();
            durable.ifPresent(DurableRun::told);
        } catch (Throwable e) { // any failure: the session's slot must be released
            Failures.warn(log, "The end of run " + label() + " could not be written", e);
            giveUpClaim(); // the next claim tells the end
            isUntold = durable.isPresent();
        } finally {
            writing.unlock();
        }
        ended(isUntold ? Outcome.HANDED_OVER : outcome);
        return true;
    }

    private void giveUpClaim() {
        try {
            durable.ifPresent(DurableRun::close);
        } catch (Throwable e) { // the journal gives it up when it can
            Failures.warn(log, "The claim on run " + label() + " could not be given up", e);
        }
    }

    private void ended(Outcome outcome) {
        limits.end();
        attendance.end();
        try {
            settings.listener().ended(outcome, Duration.ofNanos(settings.time().nanos() - started));
        } finally {
            onEnd.accept(this, outcome);
        }
    }

    private void close() {
        if (closed.compareAndSet(false, true)) {
            close(run);
        }
    }

    /** Closes a run, and logs every exception of it. */
    static void close(RunSource run) {
        try {
            run.close();
        } catch (Throwable e) {
            Failures.warn(log, "A run could not be closed", e);
        }
    }

    /** The kind of a failure, in a run's words: the exception's name, with one exception. */
    private static String code(StreamException failure) {
        return failure instanceof StreamException.LimitExceeded
                ? "limit_reached"
                : failure.getClass()
                        .getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                        .toLowerCase(Locale.ROOT);
    }

    /** As much of the id as distinguishes runs in a log, and opens none. */
    private String label() {
        return id.substring(0, Math.min(6, id.length()));
    }
}
