package dev.sluice.tools;

import dev.sluice.message.ContentBlock.ToolUse;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run reports of one call: its start, what the tool says, and one end. All of it is put while the queue is held, so that
 * nothing follows the end.
 *
 * <p>If the call's turn is taken back, nothing is reported until the model makes the same call again. Then all begins anew, under
 * the new call's id.
 */
final class CallEvents {
    private final RunScope run;

    /** The call that the events and the result name. Written while the queue is held. */
    private volatile ToolUse use;

    // Guarded by the queue.
    private @Nullable String repaired;
    private boolean startDue;
    private boolean started;
    private boolean ended;
    private boolean takenBack;
    private RunReport.@Nullable ToolCall reported;

    CallEvents(RunScope run, ToolUse use) {
        this.run = run;
        this.use = use;
    }

    /** A call that was made before the run was claimed, with the input that its tool is given: nothing is reported yet. */
    static CallEvents recorded(RunScope run, ToolUse use, String given) {
        var events = new CallEvents(run, use);
        events.repaired = given.equals(use.input()) ? null : given;
        events.startDue = true;
        events.takenBack = true;
        return events;
    }

    ToolUse use() {
        return use;
    }

    /** Reports that a person is asked. */
    void ask(String key) throws InterruptedException {
        put(() -> takenBack || ended ? null : new RunEvent.ApprovalAsked(use.id(), use.name(), use.input(), key));
    }

    /** Reports the start, if nobody has. */
    void start() throws InterruptedException {
        put(this::startOnce);
    }

    /** Reports the start with this input in place of the model's. */
    void start(String repairedInput) throws InterruptedException {
        put(() -> {
            repaired = repairedInput;
            use = withInput(use);
            return startOnce();
        });
    }

    /** Reports what the tool says. Returns whether that was still possible. An interrupt meanwhile is kept. */
    boolean report(Function<String, RunEvent> event, Supplier<Boolean> isOver) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return tryReport(event, isOver);
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

    private boolean tryReport(Function<String, RunEvent> event, Supplier<Boolean> isOver) throws InterruptedException {
        var dropped = new boolean[1];
        boolean queued = run.queue().put(() -> {
            dropped[0] = takenBack && !isOver.get();
            return takenBack || ended || isOver.get() ? null : event.apply(use.id());
        });
        return queued || (dropped[0] && !run.queue().isOver());
    }

    /** Reports the end, and the start before it, unless somebody has. */
    void end(CallOutcome known, Supplier<Duration> worked) throws InterruptedException {
        put(this::startOnce);
        put(() -> {
            if (ended || takenBack) {
                return null;
            }
            ended = true;
            note(known, worked.get(), false);
            return known.event(use);
        });
    }

    /** Its turn is taken back. The caller holds the queue. */
    void takeBack() {
        takenBack = true;
    }

    /** The model has made the same call again: reports under its id what has happened so far, except the end. */
    void resume(ToolUse again) throws InterruptedException {
        put(() -> {
            use = withInput(again);
            takenBack = false;
            started = false;
            ended = false;
            return startDue ? startOnce() : null;
        });
    }

    /**
     * The model has not made the same call again.
     *
     * @param ran whether the tool has run; if not, that is of no interest
     */
    void orphan(CallOutcome known, Duration worked, boolean ran) throws InterruptedException {
        put(() -> {
            note(known, worked, ran);
            return ran ? new RunEvent.ToolOrphaned(use.id(), use.name(), use.input(), known.shown()) : null;
        });
    }

    private void put(Supplier<@Nullable RunEvent> event) throws InterruptedException {
        var unused = run.queue().put(event);
    }

    private @Nullable RunEvent startOnce() {
        startDue = true;
        if (started || ended || takenBack) {
            return null;
        }
        started = true;
        return new RunEvent.ToolStart(use.id(), use.name(), use.input());
    }

    private void note(CallOutcome known, Duration worked, boolean orphaned) {
        var call =
                new RunReport.ToolCall(use.id(), use.name(), known.output().isError(), known.cause(), worked, orphaned);
        run.onCallEnd().ended(reported, call);
        reported = call;
    }

    private ToolUse withInput(ToolUse call) {
        return repaired == null ? call : new ToolUse(call.id(), call.name(), repaired, call.extra());
    }
}
