package dev.sluice.control;

/**
 * Whether a reader should let a moment pass before it waits for more. A server that writes event after event wakes the reader
 * for each, and to be woken costs more than all else; after a few waits in a row that were no longer than a wake-up takes,
 * the reader looks the other way for a moment, in which several come. Network cards do the same with interrupts. A stream at
 * the pace of any model never gets there.
 *
 * <p>For one thread.
 */
final class Moderation {
    /** Of waits, in nanoseconds: no longer than this is no longer than to be woken. */
    private static final long SHORT = 100_000;

    private static final int SHORT_ONES = 4;

    /** In bytes: a few events. Who gets more at once is not woken for each; who gets less in a moment is in no hurry. */
    private static final int FEW = 1 << 10;

    private static final int ONE_OR_TWO = 400;

    /** In nanoseconds. */
    static final long MOMENT = 50_000;

    private int shortOnes;
    private boolean pausing;

    /** Whether to let {@link #MOMENT} pass before the wait that is about to begin. */
    boolean pauses() {
        pausing = shortOnes >= SHORT_ONES;
        return pausing;
    }

    /** The wait is over: how long it was, and what it brought. */
    void waited(long nanos, int bytes) {
        boolean hurry = pausing ? bytes > ONE_OR_TWO : nanos <= SHORT && bytes < FEW;
        if (!hurry) {
            shortOnes = 0;
        } else if (!pausing) {
            shortOnes++;
        }
    }
}
