package dev.sluice.tools;

import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits for the calls of a turn, of which some may wait for a person. For the run's thread. */
final class ApprovalWait {
    private ApprovalWait() {}

    /**
     * Waits until all calls have their outcome, or the run is parked because nothing but questions is left.
     *
     * @param journal null in a run without a journal, where no call waits for a person
     * @return what the parked run waits for, in words; null if all calls have their outcome
     * @throws JournalException if the journal fails
     */
    static @Nullable String run(@Nullable JournaledRun journal, List<ToolCallTask> calls) throws InterruptedException {
        while (true) {
            for (ToolCallTask call : calls) {
                call.awaitOutcomeOrQuestion();
                if (!call.isQuestion()) {
                    var unused = call.result(); // which is written by then
                }
            }
            List<ToolCallTask> questions =
                    calls.stream().filter(ToolCallTask::isQuestion).toList();
            if (journal == null || questions.isEmpty()) {
                return null;
            }
            if (journal.park(
                    questions.stream().map(call -> call.journal().questionKey()).toList())) {
                return questions.stream()
                        .map(call -> "'" + call.use().name() + "'")
                        .collect(Collectors.joining(", ", "waits for an approval of ", ""));
            }
            answer(journal, questions);
        }
    }

    private static void answer(JournaledRun journal, List<ToolCallTask> questions) {
        Map<String, String> answers = journal.answers();
        boolean answered = false;
        for (ToolCallTask call : questions) {
            String answer = answers.get(call.journal().questionKey());
            if (answer != null) {
                call.decided(ToolApproval.decision(answer));
                answered = true;
            }
        }
        if (!answered) {
            throw new JournalException(Code.UNAVAILABLE, "The journal did not park the run, and has no answer for it");
        }
    }
}
