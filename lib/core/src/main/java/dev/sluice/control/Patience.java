package dev.sluice.control;

import java.util.function.BooleanSupplier;

/**
 * How long a thread looks for what it waits for before it sleeps, because to look and to let others run meanwhile costs less than
 * to be woken: some tens of microseconds if that has paid lately, one look if not. Belongs to one thread.
 */
final class Patience {
    private static final int MOST = 64;
    private static final int GAIN = 8;

    private int left; // in looks after the first

    /** Looks for it for a moment. Returns whether it came. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on the yield
    boolean sees(BooleanSupplier sought) {
        for (int looks = 0; looks <= left; looks++) {
            if (sought.getAsBoolean()) {
                left = Math.min(left + GAIN, MOST);
                return true;
            }
            Thread.yield();
        }
        left /= 2;
        return false;
    }
}
