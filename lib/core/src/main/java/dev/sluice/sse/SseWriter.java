package dev.sluice.sse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Writes server-sent events as bytes: what a {@link SseReader} reads from them is what was written. No text can add a
 * field or an event of its own. Line breaks in data and comments begin a new line of the same kind; where only one line
 * is allowed they are refused.
 *
 * <p>Each call writes its bytes in one piece and does not flush; the owner of the stream flushes and closes it. Blocks
 * as the stream does. After an {@link IOException} part of an event may have been written, so the stream is of no more
 * use. Unpaired surrogates become question marks, as they have no UTF-8. For use by one thread.
 */
public final class SseWriter {
    private final OutputStream out;
    private final StringBuilder text = new StringBuilder();
    private String lastEventId = "";

    /** A writer to this stream. */
    public SseWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes one event. Its id is left out if the event before had the same, its type if it is {@code message} or empty.
     * CR and CR LF in data arrive as LF.
     *
     * @throws IllegalArgumentException if the type or the id has a line break, the id a NUL, or the reconnection time
     *     is out of range, as in {@link #retry}. Nothing is written then
     * @throws IOException if writing fails
     */
    public void write(SseEvent event) throws IOException {
        checkOneLine("type", event.type());
        checkOneLine("id", event.id());
        if (event.id().indexOf(0) >= 0) {
            throw new IllegalArgumentException("id: must not have a NUL, readers ignore such an id");
        }
        text.setLength(0);
        if (event.retry() != null) {
            field("retry", millis(event.retry()));
        }
        if (!event.type().isEmpty() && !event.type().equals("message")) {
            field("event", event.type());
        }
        if (!event.id().equals(lastEventId)) {
            field("id", event.id());
        }
        lines("data", event.data());
        text.append('\n');
        send();
        lastEventId = event.id();
    }

    /**
     * Writes a comment, which readers skip; it keeps a silent connection open. A line break in it begins another comment.
     *
     * @throws IOException if writing fails
     */
    public void comment(String comment) throws IOException {
        text.setLength(0);
        lines("", comment);
        send();
    }

    /**
     * Writes how long a reader shall wait before it connects again. Needs no event; our reader reports it with the
     * next.
     *
     * @param time in whole milliseconds, the rest is cut off
     * @throws IllegalArgumentException if the time is negative or longer than 24 days
     * @throws IOException if writing fails
     */
    public void retry(Duration time) throws IOException {
        text.setLength(0);
        field("retry", millis(time));
        send();
    }

    /** One field for each line. A blank always stands behind the colon, so that a leading blank of the value survives. */
    private void lines(String name, String value) {
        int start = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\n' || c == '\r') {
                text.append(name).append(": ").append(value, start, i).append('\n');
                if (c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        field(name, value.substring(start));
    }

    private void field(String name, String value) {
        text.append(name).append(": ").append(value).append('\n');
    }

    private void send() throws IOException {
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String millis(Duration time) {
        if (time.isNegative() || time.compareTo(SseReader.MAX_RETRY) > 0) {
            throw new IllegalArgumentException(
                    "retry: " + time + ", must be from 0 to " + SseReader.MAX_RETRY.toDays() + " days");
        }
        return Long.toString(time.toMillis());
    }

    private static void checkOneLine(String name, String value) {
        if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
            throw new IllegalArgumentException(name + ": must not have a line break");
        }
    }
}
