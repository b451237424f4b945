package dev.sluice.benchmarks.wire;

/**
 * The time at which a text was sent, within the text: {@code @} and nineteen digits of {@link System#nanoTime}, which on
 * Linux is one clock for all processes.
 */
public final class Stamp {
    static final String PLACE = "@0000000000000000000";
    private static final int DIGITS = PLACE.length() - 1;

    private Stamp() {}

    /** Writes a time over the digits that start at an offset. */
    static void write(byte[] target, int offset, long nanos) {
        for (int i = offset + DIGITS - 1; i >= offset; i--) {
            target[i] = (byte) ('0' + nanos % 10);
            nanos /= 10;
        }
    }

    /** A text that says now. */
    public static String now() {
        return "@%019d".formatted(System.nanoTime());
    }

    /** The time in a text, or -1 if it has none. */
    public static long read(CharSequence text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '@') {
                return Long.parseLong(text, at + 1, at + 1 + DIGITS, 10);
            }
        }
        return -1;
    }
}
