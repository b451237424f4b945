package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.TimeSource;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import dev.sluice.tools.JournalRecord.Call;
import dev.sluice.tools.JournalRecord.Result;
import dev.sluice.tools.JournalRecord.Stage;
import dev.sluice.tools.JournalRecord.TurnBegun;
import dev.sluice.tools.RunJournal.Claim;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that kills the machines that carry it. */
class PoisonRunTest {
    @TempDir
    Path directory;

    /** Each answer kills the machine in its middle. A call that begins early has its result before that, with another input each time. */
    @Test
    void aRunThatKillsItsMachineInTheSameTurnEachTimeIsCounted() {
        for (int loss = 0; loss <= 11; loss++) {
            var journal = new DirectoryRunJournal(directory, TimeSource.system());
            Claim claim =
                    loss == 0 ? journal.claim("r") : journal.claimAbandoned().orElseThrow();
            assertThat(claim.losses()).isEqualTo(loss);
            if (loss > 0) { // and the limit of turns does not end it either
                var recorded = RecordedRun.of(claim.records());
                assertThat(recorded.requests(1) - recorded.lost(1)).isEqualTo(1);
                assertThat(recorded.answer(1)).isEmpty();
            }
            var run = new JournaledRun(claim);
            run.append(new TurnBegun(1, loss > 0));
            String key = "r-" + (loss + 1);
            var use = new ToolUse("t" + loss, "look", "{\"q\":" + loss + "}", Map.of());
            run.append(new Call(1, key, use, use.input(), Stage.STARTED, 1));
            run.append(new Result(key, ToolOutput.text("seen"), ToolFailure.NONE, 1));
            journal.die();
        }
    }
}
