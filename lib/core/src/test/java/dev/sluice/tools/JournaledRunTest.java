package dev.sluice.tools;

import static dev.sluice.tools.RunJournalContract.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tools.JournalRecord.TurnBegun;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class JournaledRunTest {
    @Test
    void whoIsToldThatARecordWasNotWrittenMayWaitForOthersThatWrite() {
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
}
