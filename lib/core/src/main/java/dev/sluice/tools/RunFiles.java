package dev.sluice.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.internal.json.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of one run in the directory of a journal. A folder has its records, its state, and a file for each answer; its name begins
 * with what can be read of the run's id, and ends with the id's hash. An empty file in the folder {@code active} says that the run is
 * held or can go on, so that whoever looks for such runs need not look at all the others. It may be missing after a power loss.
 *
 * @param runId null if only its files are known
 */
record RunFiles(Path directory, String name, @Nullable String runId) {
    private static final String RECORDS = "records.jsonl";
    private static final String ANSWER = ".answer";
    private static final String ACTIVE = "active";
    private static final int READABLE = 40;
    private static final int HASH = 32;
    private static final int PLACE = 15; // hexadecimal digits of a long that is positive
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]*-[0-9a-f]{" + HASH + "}");

    /**
     * Whether a run is held, and what it waits for if it is not.
     *
     * @param at when its last claim ended, in milliseconds since 1970; zero if it is held, or if that is not known
     */
    private record State(String state, int losses, List<String> waits, long at) {
        private static final List<String> ALL = List.of("open", "held", "parked", "ended");

        /** Of a run whose state was never written. */
        static final State OPEN = new State("open", 0, List.of(), 0);

        State {
            if (!ALL.contains(Objects.requireNonNull(state, "state"))) {
                throw new IllegalArgumentException("state: '" + state + "' is none of " + ALL);
            }
            Objects.requireNonNull(waits, "waits");
        }
    }

    private record Answer(String key, String answer) {
        Answer {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(answer, "answer");
        }
    }

    /** The files of a run, whether they exist or not. */
    static RunFiles of(Path directory, String runId) {
        String readable = runId.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
        String name = readable.substring(0, Math.min(readable.length(), READABLE)) + "-" + hash(runId);
        return new RunFiles(directory, name, runId);
    }

    /** All runs of a directory. */
    static List<RunFiles> in(Path directory) throws IOException {
        return named(directory, directory);
    }

    /** The runs of a directory that are held or can go on. */
    static List<RunFiles> active(Path directory) throws IOException {
        return named(Files.createDirectories(directory.resolve(ACTIVE)), directory);
    }

    private static List<RunFiles> named(Path names, Path directory) throws IOException {
        return list(names, "*").stream()
                .map(file -> file.getFileName().toString())
                .filter(file -> NAME.matcher(file).matches())
                .map(file -> new RunFiles(directory, file, null))
                .toList();
    }

    /** Where the lock of the run is. */
    long place() {
        int hash = name.length() - HASH;
        return Long.parseLong(name.substring(hash, hash + PLACE), 16);
    }

    /** The records, to be written by who holds the run. */
    RunWriter open() throws IOException {
        Files.createDirectories(folder());
        markActive();
        return new RunWriter(file(RECORDS), runId);
    }

    /** Notes that the run is held from now on. Returns how often a holder was lost. */
    int hold() throws IOException {
        State before = state();
        int losses = before.losses() + (before.state().equals("held") ? 1 : 0);
        write(new State("held", losses, List.of(), 0));
        return losses;
    }

    /** Notes that the run is held and has not been lost. */
    void forgetLosses() throws IOException {
        write(new State("held", 0, List.of(), 0));
    }

    /** Notes that the run is not held any more, and can go on. */
    void release(int losses, Instant now) throws IOException {
        write(new State("open", losses, List.of(), now.toEpochMilli()));
    }

    /** Notes that the run waits for one of these answers. */
    void park(int losses, Collection<String> callKeys, Instant now) throws IOException {
        write(new State("parked", losses, List.copyOf(callKeys), now.toEpochMilli()));
        settle();
    }

    /** Notes that the run has ended. */
    void end(int losses, Instant now) throws IOException {
        write(new State("ended", losses, List.of(), now.toEpochMilli()));
        settle();
    }

    /** Marks the run as active if it can go on, otherwise as not active; for who has its lock. */
    void settle() throws IOException {
        Files.deleteIfExists(mark());
        if (canGoOn()) { // looked at after, because an answer may come meanwhile
            markActive();
        }
    }

    /** Marks the run as active. */
    void markActive() throws IOException {
        try {
            Files.createDirectories(mark().getParent());
            Files.createFile(mark());
        } catch (FileAlreadyExistsException e) {
            // it is
        }
    }

    /** Whether there is such a run, and it has not ended. */
    boolean isOpen() throws IOException {
        return exists() && !state().state().equals("ended");
    }

    /** Whether there is such a run. */
    boolean exists() {
        return Files.exists(file(RECORDS));
    }

    /** The first record; empty if there is none yet. May be read while another process writes. */
    Optional<String> firstRecord() throws IOException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(file(RECORDS)))) {
            var unused = line(file); // the run's id
            return line(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The next line; empty if it has no end, because its writer has not written it yet, or died. */
    private static Optional<String> line(InputStream file) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = file.read(); next != '\n'; next = file.read()) {
            if (next < 0) {
                return Optional.empty();
            }
            line.write(next);
        }
        return Optional.of(line.toString(UTF_8));
    }

    /** Whether the run can go on if nobody holds it. */
    boolean canGoOn() throws IOException {
        State now = state();
        return isOpen() && (now.waits().isEmpty() || now.waits().stream().anyMatch(this::isAnswered));
    }

    /** Whether the journal may forget the run: it ended, or its last claim ended, longer ago than it is kept. */
    boolean isForgottenAt(Instant now) throws IOException {
        State last = state();
        Duration kept = last.state().equals("ended") ? MemoryRunJournal.RETENTION : MemoryRunJournal.UNHELD_RETENTION;
        return last.at() > 0 && last.at() < now.minus(kept).toEpochMilli();
    }

    /**
     * Checks that the run has room for so many characters more.
     *
     * @throws RunJournal.JournalException {@code FULL} if it has not
     */
    void checkRoom(String named, int characters) throws IOException {
        long size = Files.size(file(RECORDS)) + characters;
        for (Path answer : list(folder(), "*" + ANSWER)) {
            size += Files.size(answer);
        }
        if (size > MemoryRunJournal.MAX_BYTES) {
            throw MemoryRunJournal.full(named);
        }
    }

    /** Deletes all of it; for who has its lock. */
    void delete() throws IOException {
        Files.deleteIfExists(file(RECORDS)); // first, so that there is no such run
        Files.deleteIfExists(mark());
        if (Files.exists(folder())) {
            for (Path file : list(folder(), "*")) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder());
        }
    }

    /** Adds an answer, and waits until it is on the disk. Returns whether it is the first one of its call. */
    boolean answer(String callKey, String answer) throws IOException {
        Path whole = write(Json.write(new Answer(callKey, answer)));
        try {
            Files.createLink(answerFile(callKey), whole); // at once, and once
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.delete(whole);
            markActive();
        }
    }

    /** Whether the call has an answer. */
    boolean isAnswered(String callKey) {
        return Files.exists(answerFile(callKey));
    }

    private Path answerFile(String callKey) {
        return file(hash(callKey) + ANSWER);
    }

    /** The answers so far, by the keys of their calls. */
    Map<String, String> answers() throws IOException {
        var answers = new LinkedHashMap<String, String>();
        for (Path file : list(folder(), "*" + ANSWER)) {
            try {
                Answer answer = Json.read(Files.readString(file), Answer.class);
                answers.put(answer.key(), answer.answer());
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is not an answer: " + e.getMessage(), e);
            }
        }
        return answers;
    }

    private State state() throws IOException {
        try {
            return Json.read(Files.readString(file("state")), State.class);
        } catch (NoSuchFileException e) {
            return State.OPEN;
        } catch (IllegalArgumentException e) {
            throw new IOException(file("state") + " is not the state of a run: " + e.getMessage(), e);
        }
    }

    private void write(State state) throws IOException {
        Files.move(
                write(Json.write(state)),
                file("state"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** A new file with this text, on the disk. */
    private Path write(String text) throws IOException {
        return Files.writeString(
                file(UUID.randomUUID() + ".new"), text, UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.DSYNC);
    }

    /** The folder of the files. */
    Path folder() {
        return directory.resolve(name);
    }

    private Path file(String file) {
        return folder().resolve(file);
    }

    private Path mark() {
        return directory.resolve(ACTIVE).resolve(name);
    }

    private static List<Path> list(Path directory, String glob) throws IOException {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, glob)) {
            all.forEach(files::add);
        } catch (UncheckedIOException | java.nio.file.DirectoryIteratorException e) {
            throw new IOException(e);
        }
        return files;
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, HASH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
