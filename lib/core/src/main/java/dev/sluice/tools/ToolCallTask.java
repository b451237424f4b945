package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.LogLabels;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.tools.JournalRecord.Stage;
import dev.sluice.tools.RecordedRun.RecordedCall;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.ToolApproval.Verdict;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of a tool, and its one outcome: what the tool gives or throws, or that it was refused, took too long or was
 * stopped, whichever is first. Two virtual threads: the supervisor checks the input, asks for leave, waits for its turn, for the
 * outcome and for the consumer; the worker runs the tool, which may never end.
 *
 * <p>No event follows that of its end, so a tool that ignores its interrupt can say what it likes. If its turn breaks off and is
 * asked again, the call goes on, and may become that of the same call in the new answer.
 */
final class ToolCallTask {
    private static final AtomicLong COUNT = new AtomicLong();

    private final RunScope run;
    private final @Nullable Tool tool;
    private final @Nullable String cut;
    private final CallJournal journal;
    private final CallTime time;
    private final long number = COUNT.incrementAndGet();

    /** Replaced when a person has answered. */
    private volatile Thread supervisor;

    private final CallPromise outcome;

    /** Decided once: a tool either is called, or never is. */
    private final AtomicReference<Begun> begun = new AtomicReference<>(Begun.NOT_YET);

    private final CallEvents events;

    /** The call as the model made it first. */
    private final ToolUse asked;

    /** The call as the tool knows it: the first one, with its input mended if it was. */
    private volatile ToolUse called;

    private enum Begun {
        NOT_YET,
        CALLED,
        NEVER
    }

    private final BusyThread busy = new BusyThread();

    /**
     * A call that has not started; or one that the journal knows from before, which goes on when the model makes it.
     *
     * @param tool what is called; null if there is no such tool
     * @param cut if the input is known to be cut, by what
     */
    ToolCallTask(RunScope run, ToolUse use, @Nullable Tool tool, @Nullable String cut, CallJournal journal) {
        this.run = run;
        this.tool = tool;
        this.cut = cut;
        this.journal = journal;
        asked = use;
        outcome = new CallPromise(journal.isWritten());
        supervisor = supervisor(this::isReady);
        RecordedCall before = journal.before();
        if (before == null) {
            called = use;
            events = new CallEvents(run, use);
            time = new CallTime(run.time(), limit(), Duration.ZERO);
        } else {
            String given = before.call().given();
            called = new ToolUse(use.id(), use.name(), given, use.extra());
            events = CallEvents.recorded(run, use, given);
            time = new CallTime(run.time(), limit(), before.worked());
            before.outcome(tool).ifPresent(outcome::complete);
        }
    }

    private Thread supervisor(Hooks hooks) {
        return Thread.ofVirtual()
                .name("sluice-call-" + number)
                .unstarted(() -> run.context().run(() -> supervise(hooks)));
    }

    /** Starts it. The run's thread reports the start, so that calls start in order, unless the input may be repaired first. */
    void start() throws InterruptedException {
        if (tool == null) {
            outcome.complete(CallOutcome.error("Tool '" + asked.name() + "' not found"));
            end();
            return;
        }
        if (run.settings().repair() == null) {
            events.start();
        }
        supervisor.start();
    }

    /** The call that the events and the result name. */
    ToolUse use() {
        return events.use();
    }

    /** The call as the model made it first, with the input that it wrote. */
    ToolUse asked() {
        return asked;
    }

    /** The call as the tool knows it. It stays the same if the model makes the call again. */
    ToolUse called() {
        return called;
    }

    /** What is written of it, with its key. */
    CallJournal journal() {
        return journal;
    }

    /** Whether the journal knows it from before as this very call; of one whose input was cut, its outcome. */
    boolean isRecordedAs(ToolUse use, boolean isCut) {
        return journal.isRecordedAs(use) && (isOver() || !isCut);
    }

    /** Its turn is taken back: it goes on, and nothing is reported. The caller holds the queue. */
    void takeBack() {
        events.takeBack();
    }

