package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps runs in a directory of a local file system, for the processes of one machine. Who holds a run has a lock of the operating
 * system, which ends with its process; see {@link DirectoryLocks}. {@link RunFiles} has the files of one run.
 */
final class DirectoryRunJournal implements RunJournal {
    private static final Logger log = LoggerFactory.getLogger(DirectoryRunJournal.class);

    private static final Duration TIDY_EVERY = Duration.ofMinutes(1);

    private final Path directory;
    private final TimeSource time;
    private final DirectoryLocks locks;
    private final Set<Held> claims = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The folders of the runs that were warned of. */
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    private volatile Instant nextTidy = Instant.MIN;

    DirectoryRunJournal(Path directory, TimeSource time) {
        this.directory = directory;
        this.time = time;
        try {
            locks = DirectoryLocks.open(directory);
        } catch (IOException e) {
            throw unavailable("The directory " + directory + " cannot be used as a journal", e);
        }
    }

    @Override
    public Claim claim(String runId) {
        RunFiles files = RunFiles.of(directory, MemoryRunJournal.checkedId(runId));
        try {
            Claim claim = claim(files);
            if (claim != null) {
                return claim;
            }
        } catch (IOException e) {
            throw unavailable("The run '" + runId + "' cannot be claimed", e);
        }
        throw new JournalException(Code.HELD, "The run '" + runId + "' is held by another claim");
    }

