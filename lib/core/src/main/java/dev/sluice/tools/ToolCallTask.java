package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.LogLabels;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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

    /** A longer time is as good as no limit; this one is safe to count in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final RunScope run;
    private final @Nullable Tool tool;
    private final @Nullable String cut;
    private final Thread supervisor;
    private final long number = COUNT.incrementAndGet();
    /** Completed once, by the worker, the time limit or a stop: the first one counts, without a lock. */
    private final CompletableFuture<CallOutcome> outcome = new CompletableFuture<>();

    private final Set<Runnable> onEnd = ConcurrentHashMap.newKeySet();

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

    /** The thread that runs the caller's code: the supervisor in a hook, the worker in the tool. */
    private volatile @Nullable Thread busy;

    private volatile boolean toldToStop;

    /** When the tool's time began, by the clock. */
    private volatile @Nullable Long workingSince;

    /**
     * A call that has not started.
     *
     * @param tool what is called; null if there is no such tool
     * @param cut if the input is known to be cut, by what
     */
    ToolCallTask(RunScope run, ToolUse use, @Nullable Tool tool, @Nullable String cut) {
        this.run = run;
        asked = use;
        called = use;
        events = new CallEvents(run, use);
        this.tool = tool;
        this.cut = cut;
        supervisor = Thread.ofVirtual()
                .name("sluice-call-" + number)
                .unstarted(() -> run.context().run(this::supervise));
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

    /** Its turn is taken back: it goes on, and nothing is reported. The caller holds the queue. */
    void takeBack() {
        events.takeBack();
    }

    /** The model has made the same call again: from now on this is that call. */
    void resume(ToolUse again) throws InterruptedException {
        events.resume(again);
        if (isOver()) {
            end();
        }
    }

    /**
     * The model has not made the same call again: stops it, and reports what has become of a tool that has run.
     *
     * @return whether the tool has run
     */
    boolean orphan(String why) throws InterruptedException {
        boolean ran = !begun.compareAndSet(Begun.NOT_YET, Begun.NEVER) && begun.get() == Begun.CALLED;
        stop(why);
        events.orphan(outcome.join(), worked(), ran);
        return ran;
    }

    /** Waits for the outcome and sees to it that it is reported. */
    ToolResult result() throws InterruptedException {
        try {
            var unused = outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        end();
        return resultNow();
    }

    /** The result as far as there is one, or else that the call was stopped. */
    ToolResult resultNow() {
        return outcome.getNow(CallOutcome.STOPPED).result(use().id());
    }

    /** Stops it, if it has no outcome yet. Does not wait, and does not report the end: see {@link #result}. */
    void stop(String why) {
        if (outcome.complete(CallOutcome.error(why))) {
            interrupt();
            supervisor.interrupt();
        }
    }

    /** Whether the result is no longer wanted, or is there. */
    boolean isOver() {
        return outcome.isDone();
    }

    /** The interrupted thread that still runs the caller's code. */
    @Nullable
    Thread straggler() {
        Thread thread = busy;
        return toldToStop && thread != null && thread.isAlive() ? thread : null;
    }

    /** Whether a thread of it may still do something. */
    boolean isAlive() {
        return supervisor.isAlive() || busy != null;
    }

    /** Has something run when the call has its outcome; at once if it has. */
    Runnable onEnd(Runnable action) {
        onEnd.add(action);
        if (isOver()) {
            action.run();
        }
        return () -> onEnd.remove(action);
    }

    /**
     * Reports something of this call's; the function makes it, with the call's id. Returns whether that was still possible. An
     * interrupt meanwhile is kept.
     */
    boolean report(Function<String, RunEvent> event) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return events.report(event, this::isOver);
                } catch (InterruptedException e) {
                    interrupted = true; // it has not had its turn yet; if the call was stopped it will not
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How long the tool may still run; null if there is no limit of its own. */
    @Nullable
    Duration remaining() {
        Duration limit = limit();
        Long since = workingSince;
        return limit.isZero() || since == null
                ? null
                : limit.minusNanos(run.time().nanos() - since);
    }

    private void supervise() {
        try {
            if (hooked(this::isReady)) {
                run.permits().acquire();
                try {
                    work();
                } finally {
                    run.permits().release();
                }
            }
        } catch (InterruptedException e) { // usually a stop: then there is an outcome
            outcome.complete(CallOutcome.error("the call was interrupted before it began"));
        } catch (Throwable e) { // a mistake of ours; nobody shall wait for ever
            if (outcome.complete(CallOutcome.thrown(e))) {
                logFailure("A check of the tool", e);
            }
        }
        onEnd.forEach(Runnable::run);
        try {
            var unused = Thread.interrupted(); // the thread that stopped it reports the end as well
            end();
        } catch (InterruptedException e) {
            // then the run's thread does
        }
    }

    /** Runs the caller's hooks, on the supervisor. */
    private boolean hooked(Hooks hooks) throws InterruptedException {
        busy = supervisor;
        try {
            return hooks.agree();
        } finally {
            busy = null;
        }
    }

    /** Whether the tool can and may run; if not, there is an outcome. */
    private boolean isReady() throws InterruptedException {
        var entrance = new CallGuard(run.settings(), tool(), cut, new CallContext(run, this), this::logFailure);
        CallGuard.Checked checked = entrance.check(asked);
        called = checked.use();
        if (called.equals(asked)) {
            events.start();
        } else {
            events.start(called.input());
        }
        CallOutcome refusal = checked.refusal() != null ? checked.refusal() : isOver() ? null : entrance.approve();
        if (refusal != null) {
            outcome.complete(refusal);
        }
        return !isOver();
    }

    /** Runs the tool until it ends, or is given up. */
    private void work() throws InterruptedException {
        if (isOver()) {
            return;
        }
        GuardedObservation observed = run.observe(() -> new Operation.ToolCall(use(), tool().definition()));
        Thread worker = Thread.ofVirtual()
                .name("sluice-tool-" + tool().name() + "-" + number)
                .unstarted(() -> observed.in(run.context()).run(this::perform));
        Duration limit = limit();
        TimeSource.Scheduled timer = () -> {};
        busy = worker;
        workingSince = run.time().nanos();
        if (!limit.isZero() && limit.compareTo(LONGEST) < 0) {
            timer = run.time().schedule(limit, () -> Thread.ofVirtual().start(this::timedOut));
        }
        worker.start();
        try {
            var unused = outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            timer.cancel();
            if (toldToStop || !isOver()) {
                interrupt(); // again, if it was stopped before it began
            }
            CallOutcome known = outcome.getNow(CallOutcome.STOPPED);
            observed.end(() -> new Outcome.ToolCall(known.end(), Optional.ofNullable(known.cause()), worked()));
        }
    }

    /** How long the tool has run, or was waited for; zero if it has not begun. */
    private Duration worked() {
        Long since = workingSince;
        return since == null ? Duration.ZERO : Duration.ofNanos(run.time().nanos() - since);
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
            busy = null;
        }
    }

    private void logFailure(String what, Throwable e) {
        String name = LogLabels.of(asked.name());
        Throwables.warn(ToolCallTask.class, what + " '" + name + "' failed (call " + LogLabels.of(use().id()) + ")", e);
    }

    /** Not on the timer's thread: to interrupt a thread may close what it reads, which is the caller's. */
    private void timedOut() {
        stop("the tool took longer than its limit of " + TimeUnit.MILLISECONDS.convert(limit())
                + " ms and was stopped");
    }

    private void interrupt() {
        toldToStop = true;
        Thread thread = busy;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Reports the end, and the start if nobody has. Once, by the first of the supervisor and the run's thread. */
    private void end() throws InterruptedException {
        events.end(outcome.join(), this::worked);
    }

    private Duration limit() {
        return tool().timeout().orElse(run.settings().toolTimeout());
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