    /** The model has made the same call again: from now on this is that call. */
    void resume(ToolUse again) throws InterruptedException {
        journal.again(again);
        events.resume(again);
        if (isOver()) {
            end();
        } else if (isQuestion()) {
            events.ask(journal.questionKey());
        } else if (supervisor.getState() == Thread.State.NEW) {
            supervisor.start();
        }
    }

    /** Waits for the outcome, or until all is done but what a person is asked. */
    void awaitOutcomeOrQuestion() throws InterruptedException {
        outcome.awaitOutcomeOrQuestion();
    }

    /** Whether a person is asked, and there is no outcome. */
    boolean isQuestion() {
        return outcome.isQuestion();
    }

    /** A person has answered. */
    void decided(Verdict decision) {
        outcome.answered();
        supervisor = supervisor(() -> isAllowed(decision));
        supervisor.start();
    }

    /**
     * The model has not made the same call again: stops it, and reports what has become of a tool that has run.
     *
     * @return whether the tool has run
     */
    boolean orphan(String why) throws InterruptedException {
        boolean isCalled = !begun.compareAndSet(Begun.NOT_YET, Begun.NEVER) && begun.get() == Begun.CALLED;
        boolean ran = isCalled || journal.mayHaveRun();
        stop(why);
        events.orphan(outcome.known(), time.worked(), ran);
        return ran;
    }

    /** Waits for the outcome and sees to it that it is reported. */
    ToolResult result() throws InterruptedException {
        var unused = outcome.await();
        end();
        return resultNow();
    }

    /** The result as far as there is one, or else that the call was stopped. */
    ToolResult resultNow() {
        return outcome.now().result(use().id());
    }

    /** Stops it, if it has no outcome yet. Does not wait, and does not report the end: see {@link #result}. */
    void stop(String why) {
        if (outcome.complete(CallOutcome.error(why))) {
            busy.interrupt();
            supervisor.interrupt();
        }
    }

    /** Whether the result is no longer wanted, or is there. */
    boolean isOver() {
        return outcome.isOver();
    }

    /** The interrupted thread that still runs the caller's code. */
    @Nullable
    Thread straggler() {
        return busy.straggler();
    }

    /** Whether a thread of it may still do something. */
    boolean isAlive() {
        return supervisor.isAlive() || busy.isBusy() || isQuestion();
    }

    /** Has something run when the call has its outcome; at once if it has. */
    Runnable onEnd(Runnable action) {
        return outcome.onEnd(action);
    }

    /**
     * Reports something of this call's; the function makes it, with the call's id. Returns whether that was still possible. An
     * interrupt meanwhile is kept.
     */
    boolean report(Function<String, RunEvent> event) {
        return events.report(event, this::isOver);
    }

    /** How long the tool may still run; null if there is no limit of its own. */
    @Nullable
    Duration remaining() {
        return time.remaining();
    }

    private void supervise(Hooks hooks) {
        try {
            if (hooked(hooks)) {
                run.permits().acquire();
                try {
                    work();
                } finally {
                    run.permits().release();
                }
            }
        } catch (InterruptedException e) { // usually a stop: then there is an outcome
            outcome.complete(CallOutcome.error("the call was interrupted before it began"));
        } catch (JournalException e) { // which stops the run
            outcome.complete(CallOutcome.STOPPED);
        } catch (Throwable e) { // a mistake of ours; nobody shall wait for ever
            if (outcome.complete(CallOutcome.thrown(e))) {
                logFailure("A check of the tool", e);
            }
        }
        if (isQuestion()) {
            outcome.asked();
            return;
        }
        outcome.runOnEnd();
        try {
            var unused = Thread.interrupted(); // the thread that stopped it reports the end as well
            end();
        } catch (InterruptedException e) {
            // then the run's thread does
        } catch (JournalException e) {
            // then nobody may, and the run is being stopped
        }
    }

    /** Runs the caller's hooks, on the supervisor. */
    private boolean hooked(Hooks hooks) throws InterruptedException {
        busy.enter(Thread.currentThread());
        try {
            return hooks.agree();
        } finally {
            busy.leave();
        }
    }

