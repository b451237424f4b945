package dev.sluice.tools;

/** All journals of a test are one, because nothing of it outlives the process. */
class MemoryRunJournalTest extends RunJournalContract {
    private final RunJournal journal = RunJournal.inMemory();

    @Override
    protected RunJournal open() {
        return journal;
    }

    @Override
    protected boolean kill(RunJournal journal) {
        return false;
    }
}