    @Override
    public Optional<Claim> claimAbandoned() {
        try {
            tidyNowAndThen();
            for (RunFiles files : RunFiles.active(directory)) {
                Claim claim = look(files, () -> claimIfAbandoned(files));
                if (claim != null) {
                    return Optional.of(claim);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable("The directory " + directory + " cannot be read", e);
        }
    }

    /** Deletes what is old, and marks what a power loss has unmarked. */
    private void tidyNowAndThen() throws IOException {
        Instant now = time.now();
        if (now.isBefore(nextTidy)) {
            return;
        }
        nextTidy = now.plus(TIDY_EVERY);
        for (RunFiles files : RunFiles.in(directory)) {
            look(files, () -> tidy(files));
        }
    }

    private @Nullable Claim tidy(RunFiles files) throws IOException {
        if (isOver(files)) {
            return locked(files, lock -> {
                if (isOver(files)) { // still
                    files.delete();
                }
                return null;
            });
        }
        if (files.canGoOn()) {
            files.markActive();
        }
        return null;
    }

    /** Whether nobody needs it any more, or it has begun no further than its folder. */
    private boolean isOver(RunFiles files) throws IOException {
        return !files.exists() || files.isForgottenAt(time.now());
    }

    /** Looks at one of many runs. One that cannot be read stays as it is, and those after it are looked at. */
    private @Nullable Claim look(RunFiles files, Look look) {
        try {
            return look.claim();
        } catch (IOException | RuntimeException e) {
            if (unreadable.add(files.name())) {
                log.warn("The run in {} is passed over, because it cannot be read: {}", files.folder(), e.toString());
            }
            return null;
        }
    }

    private @Nullable Claim claim(RunFiles files) throws IOException {
        return locked(files, lock -> new Held(files, lock));
    }

    private @Nullable Claim claimIfAbandoned(RunFiles files) throws IOException {
        return locked(files, lock -> {
            try {
                if (files.canGoOn()) {
                    return new Held(files, lock);
                }
                files.settle();
            } catch (NoSuchFileException e) {
                files.delete(); // what there is of it, while nobody can claim it
            }
            return null;
        });
    }

    /** Opens a run under its lock, which stays with the claim. Null if somebody else has the lock, or nothing was opened. */
    private @Nullable Claim locked(RunFiles files, Opening opening) throws IOException {
        FileLock lock = locks.tryLock(files.place());
        if (lock == null) {
            return null;
        }
        Held held = null;
        try {
            held = opening.open(lock);
            if (held != null) {
                claims.add(held);
            }
            return held;
        } finally {
            if (held == null) {
                lock.close();
            }
        }
    }

    @Override
    public boolean answer(String runId, String callKey, String answer) {
        RunFiles files = RunFiles.of(directory, runId);
        MemoryRunJournal.checkedAnswer(answer);
        Objects.requireNonNull(callKey, "callKey");
        try {
            if (!MemoryRunJournal.isWellFormed(runId) || !files.isOpen()) {
                throw new JournalException(Code.UNKNOWN, "There is no run '" + runId + "' that waits for answers");
            }
            if (files.isAnswered(callKey)) {
                return false;
            }
            checkRoom(runId, files, callKey.length() + answer.length());
            return files.answer(callKey, answer);
        } catch (IOException e) {
            throw unavailable("The answer for run '" + runId + "' cannot be written", e);
        }
    }

    private static void checkRoom(String runId, RunFiles files, int characters) throws IOException {
        if (files.size() + characters > MemoryRunJournal.MAX_BYTES) {
            throw MemoryRunJournal.full(runId);
        }
    }

    @Override
    public Optional<String> firstRecord(String runId) {
        RunFiles files = RunFiles.of(directory, runId);
        try {
            return MemoryRunJournal.isWellFormed(runId) && files.isOpen() ? files.firstRecord() : Optional.empty();
        } catch (IOException e) {
            throw unavailable("The run '" + runId + "' cannot be read", e);
        }
    }

    @Override
    public void close() {
        claims.forEach(Held::lose);
        closeLocks();
    }

    /** Ends as the process would if it died, for tests. */
    void die() {
        claims.forEach(Held::die);
        closeLocks();
    }

    private void closeLocks() {
        if (closed.compareAndSet(false, true)) {
            try {
                locks.close();
            } catch (IOException e) {
                throw unavailable("The directory " + directory + " cannot be closed", e);
            }
        }
    }

    private static JournalException unavailable(String what, IOException e) {
        return new JournalException(Code.UNAVAILABLE, what + ": " + e, e);
    }

    private final class Held implements Claim {
        private final RunFiles files;
        private final FileLock lock;
        private final RunWriter writer;
        private final int losses;
        private final LostActions onLost = new LostActions();

        /** Held while a record is written. */
        private final ReentrantLock writing = new ReentrantLock();

        /** Guarded by the lock. */
        private boolean givenUp;

        Held(RunFiles files, FileLock lock) throws IOException {
            this.files = files;
            this.lock = lock;
            writer = files.open();
            try {
                losses = files.hold();
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
                throw unavailable("The answers for run '" + runId() + "' cannot be read", e);
            }
        }

        @Override
        public int losses() {
            return losses;
        }

        @Override
        public void append(String record) {
            held(() -> {
                checkRoom(runId(), files, record.length());
                writer.append(record);
                return true;
            });
        }

        @Override
        public boolean park(Collection<String> callKeys) {
            Checks.atLeast("callKeys", callKeys.size(), 1);
            return held(() -> {
                // An answer that comes now is found by whoever looks for runs that can go on.
                boolean answered = files.answers().keySet().stream().anyMatch(callKeys::contains);
                if (!answered) {
                    files.park(losses, callKeys, time.now());
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
            if (finish(this::release)) {
                onLost.run();
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

        /** Gives it up with a note; nothing if it was given up. Returns whether it was not. */
        private boolean finish(Note note) {
            writing.lock();
            try {
                if (givenUp) {
                    return false;
                }
                try {
                    note.write(losses);
                } catch (IOException e) {
                    throw unavailable("The end of the claim on run '" + runId() + "' cannot be written", e);
                } finally {
                    giveUp();
                }
                return true;
            } finally {
                writing.unlock();
            }
        }

        /** The caller holds the lock. */
        private void giveUp() {
            if (!givenUp) {
                givenUp = true;
                claims.remove(this);
                try (lock;
                        writer) {
                    // all is written
                } catch (IOException e) {
                    log.warn("The files of run '{}' were not closed: {}", runId(), e.toString());
                }
            }
        }

        private boolean held(Write action) {
            writing.lock();
            try {
                if (givenUp) {
                    throw new JournalException(
                            Code.FENCED, "The claim on run '" + runId() + "' was given up or lost; claim it again");
                }
                return action.run();
            } catch (IOException e) {
                giveUp();
                onLost.run();
                throw unavailable("The record of run '" + runId() + "' may not have been written", e);
            } finally {
                writing.unlock();
            }
        }
    }

    private interface Look {
        @Nullable
        Claim claim() throws IOException;
    }

    private interface Opening {
        @Nullable
        Held open(FileLock lock) throws IOException;
    }

    private interface Note {
        void write(int losses) throws IOException;
    }

    private interface Write {
        boolean run() throws IOException;
    }
}