    /** Whether the tool can and may run; if not, there is an outcome. */
    private boolean isReady() throws InterruptedException {
        var entrance = new CallGuard(run.settings(), tool(), cut, new CallContext(run, this), this::logFailure);
        RecordedCall before = journal.before();
        if (before != null && before.isChecked()) {
            return isAllowed(entrance.decideAgain(before));
        }
        CallGuard.Checked checked = entrance.check(called);
        called = checked.use();
        if (called.equals(asked)) {
            events.start();
        } else {
            events.start(called.input());
        }
        CallOutcome refusal = checked.refusal();
        if (refusal != null) {
            outcome.complete(refusal);
        }
        if (isOver() || !run.settings().asks()) {
            return !isOver();
        }
        journal.reach(Stage.CALLED, asked, called.input()); // so that its key is no other call's
        return isAllowed(entrance.decide());
    }

    private boolean isAllowed(Verdict decision) throws InterruptedException {
        switch (decision) {
            case Verdict.Allowed allowed -> {}
            case Verdict.Denied(String reason) -> outcome.complete(CallGuard.denied(reason));
            case Verdict.Later later -> {
                if (!journal.mayHaveRun()) {
                    journal.reach(Stage.ASKED, use(), called.input());
                }
                outcome.ask();
                events.ask(journal.questionKey());
            }
        }
        return !isOver() && !isQuestion();
    }

    /** Runs the tool until it ends, or is given up. */
    private void work() throws InterruptedException {
        if (isOver()) {
            return;
        }
        journal.reach(Stage.STARTED, asked, called.input());
        GuardedObservation observed = run.observe(() -> new Operation.ToolCall(use(), tool().definition()));
        Thread worker = Thread.ofVirtual()
                .name("sluice-tool-" + tool().name() + "-" + number)
                .unstarted(() -> observed.in(run.context()).run(this::perform));
        busy.enter(worker);
        TimeSource.Scheduled timer = time.begin(this::timedOut);
        worker.start();
        try {
            var unused = outcome.await();
        } finally {
            timer.cancel();
            if (busy.isInterrupted() || !isOver()) {
                busy.interrupt(); // again, if it was stopped before it began
            }
            CallOutcome known = outcome.now();
            observed.end(() -> new Outcome.ToolCall(known.end(), Optional.ofNullable(known.cause()), time.worked()));
        }
    }

    private void perform() {
        try {
            // Else it was stopped before a carrier or an observer let it begin.
            if (!isOver() && begun.compareAndSet(Begun.NOT_YET, Begun.CALLED)) {
                outcome.complete(CallOutcome.of(tool().call(called.input(), new CallContext(run, this))));
            }
        } catch (Throwable e) { // any failure: the model can continue
            if (outcome.complete(CallOutcome.thrown(e))) { // else it was stopped, and this is how it says so
                logFailure("The tool", e);
            }
        } finally {
            busy.leave();
        }
    }

    private void logFailure(String what, Throwable e) {
        String name = LogLabels.of(asked.name());
        Throwables.warn(ToolCallTask.class, what + " '" + name + "' failed (call " + LogLabels.of(use().id()) + ")", e);
    }

    private void timedOut() {
        stop("the tool took longer than its limit of " + time.limitMillis() + " ms and was stopped");
    }

    /** Reports the end, and the start if nobody has. Once, by the first of the supervisor and the run's thread. */
    private void end() throws InterruptedException {
        CallOutcome known = outcome.known();
        if (!run.queue().isOver()) { // else it was stopped with the run, which may go on elsewhere
            journal.end(asked, known, time.worked());
        }
        events.end(known, time::worked);
    }

    private Duration limit() {
        Duration ofRun = run.settings().toolTimeout();
        return tool == null ? ofRun : tool.timeout().orElse(ofRun);
    }

    private Tool tool() {
        if (tool == null) {
            throw new IllegalStateException("there is no tool '" + asked.name() + "'");
        }
        return tool;
    }

    /** The caller's code that runs before the tool. */
    private interface Hooks {
        boolean agree() throws InterruptedException;
    }
}
