package dev.sluice.tools;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The locks of the runs in one directory: each run has one byte of one file, at a place that is computed from its name. For any thread.
 *
 * <p>The file is opened once in a process, because POSIX drops all of a process's locks on a file when any of its handles is closed.
 */
final class DirectoryLocks implements AutoCloseable {
    private static final ReentrantLock LOCK = new ReentrantLock();

    /** The open directories of this process; guarded by the lock. */
    private static final Map<Path, DirectoryLocks> OPEN = new HashMap<>();

    private final Path directory;
    private final FileChannel channel;

    /** How many use it; guarded by the lock. */
    private int users;

    private DirectoryLocks(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** The locks of a directory, which is made if it does not exist. To be closed. */
    static DirectoryLocks open(Path directory) throws IOException {
        Path real = Files.createDirectories(directory).toRealPath();
        LOCK.lock();
        try {
            DirectoryLocks locks = OPEN.get(real);
            if (locks == null) {
                locks = new DirectoryLocks(
                        real,
                        FileChannel.open(real.resolve("locks"), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
                OPEN.put(real, locks);
            }
            locks.users++;
            return locks;
        } finally {
            LOCK.unlock();
        }
    }

    /** Locks a place. Does not wait; null if somebody else has it, in this process or in another one. */
    @Nullable
    FileLock tryLock(long place) throws IOException {
        try {
            return channel.tryLock(place, 1, false);
        } catch (OverlappingFileLockException e) { // by this process
            return null;
        }
    }

    /** Closes the file if nobody else in this process uses it. The user has released its locks. */
    @Override
    public void close() throws IOException {
        LOCK.lock();
        try {
            if (--users == 0) {
                OPEN.remove(directory);
                channel.close();
            }
        } finally {
            LOCK.unlock();
        }
    }
}
