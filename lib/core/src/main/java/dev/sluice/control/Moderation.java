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

    /** In bytes: who gets less than some events in a moment is no longer in a hurry. */
    private static final int MUCH = 400;

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
        if (pausing ? bytes < MUCH : nanos > SHORT) {
            shortOnes = 0;
        } else if (!pausing) {
            shortOnes++;
        }
    }
}
