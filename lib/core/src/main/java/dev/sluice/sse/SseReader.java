package dev.sluice.sse;

import dev.sluice.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events from bytes, exactly as the WHATWG HTML standard says (section 9.2.6, "Interpreting an event
 * stream"). A cursor: {@link #next()} moves to the next event; the other methods describe it until the next move.
 *
 * <p>An event is complete as soon as its blank line is. The reader never waits for one byte more, not even for the line
 * feed of a CR LF. An event that the stream ends in the middle of is dropped, as the standard asks. Memory is taken as
 * it is needed and no more than the limit of an event; comments, however long, take none.
 *
 * <p>For use by one thread. Does not close the stream.
 */
public final class SseReader {
    /** The longest reconnection time that is believed. The standard names none. */
    static final Duration MAX_RETRY = Duration.ofDays(24);

    /** How much is kept of what belongs to no event. */
    static final int MAX_UNFRAMED = 64 << 10;

    private final InternedEventNames names = new InternedEventNames();
    private final LineBuffer lines;
    private final @Nullable Consumer<String> comments;

    private boolean onEvent;
    private @Nullable String type;
    private String id; // takes effect at the next blank line
    private String lastEventId;
    private @Nullable Duration retry;
    private @Nullable ByteArrayOutputStream unparsedLines;

    /**
     * A reader of what comes from a stream.
     *
     * @param in may return its bytes in pieces of any size
     * @param limits how long a line and an event may be. Fields of any name count for the event, comments do not; line
     *     ends are not counted
     */
    public SseReader(InputStream in, Limits limits) {
        this(in, limits, "", null);
    }

    /**
     * A reader of what comes from a stream that another one went before.
     *
     * @param lastEventId what the one before left
     * @param comments is told each comment, without its colon and the blank behind it, as soon as its line is there; then a
     *     comment may not be longer than the room that the event in whose middle it stands has left. Null to skip comments
     */
    SseReader(InputStream in, Limits limits, String lastEventId, @Nullable Consumer<String> comments) {
        this.lines = new LineBuffer(in, limits, comments == null);
        this.comments = comments;
        id = lastEventId;
        this.lastEventId = lastEventId;
    }

    /**
     * Moves to the next event. Reads from the stream, and so may block, only if no whole event has been read yet.
     *
     * @return whether there is one; false at the end of the stream
     * @throws dev.sluice.StreamException.LimitExceeded if a line or an event is larger than the limits
     * @throws IOException if reading fails. Nothing is lost by that: if the stream can be read again, so can this
     */
    public boolean next() throws IOException {
        boolean found = advance();
        if (!found) {
            dropEvent();
        }
        return found;
    }

    private boolean advance() throws IOException {
        if (onEvent) {
            onEvent = false;
            retry = null;
            unparsedLines = null;
            dropEvent();
        }
        while (lines.next()) {
            if (lines.start() < lines.end()) {
                field();
            } else {
                lastEventId = id;
                if (lines.hasData()) {
                    onEvent = true;
                    return true;
                }
                type = null;
            }
        }
        return false;
    }

    /** The event's type: {@code message} if the server named none. */
    public String type() {
        return type == null || type.isEmpty() ? "message" : type;
    }

    /** Whether the server named the event's type. */
    public boolean hasType() {
        return type != null && !type.isEmpty();
    }

    /** The buffer that holds the event's data, in UTF-8; valid until the next move, and not to be written to. */
    public byte[] array() {
        return lines.array();
    }

    /** Where in {@link #array()} the data begins. */
    public int offset() {
        return lines.dataStart();
    }

    /** How many bytes the data has. */
    public int length() {
        return lines.dataLength();
    }

    /** The event's data. Malformed UTF-8 becomes U+FFFD. */
    public String data() {
        return new String(array(), offset(), length(), StandardCharsets.UTF_8);
    }

    /** The id of this event, or of the last one before it that had one; empty if none had. */
    public String lastEventId() {
        return lastEventId;
    }

    /**
     * The reconnection time that came with this event; null if none did. One that came on its own, without data, is
     * reported with the next event, and at the end of the stream.
     */
    public @Nullable Duration retry() {
        return retry;
    }

    /**
     * The lines without a field that the standard knows, since the last event, or on an event since the one before it.
     * They are joined by line feeds, up to 64 KB of them. Once {@link #next()} has said that the stream is at its end,
     * a last line that has no end of its own is among them. Empty for a stream that holds nothing but events. Malformed
     * UTF-8 becomes U+FFFD.
     */
    public String unparsedLines() {
        var all = new ByteArrayOutputStream();
        if (unparsedLines != null) {
            all.writeBytes(unparsedLines.toByteArray());
        }
        if (!onEvent && !lines.inComment()) {
            byte[] line = lines.array();
            int colon = colon(line, lines.unread(), lines.limit());
            if (FieldName.of(line, lines.unread(), colon) == FieldName.OTHER) {
                keep(all, line, lines.unread(), lines.limit());
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** The event as a value to keep. */
    public SseEvent event() {
        return new SseEvent(type(), data(), lastEventId, retry);
    }

    /** How much memory the buffer takes, in bytes. */
    int capacity() {
        return lines.array().length;
    }

    private void dropEvent() {
        type = null;
        lines.dropData();
    }

    private void field() {
        byte[] line = lines.array();
        int end = lines.end();
        int colon = colon(line, lines.start(), end);
        int value = Math.min(colon + 1, end);
        if (value < end && line[value] == ' ') {
            value++;
        }
        FieldName name = FieldName.of(line, lines.start(), colon);
        switch (name) {
            case DATA -> lines.addData(value);
            case EVENT -> type = names.of(line, value, end);
            case ID -> id(line, value, end);
            case RETRY -> retry(line, value, end);
            case OTHER -> {
                if (colon > lines.start()) {
                    if (unparsedLines == null) {
                        unparsedLines = new ByteArrayOutputStream();
                    }
                    keep(unparsedLines, line, lines.start(), end);
                } else if (comments != null) {
                    comments.accept(new String(line, value, end - value, StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** Where the name of a field ends. */
    private static int colon(byte[] line, int from, int to) {
        int colon = from;
        while (colon < to && line[colon] != ':') {
            colon++;
        }
        return colon;
    }

    /** Adds a line to those before it, as far as there is room. */
    private static void keep(ByteArrayOutputStream lines, byte[] line, int from, int to) {
        if (lines.size() > 0 && from < to && lines.size() < MAX_UNFRAMED) {
            lines.write('\n');
        }
        lines.write(line, from, Math.min(to - from, MAX_UNFRAMED - lines.size()));
    }

    private void id(byte[] line, int from, int to) {
        for (int i = from; i < to; i++) {
            if (line[i] == 0) {
                return; // the standard: such an id is ignored
            }
        }
        id = new String(line, from, to - from, StandardCharsets.UTF_8);
    }

    private void retry(byte[] line, int from, int to) {
        long millis = 0;
        for (int i = from; i < to; i++) {
            int digit = line[i] - '0';
            millis = millis * 10 + digit;
            if (digit < 0 || digit > 9 || millis > MAX_RETRY.toMillis()) {
                return;
            }
        }
        if (from < to) {
            retry = Duration.ofMillis(millis);
        }
    }
}
