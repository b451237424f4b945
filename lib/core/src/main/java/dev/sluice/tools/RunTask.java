package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.base.Cancellation;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer's side of a run: turn after turn and the calls of each, on a virtual thread of its own. It holds nothing of the
 * consumer's side, so that an abandoned run can be found by the garbage collector.
 *
 * <p>To stop it is to end the queue, which frees the consumer and the threads that wait for room, and then to interrupt all else. A
 * failure takes the slow way: the calls are stopped, then the run's thread reports their ends and its own, behind what was
 * received before.
 */
final class RunTask implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(RunTask.class);
    private static final AtomicLong COUNT = new AtomicLong();

    private static final String CLOSED = "the client was closed";
    private static final String LOST = "another machine has taken the run over";

    final RunSettings settings;
    final RunEventQueue queue;
    final Transcript transcript;
    final RunRecorder recorder;
    final TimeSource time;

    /** What the thread that started the run carried; and the same with the observed run in force. */
    private final Captured callers;

    private final Captured context;

    private final Thread thread;

    private final RunControl control;

    private final TurnRequests requests;
    private final TurnRetries retries;

    final RunCalls calls;
    private final @Nullable JournaledRun journal;

    private final RunDeadline deadline;
    private Runnable clientForgets = () -> {};

    /** Set before the calls are stopped, so that the run's thread then fails with it. */
    private volatile @Nullable TimedOut timedOut;

    private volatile boolean parked;

    // Owned by the run's thread, once it has started.
    private @Nullable Turn turn;
    private @Nullable TurnAnswer stream;

    RunTask(RunSettings settings, StreamController controller) {
        this.settings = settings;
        control = new RunControl(controller);
        StreamController limits = controller.toBuilder().build();
        queue = new RunEventQueue(settings.queueCapacity(), settings.queueBytes());
        transcript = new Transcript(settings.request());
        time = settings.lifetime().time();
        deadline = new RunDeadline(time, limits.timeouts(Timeouts.none()).total());
        journal = settings.journal() == null ? null : new JournaledRun(settings.journal());
        requests = new TurnRequests(settings, transcript, limits, deadline, queue::isOver, journal);
        retries = new TurnRetries(settings, queue, transcript, deadline);
        callers = settings.client().contextCarrier().capture();
        recorder = new RunRecorder(settings, transcript);
        context = recorder.in(callers);
        var scope = new RunScope(
                settings,
                queue,
                new Semaphore(settings.parallelism(), true),
                control::controller,
                deadline::remaining,
                context,
                CallKeys.of(journal),
                journal,
                recorder::callEnded);
        calls = new RunCalls(
                scope,
                settings.client().provider().removedTools(settings.request().messages()),
                () -> queue.isOver() || timedOut != null);
        thread =
                Thread.ofVirtual().name("sluice-run-" + COUNT.incrementAndGet()).unstarted(this);
    }

    /**
     * Sends the first request, on the caller's thread, so that one that is wrong fails there, and starts.
     *
     * @throws IllegalArgumentException if the provider surely rejects the request
     * @throws IllegalStateException if the client is closed, or the controller has something to steer already
     */
    void start(StreamController controller) {
        try {
            InternalParts.of(controller, Cancellation.class)
                    .attach(reason -> stop(new Cancelled(reason)), callers::run);
        } catch (RuntimeException e) {
            recorder.neverStarted(e);
            throw e;
        }
        try {
            if (!queue.isOver()) { // else cancelled before it began: no request is sent
                recorder.in(Captured.nothing()).run(() -> stream = requests.send()); // the rest is this thread's own
            }
        } catch (RuntimeException | Error e) {
            recorder.neverStarted(e);
            InternalParts.of(controller, Cancellation.class).end(null);
            throw e;
        }
        clientForgets = settings.lifetime().onClose(() -> cancel(CLOSED));
        deadline.start(this::totalPassed);
        thread.start();
        if (journal != null) {
            journal.watch(this::journalFailed, () -> cancel(LOST));
        }
    }

    /**
     * Ends the run now, drops its queue, and stops all that runs in it. Does not wait. Returns whether it had not
     * ended.
     */
    boolean stop(EndReason reason) {
        if (!queue.abort(reason)) {
            return false;
        }
        requests.cancel(reason instanceof Cancelled(String why) ? why : "the run has come to a limit");
        calls.stop("the call was stopped before it had ended");
        thread.interrupt();
        return true;
    }

    /** Stops the run for its closed client, with the callbacks of its controller. */
    private void cancel(String why) {
        requests.leaveRunning(journal != null);
        if (!control.cancelUnasked(why)) {
            stop(new Cancelled(why));
        }
    }

    /** What an abandoned run's cleaner runs; does nothing after the end. */
    void onAbandoned() {
        if (stop(new Cancelled(RunControl.ABANDONED))) {
            Thread.ofVirtual() // because the cleaner must not wait for a carrier
                    .start(() -> context.run(() -> log.warn(
                            "{} was abandoned before its end; close runs with try-with-resources", thread.getName())));
        }
    }

    /** Starts a call; or goes on with the same one that an earlier attempt has started. */
    private ToolCallTask call(ToolUse use, @Nullable String cut) throws InterruptedException {
        ToolCallTask kept = retries.resume(use, cut != null);
        return kept != null ? kept : calls.start(requests.turn(), use, cut);
    }

    /** The threads that shall end soon once the run has been stopped. */
    List<Thread> ending() {
        return Stream.concat(
                        Stream.of(thread),
                        calls.stragglers().stream().flatMap(call -> Stream.ofNullable(call.straggler())))
                .toList();
    }

    @Override
    public void run() {
        context.run(this::work);
    }

    private void work() {
        try {
            EndReason end = turns();
            if (journal != null) {
                journal.throwFailure(); // which may be what has ended it
            }
            end(end);
        } catch (Throwable e) {
            end(journal == null ? e : journal.cause(e));
        } finally {
            deadline.cancel();
            clientForgets.run();
            orphanKept();
            EndReason end = queue.ended().orElseThrow();
            if (journal != null && !parked) {
                journal.runEnds(control.isForGood(end));
            }
            control.readerEnded(end);
            recorder.ended(end);
        }
    }

    /** Ends it after an exception of a turn, or what made the turn throw one. */
    private void end(Throwable cause) {
        switch (cause) {
            case JournalException lost when lost.code() == Code.FENCED -> cancel(LOST);
            case JournalException failed -> {
                calls.stop("the journal of the run has failed, so the tool was stopped");
                var failure = new ProtocolError("The journal of the run has failed: " + failed.getMessage(), failed);
                queue.putLast(StreamErrorEvents.of(failure), new Failed(failure));
            }
            case InterruptedException e ->
                fail(new ProtocolError("The thread of the run was interrupted", e)); // if it was not stopped
            case StreamException.Cancelled e -> cancel(e.reason()); // of the turn alone: the client was closed
            case TimedOut late when late.phase() == Phase.TOTAL && deadline.isLimited() -> fail(deadline.passed(late));
            case StreamException e -> fail(e);
            // a mistake of ours, or of what the caller has called with a budget's alert
            default -> fail(new ProtocolError("The run failed: " + Throwables.describe(cause), cause));
        }
    }

    /** On any thread: the run's thread does the rest. */
    private void journalFailed() {
        requests.cancel("the journal of the run has failed");
        thread.interrupt();
    }

    /** Turn after turn, until the model is done or may not continue. */
    private EndReason turns() throws InterruptedException {
        while (true) {
            EndReason end = queue.isOver() ? new Completed() : turn();
            if (end != null) {
                return end;
            }
            if (timedOut != null) {
                throw timedOut;
            }
            calls.forgetEnded();
            stream = askAgain();
        }
    }

    private TurnAnswer askAgain() throws InterruptedException {
        try {
            return requests.send();
        } catch (IllegalStateException e) { // the client is closed, and its notice is still on the way
            cancel(CLOSED);
            throw new InterruptedException();
        }
    }

    /** One turn and its calls. How the run ends with it; null if it continues. */
    private @Nullable EndReason turn() throws InterruptedException {
        boolean last = transcript.countedRequests() >= settings.maxTurns();
        Message said;
        Turn now;
        retries.keep(calls.restored(requests.turn()));
        try (TurnAnswer answer = Objects.requireNonNull(stream)) {
            now = new Turn(queue, transcript, this::call, answer, settings.startEarly() && !last);
            turn = now;
            EndReason end = now.read();
            if (!(end instanceof Completed)) {
                return end;
            }
            said = now.message();
        } catch (StreamException failure) {
            Turn broken = Objects.requireNonNull(turn);
            retries.takeBack(broken, failure);
            turn = null; // its calls are kept elsewhere
            return null;
        }
        List<ToolCallTask> all =
                last || said.finishReason() == FinishReason.CONTENT_FILTER ? List.of() : now.startAll();
        retries.turnComplete();
        if (said.finishReason() == FinishReason.CONTENT_FILTER) {
            transcript.addTurn(said, now.stopAll("the answer was refused, so the tool was stopped, or did not run"));
            return new Completed();
        }
        if (said.toolUses().isEmpty()) {
            transcript.addTurn(said, List.of());
            boolean paused = said.finishReason() == FinishReason.PAUSE;
            return !paused ? new Completed() : last ? turnsAreUp() : null;
        }
        if (last) {
            transcript.addTurn(said, List.of());
            return turnsAreUp();
        }
        return answer(said, all) ? null : new Completed();
    }

    /** Waits for the calls' results; returns false if the run has been parked instead. */
    private boolean answer(Message said, List<ToolCallTask> all) throws InterruptedException {
        transcript.calling(said, all);
        String question = ApprovalWait.run(journal, all);
        if (question != null) {
            parked = true;
            queue.end(new Cancelled(question));
            return false;
        }
        var results = new ArrayList<ToolResult>();
        for (ToolCallTask call : all) {
            results.add(call.result());
        }
        transcript.addTurn(said, results);
        return true;
    }

    /** Whether it waits for an answer that comes some other time, and nothing of it runs. */
    boolean isParked() {
        return parked;
    }

    private LimitReached turnsAreUp() {
        return new LimitReached(Limit.TURNS, settings.maxTurns());
    }

    /** Ends it in good order. */
    private void end(EndReason reason) throws InterruptedException {
        switch (reason) {
            case Completed completed -> queue.putLast(new StreamComplete(), reason);
            case LimitReached limit -> {
                stopCalls("the run has come to a limit, so the tool was stopped");
                queue.putLast(StreamErrorEvents.of(limit), reason);
            }
            case Cancelled(String why) -> cancel(why); // of the turn alone: the client was closed
            case Failed(StreamException failure) -> fail(failure);
        }
    }

    /** Ends it behind what was received, and behind the ends of the calls; does nothing if it has been stopped. */
    private void fail(StreamException failure) {
        try {
            stopCalls("the run has failed, so the tool was stopped");
        } catch (InterruptedException e) { // then it has been stopped
            Thread.currentThread().interrupt();
        }
        queue.putLast(StreamErrorEvents.of(failure), new Failed(failure));
    }

    /** Of a stopped run, for its report: the interrupt was for the run, which is over. */
    private void orphanKept() {
        var unused = Thread.interrupted();
        try {
            retries.runEnds("the run was stopped, so the tool was stopped");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopCalls(String why) throws InterruptedException {
        if (journal != null) {
            journal.ending();
        }
        if (turn != null) {
            turn.stopAll(why);
        }
        retries.runEnds(why);
    }

    /**
     * On a thread of its own, because to interrupt a tool may close what it reads, which is the caller's. The run's thread does the
     * rest: it waits for the calls, or for a turn that has the same limit.
     */
    private void totalPassed() {
        timedOut = deadline.passed();
        calls.stop("the time of the run was up, so the tool was stopped");
    }

    /** Its name. */
    @Override
    public String toString() {
        return thread.getName();
    }
}
