package dev.sluice.tools;

import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.tools.JournalRecord.Call;
import dev.sluice.tools.JournalRecord.Result;
import dev.sluice.tools.JournalRecord.Stage;
import dev.sluice.tools.RecordedRun.RecordedCall;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes how far one call is, before it goes further. For any thread; blocks until it is written. In a run without a journal nothing is
 * written.
 */
final class CallJournal {
    private final @Nullable JournaledRun run;
    private final Supplier<String> key;
    private final @Nullable RecordedCall before;
    private final int turn;

    /** Held while it is written, so that whoever reports the end knows that it is. */
    private final ReentrantLock lock = new ReentrantLock();

    /** What was written last; guarded by the lock. */
    private @Nullable Call written;

    /** Guarded by the lock. */
    private boolean ended;

    /** A call that has begun now. */
    CallJournal(@Nullable JournaledRun run, int turn, Supplier<String> key) {
        this.run = run;
        this.turn = turn;
        this.key = key;
        before = null;
    }

    /** A call that has begun before the run was claimed. */
    CallJournal(JournaledRun run, RecordedCall before) {
        this.run = run;
        this.before = before;
        turn = before.call().turn();
        key = before.call()::key;
        written = before.call();
        ended = before.result() != null;
    }

    /** The key of the call. */
    String key() {
        return key.get();
    }

    /**
     * What the answer of a person names the call by. It is the call's key, except for a question whether a tool may be run again: the
     * answer before was not to that.
     */
    String questionKey() {
        return before != null && before.mayHaveRun()
                ? key() + "." + before.call().starts()
                : key();
    }

    /** Whether the tool may have run before the run was claimed. */
    boolean mayHaveRun() {
        return before != null && before.mayHaveRun();
    }

    /** Whether it was recorded before the run was claimed, as this very call. */
    boolean isRecordedAs(ToolUse use) {
        return before != null && before.call().use().equals(use);
    }

    /** What was recorded before the run was claimed; null if it has begun since. */
    @Nullable
    RecordedCall before() {
        return before;
    }

    /** Whether anything is written. */
    boolean isWritten() {
        return run != null;
    }

    /** The call is at this stage, with this input for its tool. */
    void reach(Stage stage, ToolUse use, String given) {
        if (run == null) {
            return;
        }
        lock.lock();
        try {
            int starts = (written == null ? 0 : written.starts()) + (stage == Stage.STARTED ? 1 : 0);
            write(run, new Call(turn, key(), use, given, stage, starts));
        } finally {
            lock.unlock();
        }
    }

    /** The model has made the same call again. */
    void again(ToolUse use) {
        if (run == null) {
            return;
        }
        lock.lock();
        try {
            if (written != null && !written.use().equals(use)) {
                write(run, written.as(use));
            }
        } finally {
            lock.unlock();
        }
    }

    /** It has its result, which nobody knows yet. */
    void end(ToolUse use, CallOutcome outcome, Duration worked) {
        if (run == null || run.isEnding()) {
            return;
        }
        lock.lock();
        try {
            if (!ended) {
                if (written == null) {
                    write(run, new Call(turn, key(), use, use.input(), Stage.CALLED, 0));
                }
                run.append(new Result(key(), outcome.output(), outcome.end(), worked.toMillis()));
                ended = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(JournaledRun journal, Call call) {
        lock.lock();
        try {
            if (!call.equals(written)) {
                journal.append(call);
                written = call;
            }
        } finally {
            lock.unlock();
        }
    }
}
