package dev.sluice.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The lines of a recording, as they are written. */
final class RecordingFile {
    /** The fields of a line. */
    static final String EXCHANGE = "exchange";

    static final String MILLIS = "millis";
    static final String REQUEST = "request";
    static final String STATUS = "status";
    static final String HEADERS = "headers";
    static final String TEXT = "text";
    static final String BASE64 = "base64";
    static final String END = "end";
    static final String MESSAGE = "message";

    /** How an exchange ends. */
    static final String COMPLETE = "complete";

    static final String FAILED = "failed";
    static final String CLOSED = "closed";

    private static final Pattern SECRET =
            Pattern.compile(".*(cookie|auth|api-?key|organization|project).*", Pattern.CASE_INSENSITIVE);

    private final ReentrantLock lock = new ReentrantLock(); // one line at a time
    private final Writer writer;
    private boolean closed; // guarded by lock

    private RecordingFile(Writer writer) {
        this.writer = writer;
    }

    static RecordingFile create(Path file) throws IOException {
        return new RecordingFile(Files.newBufferedWriter(file, UTF_8));
    }

    Exchange exchange(int number) {
        return new Exchange(number, System.nanoTime());
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private void write(ObjectNode line) throws IOException {
        lock.lock();
        try {
            if (!closed) { // what is closed after its transport has no more to say
                writer.write(JsonMapper.shared().writeValueAsString(line) + "\n");
                writer.flush();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One exchange; its reader's thread calls it. */
    final class Exchange {
        private final int number;
        private final long start;

        private Exchange(int number, long start) {
            this.number = number;
            this.start = start;
        }

        void request(String line) throws IOException {
            write(line().put(REQUEST, line));
        }

        void head(int status, Map<String, List<String>> headers) throws IOException {
            var kept = new TreeMap<>(headers);
            kept.keySet().removeIf(name -> SECRET.matcher(name).matches());
            ObjectNode line = line().put(STATUS, status);
            ObjectNode all = line.putObject(HEADERS);
            kept.forEach((name, values) -> values.forEach(all.putArray(name)::add));
            write(line);
        }

        void piece(byte[] bytes) throws IOException {
            try {
                write(line().put(
                                TEXT,
                                UTF_8.newDecoder()
                                        .decode(ByteBuffer.wrap(bytes))
                                        .toString()));
            } catch (CharacterCodingException cutInsideACharacter) {
                write(line().put(BASE64, Base64.getEncoder().encodeToString(bytes)));
            }
        }

        void end(String how, String why) throws IOException {
            ObjectNode line = line().put(END, how);
            write(why.isEmpty() ? line : line.put(MESSAGE, why));
        }

        private ObjectNode line() {
            double millis = Math.round((System.nanoTime() - start) / 1e3) / 1e3;
            return JsonNodeFactory.instance.objectNode().put(EXCHANGE, number).put(MILLIS, millis);
        }
    }
}
