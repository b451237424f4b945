package dev.sluice.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.internal.json.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of one run in a file: a line with its id, then a line for each record. A last line without an end is of a process that
 * died while it wrote, and is cut off. For the one that holds the run, by one thread at a time.
 *
 * <p>The file is no channel, because an interrupt would close that.
 */
final class RunWriter implements AutoCloseable {
    private final RandomAccessFile file;
    private final String runId;
    private final List<String> before;

    /**
     * Opens the file, or makes it.
     *
     * @param runId null if the file says it
     * @throws IOException if the file does not begin with a run's id
     * @throws NoSuchFileException if the file is of a process that died when it made it, and does not say of which run it is
     */
    RunWriter(Path path, @Nullable String runId) throws IOException {
        file = new RandomAccessFile(path.toFile(), "rw");
        try {
            List<String> lines = wholeLines();
            if (lines.isEmpty()) {
                if (runId == null) {
                    throw new NoSuchFileException(path.toString());
                }
                this.runId = runId;
                write(Json.write(Map.of("run", runId)));
            } else {
                this.runId = runId(path, lines.getFirst());
            }
            before = lines.isEmpty() ? List.of() : List.copyOf(lines.subList(1, lines.size()));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static String runId(Path path, String line) throws IOException {
        try {
            if (Json.readObject(line).get("run") instanceof String runId) {
                return runId;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " does not begin with a run's id: " + e.getMessage(), e);
        }
        throw new IOException(path + " does not begin with a run's id");
    }

    private List<String> wholeLines() throws IOException {
        byte[] all = new byte[Math.toIntExact(file.length())];
        file.readFully(all);
        var lines = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == '\n') {
                lines.add(new String(all, start, i - start, UTF_8));
                start = i + 1;
            }
        }
        file.setLength(start);
        return lines;
    }

    String runId() {
        return runId;
    }

    /** The records that were there when it was opened. */
    List<String> before() {
        return before;
    }

    /** Adds a record, and waits until it is on the disk. */
    void append(String record) throws IOException {
        write(record.replace('\n', ' ')); // which JSON has only between its parts
    }

    private void write(String line) throws IOException {
        file.seek(file.length());
        file.write((line + '\n').getBytes(UTF_8));
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
