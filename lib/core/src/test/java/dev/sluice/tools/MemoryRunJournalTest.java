package dev.sluice.tools;

import dev.sluice.TimeSource;

/** All journals of a test are one, because nothing of it outlives the process. */
class MemoryRunJournalTest extends LocalRunJournalContract {
    private final RunJournal journal = RunJournal.inMemory();

    @Override
    protected RunJournal open() {
        return journal;
    }

    @Override
    protected boolean kill(RunJournal journal) {
        return false;
    }

    @Override
    RunJournal open(TimeSource time) {
        return new MemoryRunJournal(time);
    }
}
