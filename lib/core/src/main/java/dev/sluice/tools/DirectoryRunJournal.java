package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.JournalInput;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
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
    private final Set<DirectoryClaim> claims = ConcurrentHashMap.newKeySet();

    /** Held shared while a run is opened, so that closing the journal finds all claims. */
    private final ReadWriteLock opening = new ReentrantReadWriteLock();

    private volatile boolean closed;

    /** The folders of the runs about which a warning was logged. */
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
        RunFiles files = RunFiles.of(directory, JournalInput.runId(runId));
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
        checkOpen();
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

    /** Whether a run can be deleted: it is forgotten, or its process died before it had made the file of records. */
    private boolean isOver(RunFiles files) throws IOException {
        return !files.exists() || files.isForgottenAt(time.now());
    }

    /** Looks at one of many runs. A run that cannot be read stays as it is, and does not hide the others. */
    private @Nullable Claim look(RunFiles files, Look look) {
        try {
            return look.claim();
        } catch (JournalException e) { // the journal is closed
            throw e;
        } catch (IOException | RuntimeException e) {
            if (unreadable.add(files.name())) {
                log.warn("The run in {} is passed over, because it cannot be read: {}", files.folder(), e.toString());
            }
            return null;
        }
    }

    private @Nullable Claim claim(RunFiles files) throws IOException {
        return locked(files, lock -> new DirectoryClaim(files, lock, time, claims::remove));
    }

    private @Nullable Claim claimIfAbandoned(RunFiles files) throws IOException {
        return locked(files, lock -> {
            try {
                if (files.canGoOn()) {
                    return new DirectoryClaim(files, lock, time, claims::remove);
                }
                files.settle();
            } catch (NoSuchFileException e) {
                files.delete(); // half made; under the lock, so that no claim loses its records
            }
            return null;
        });
    }

    /** Opens a run under its lock, which stays with the claim. Null if another claim has the lock, or nothing was opened. */
    private @Nullable Claim locked(RunFiles files, Opening how) throws IOException {
        opening.readLock().lock();
        try {
            checkOpen();
            FileLock lock = locks.tryLock(files.place());
            return lock == null ? null : opened(how, lock);
        } finally {
            opening.readLock().unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new JournalException(Code.UNAVAILABLE, "The journal is closed");
        }
    }

    private @Nullable Claim opened(Opening how, FileLock lock) throws IOException {
        DirectoryClaim held = null;
        try {
            held = how.open(lock);
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
        JournalInput.answer(answer);
        Objects.requireNonNull(callKey, "callKey");
        try {
            if (!JournalInput.isWellFormed(runId) || !files.isOpen()) {
                throw new JournalException(Code.UNKNOWN, "There is no run '" + runId + "' that waits for answers");
            }
            if (!files.isAnswered(callKey)) {
                files.checkRoom(runId, callKey.length() + answer.length());
            }
            return files.answer(callKey, answer);
        } catch (IOException e) {
            throw unavailable("The answer for run '" + runId + "' cannot be written", e);
        }
    }

    @Override
    public Optional<String> firstRecord(String runId) {
        RunFiles files = RunFiles.of(directory, runId);
        try {
            return JournalInput.isWellFormed(runId) && files.isOpen() ? files.firstRecord() : Optional.empty();
        } catch (IOException e) {
            throw unavailable("The run '" + runId + "' cannot be read", e);
        }
    }

    @Override
    public void close() {
        closeWith(DirectoryClaim::lose);
    }

    /** Ends as the process would if it died, for tests. */
    void die() {
        closeWith(DirectoryClaim::die);
    }

    private void closeWith(Consumer<DirectoryClaim> end) {
        opening.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            opening.writeLock().unlock();
        }
        for (DirectoryClaim held : claims) {
            try {
                end.accept(held);
            } catch (RuntimeException e) {
                log.warn("The claim on run '{}' was not given up in good order: {}", held.runId(), e.toString());
            }
        }
        try {
            locks.close();
        } catch (IOException e) {
            throw unavailable("The directory " + directory + " cannot be closed", e);
        }
    }

    static JournalException unavailable(String what, IOException e) {
        return new JournalException(Code.UNAVAILABLE, what + ": " + e, e);
    }

    private interface Look {
        @Nullable
        Claim claim() throws IOException;
    }

    private interface Opening {
        @Nullable
        DirectoryClaim open(FileLock lock) throws IOException;
    }
}
