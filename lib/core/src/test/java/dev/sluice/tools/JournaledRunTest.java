package dev.sluice.tools;

import static dev.sluice.tools.RunJournalContract.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.Message;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import dev.sluice.tools.JournalRecord.Answer;
import dev.sluice.tools.JournalRecord.Result;
import dev.sluice.tools.JournalRecord.TurnBegun;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JournaledRunTest {
    @Test
    void anActionOnFailureMayWaitForAThreadThatWrites() {
        var claim = RunJournal.inMemory().claim("a");
        var run = new JournaledRun(claim);
        var other = new FutureTask<>(() -> {
            run.append(new TurnBegun(2, false));
            return null;
        });
        var ended = new AtomicBoolean();
        run.watch(
                () -> {
                    Thread.ofVirtual().start(other);
                    ended.set(Runs.endsSoon(other));
                },
                () -> {});
        claim.close();
        assertRefused(Code.FENCED, () -> run.append(new TurnBegun(1, false)));
        assertThat(ended).isTrue();
    }

    /** A result of a tool forgets none: a run that kills its machine in the middle of each answer may call another tool each time. */
    @Test
    void lossesAreForgottenOnceAnAnswerIsRecorded() {
        var forgotten = new AtomicInteger();
        var run = new JournaledRun(new ClaimWrapper(RunJournal.inMemory().claim("a")) {
            @Override
            public int losses() {
                return 3;
            }

            @Override
            public void forgetLosses() {
                forgotten.incrementAndGet();
            }
        });
        run.append(new TurnBegun(1, true));
        run.append(new Result("a-1", ToolOutput.text("done"), ToolFailure.NONE, 1));
        assertThat(forgotten).hasValue(0);
        run.append(new Answer(1, Message.EMPTY));
        run.append(new Answer(2, Message.EMPTY));
        assertThat(forgotten).hasValue(1);
    }
}
