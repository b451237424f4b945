package dev.sluice.control;

/**
 * How long a reader should look away before it waits for more. A server that writes event after event wakes the reader for
 * each, and to be woken costs more than all else; after some waits in a row that were no longer than a wake-up takes, the
 * reader looks the other way for a moment, in which several come, and for longer as long as that pays. Network cards do the
 * same with interrupts. A stream at the pace of any model never gets there.
 *
 * <p>For one thread.
 */
final class Moderation {
    /** Of waits, in nanoseconds: no longer than this is no longer than to be woken. */
    private static final long SHORT = 100_000;

    /** So many of them in a row are no beginning of an answer, which is a handful of events at once and then a pause. */
    private static final int SHORT_ONES = 8;

    /** In bytes: a few events. Who gets more at once is not woken for each. */
    private static final int FEW = 1 << 10;

    /** The first pause, in nanoseconds, and what it brings at least, in bytes, if it pays: two events or more. */
    private static final long FIRST = 50_000;

    private static final int TWO_EVENTS = 400;

    /**
     * The longest one: long enough for such a server to fill the socket's window. From then on its kernel collects what it
     * writes, where it sent a packet for each event before.
     */
    private static final long LONGEST = 1_600_000;

    private int shortOnes;
    private long pause;

    /**
     * A wait is about to begin.
     *
     * @param waited how long the one before was, with the pause before it, in nanoseconds
     * @param bytes how many have come since that began
     * @return how many nanoseconds to let pass first; 0 for none
     */
    long next(long waited, long bytes) {
        if (pause == 0) {
            shortOnes = waited <= SHORT && bytes < FEW ? shortOnes + 1 : 0;
            pause = shortOnes < SHORT_ONES ? 0 : FIRST;
        } else if (bytes * FIRST > pause * TWO_EVENTS) {
            pause = Math.min(2 * pause, LONGEST);
        } else {
            pause /= 2;
            pause = pause < FIRST ? 0 : pause;
            shortOnes = SHORT_ONES - 1; // the next one is proof enough
        }
        return pause;
    }
}
