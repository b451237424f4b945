package dev.sluice.sse;

import dev.sluice.Limits;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.LimitExceeded;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of an event stream, one at a time, in one buffer that also keeps the data of the event being read. Comments are
 * left out, unless they are wanted. A line is there as soon as its CR or LF is. Sizes are checked before memory grows.
 */
final class LineBuffer {
    /*
     * [dataStart, dataEnd) is the data, [start, end) the line at hand, [next, limit) what has not been read as lines yet,
     * in this order. The data of a single line stays where it arrived; the data of further lines is moved up behind it, so
     * that data is always one slice. Room is made by moving data and unread bytes to the front, and only if they fill the
     * buffer by a larger one. Both together are never more than an event may have, since every line counts for the event
     * with at least the bytes that it adds to the data.
     */
    private static final int FIRST_SIZE = 1 << 10; // small, as most of many streams are idle

    /**
     * For who sends more than fits: fewer reads. Twice what a server writes, or TLS encrypts, at once as a rule, or else what
     * is left of one takes a read of its own each time.
     */
    private static final int BUSY_SIZE = 32 << 10;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int maxLine;
    private final int maxEvent;
    private final boolean skipsComments;

    private byte[] buffer = new byte[FIRST_SIZE];
    private int start;
    private int end;
    private int next;
    private int searched; // no line ends before it
    private int limit;
    private boolean busy;
    private boolean first = true;
    private boolean skipLineFeed;
    private long skippedOfComment;

    private int eventBytes;
    private boolean hasData;
    private int dataStart;
    private int dataEnd;

    LineBuffer(InputStream in, Limits limits) {
        this(in, limits, true);
    }

    /** Comments that are not skipped are lines like others, but they do not add to the event. */
    LineBuffer(InputStream in, Limits limits, boolean skipsComments) {
        this.in = in;
        this.skipsComments = skipsComments;
        this.maxLine = limits.maxLineBytes();
        this.maxEvent = Math.min(limits.maxEventBytes(), LARGEST_ARRAY - 1);
    }

    /** Moves to the next line; reads only if no whole one is there. False at the end of the stream. */
    boolean next() throws IOException {
        while (true) {
            int found = LineEndFinder.find(buffer, searched, limit);
            if (found < limit) {
                if (take(found)) {
                    return true;
                }
            } else {
                searched = limit;
                if (!fill()) {
                    return false;
                }
            }
        }
    }

    byte[] array() {
        return buffer;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    boolean hasData() {
        return hasData;
    }

    int dataStart() {
        return dataStart;
    }

    int dataLength() {
        return dataEnd - dataStart;
    }

    /** Where what has not been read as lines begins: at the end of the stream a line that nothing ends. */
    int unread() {
        return next;
    }

    /** Where what has been read from the stream ends. */
    int limit() {
        return limit;
    }

    /** Whether the line that is not whole yet is a comment. */
    boolean inComment() {
        return skippedOfComment > 0 || (next < limit && buffer[next] == ':');
    }

    /** Adds this part of the line at hand to the data; behind a line feed if there is data. */
    void addData(int from) {
        if (!hasData) {
            hasData = true;
            dataStart = from;
            dataEnd = end;
        } else {
            buffer[dataEnd++] = '\n';
            System.arraycopy(buffer, from, buffer, dataEnd, end - from);
            dataEnd += end - from;
        }
    }

    void dropData() {
        hasData = false;
        dataStart = 0;
        dataEnd = 0;
    }

    /** Makes what ends here the line at hand; false if it is to be skipped. */
    private boolean take(int found) {
        boolean comment = inComment();
        boolean skip = comment && skipsComments;
        check(found - next, skip);
        start = next;
        end = found;
        next = found + 1;
        if (buffer[found] == '\r') {
            if (next == limit) {
                skipLineFeed = true;
            } else if (buffer[next] == '\n') {
                next++;
            }
        }
        searched = next;
        if (comment) {
            skippedOfComment = 0;
        } else {
            eventBytes = start == end ? 0 : eventBytes + end - start;
        }
        return !skip;
    }

    /** Reads more, when no whole line is there. False at the end of the stream. */
    private boolean fill() throws IOException {
        boolean skip = skipsComments && inComment();
        check(limit - next, skip);
        if (skip) {
            skippedOfComment += limit - next;
            limit = next;
            searched = next;
        }
        makeRoom();
        int room = buffer.length - limit;
        int count = in.read(buffer, limit, room);
        if (count <= 0) {
            return count == 0;
        }
        busy = count == room;
        limit += count;
        if (skipLineFeed) {
            skipLineFeed = false;
            if (buffer[next] == '\n') {
                next++;
                searched++;
            }
        }
        if (first) {
            dropByteOrderMark();
        }
        return true;
    }

    /** Whichever limit is nearer is the one that is exceeded, so that it does not matter how the bytes come in. */
    private void check(int bytes, boolean skip) {
        int room = skip ? Integer.MAX_VALUE : maxEvent - eventBytes;
        if (skippedOfComment + bytes > Math.min(maxLine, room)) {
            throw maxLine <= room
                    ? new LimitExceeded(Limit.LINE_BYTES, maxLine)
                    : new LimitExceeded(Limit.EVENT_BYTES, maxEvent);
        }
    }

    private void dropByteOrderMark() {
        int length = Math.min(limit, BYTE_ORDER_MARK.length);
        if (!Arrays.equals(buffer, 0, length, BYTE_ORDER_MARK, 0, length)) {
            first = false;
        } else if (length == BYTE_ORDER_MARK.length) {
            first = false;
            next = length;
            searched = length;
        }
    }

    private void makeRoom() {
        int data = dataLength();
        int used = data + limit - next;
        int most = Math.max(FIRST_SIZE, maxEvent + 1);
        boolean grow = (used > buffer.length / 4 * 3 || (busy && buffer.length < BUSY_SIZE)) && buffer.length < most;
        if (!grow && buffer.length - limit >= buffer.length / 2) {
            return;
        }
        byte[] target = grow ? new byte[(int) Math.min(2L * buffer.length, most)] : buffer;
        // Only what is not in its place yet: many short reads of one large event would copy it again and again.
        if (grow || dataStart > 0) {
            System.arraycopy(buffer, dataStart, target, 0, data);
        }
        if (grow || next > data) {
            System.arraycopy(buffer, next, target, data, limit - next);
        }
        buffer = target;
        dataStart = 0;
        dataEnd = data;
        searched += data - next;
        next = data;
        limit = used;
    }
}
