package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.LostActions;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The claim on a run in a directory: it has the run's lock, and writes into its files. For any thread. */
final class DirectoryClaim implements Claim {
    private static final Logger log = LoggerFactory.getLogger(DirectoryClaim.class);

    private final RunFiles files;
    private final FileLock lock;
    private final TimeSource time;
    private final Consumer<DirectoryClaim> onGivenUp;
    private final RunWriter writer;
    private final int losses;
    private final LostActions onLost = new LostActions();

    /** Held while a record is written. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Guarded by {@code writing}. */
    private boolean givenUp;

    /** The losses that the next claim will read. Guarded by {@code writing}. */
    private int noted;

    /**
     * Opens the files of a run.
     *
     * @param lock of the run; the claim releases it when it ends
     * @param onGivenUp called when the claim ends; it must not block
     */
    DirectoryClaim(RunFiles files, FileLock lock, TimeSource time, Consumer<DirectoryClaim> onGivenUp)
            throws IOException {
        this.files = files;
        this.lock = lock;
        this.time = time;
        this.onGivenUp = onGivenUp;
        writer = files.open();
        try {
            losses = files.hold();
            noted = losses;
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    @Override
    public String runId() {
        return writer.runId();
    }

    @Override
    public List<String> records() {
        return writer.before();
    }

    @Override
    public Map<String, String> answers() {
        try {
            return files.answers();
        } catch (IOException e) {
            throw DirectoryRunJournal.unavailable("The answers for run '" + runId() + "' cannot be read", e);
        }
    }

    @Override
    public int losses() {
        return losses;
    }

    @Override
    public void forgetLosses() {
        held(() -> {
            files.forgetLosses();
            noted = 0;
            return true;
        });
    }

    @Override
    public void append(String record) {
        held(() -> {
            files.checkRoom(runId(), record.length());
            writer.append(record);
            return true;
        });
    }

    @Override
    public boolean park(Collection<String> callKeys) {
        Checks.atLeast("callKeys", callKeys.size(), 1);
        return held(() -> {
            // If an answer comes after this look, claimAbandoned() finds it.
            boolean answered = files.answers().keySet().stream().anyMatch(callKeys::contains);
            if (!answered) {
                files.park(noted, callKeys, time.now());
                giveUp();
            }
            return !answered;
        });
    }

    @Override
    public void onLost(Runnable action) {
        onLost.add(action);
    }

    @Override
    public void end() {
        finish(losses -> files.end(losses, time.now()));
    }

    @Override
    public void close() {
        finish(this::release);
    }

    private void release(int losses) throws IOException {
        files.release(losses, time.now());
    }

    void lose() {
        boolean lost = true;
        try {
            lost = finish(this::release);
        } finally {
            if (lost) {
                onLost.run();
            }
        }
    }

    void die() {
        writing.lock();
        try {
            giveUp();
        } finally {
            writing.unlock();
        }
        onLost.run();
    }

    /** Writes a note and gives the claim up. Returns false, and writes nothing, if it was given up before. */
    private boolean finish(Note note) {
        writing.lock();
        try {
            if (givenUp) {
                return false;
            }
            try {
                note.write(noted);
            } catch (IOException e) {
                throw DirectoryRunJournal.unavailable(
                        "The end of the claim on run '" + runId() + "' cannot be written", e);
            } finally {
                giveUp();
            }
            return true;
        } finally {
            writing.unlock();
        }
    }

    /** The caller holds {@code writing}. */
    private void giveUp() {
        if (!givenUp) {
            givenUp = true;
            onGivenUp.accept(this);
            try (lock;
                    writer) {
                // all is written
            } catch (IOException e) {
                log.warn("The files of run '{}' were not closed: {}", runId(), e.toString());
            }
        }
    }

    private boolean held(Write action) {
        boolean lost = false;
        writing.lock();
        try {
            if (givenUp) {
                throw new JournalException(
                        Code.FENCED, "The claim on run '" + runId() + "' was given up or lost; claim it again");
            }
            return action.run();
        } catch (IOException e) {
            giveUp();
            lost = true;
            throw DirectoryRunJournal.unavailable("The record of run '" + runId() + "' may not have been written", e);
        } finally {
            writing.unlock();
            if (lost) {
                onLost.run();
            }
        }
    }

    private interface Note {
        void write(int losses) throws IOException;
    }

    private interface Write {
        boolean run() throws IOException;
    }
}
