package dev.sluice.sse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds the first CR or LF, eight bytes at a time; where there are no control characters at all, 32 at a time. */
final class LineEndFinder {
    /*
     * JSON has no control characters, so that the first one is nearly always the end of the line. Whether there is any among
     * 32 bytes takes a third of the work of finding one in them.
     *
     * A byte of x is zero if it borrows when 1 is taken from it and its high bit was not set before. A borrow may run on
     * into the bytes above, but never below, so the lowest mark is always true; little endian makes it the first byte.
     */
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private LineEndFinder() {}

    /** Its place in {@code [from, to)}; {@code to} if there is none. */
    static int find(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to - 4 * Long.BYTES && !hasControls(bytes, i)) {
            i += 4 * Long.BYTES;
        }
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long word = (long) WORDS.get(bytes, i);
            long marks = zeros(word ^ ('\n' * ONES)) | zeros(word ^ ('\r' * ONES));
            if (marks != 0) {
                return i + Long.numberOfTrailingZeros(marks) / Byte.SIZE;
            }
        }
        while (i < to && bytes[i] != '\n' && bytes[i] != '\r') {
            i++;
        }
        return i;
    }

    /** Whether one of these 32 bytes is below a blank. */
    private static boolean hasControls(byte[] bytes, int from) {
        long marks = controls((long) WORDS.get(bytes, from))
                | controls((long) WORDS.get(bytes, from + Long.BYTES))
                | controls((long) WORDS.get(bytes, from + 2 * Long.BYTES))
                | controls((long) WORDS.get(bytes, from + 3 * Long.BYTES));
        return (marks & HIGH_BITS) != 0;
    }

    /** Has high bits if, and only if, a byte of the word is below a blank. */
    private static long controls(long word) {
        return (word - ' ' * ONES) & ~word;
    }

    private static long zeros(long x) {
        return (x - ONES) & ~x & HIGH_BITS;
    }
}
