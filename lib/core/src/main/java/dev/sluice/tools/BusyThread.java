package dev.sluice.tools;

import org.jspecify.annotations.Nullable;

/** The thread that runs the caller's code for one call: the supervisor in a hook, the worker in the tool. For any thread. */
final class BusyThread {
    private volatile @Nullable Thread busy;
    private volatile boolean interrupted;

    /** This thread is about to run the caller's code. */
    void enter(Thread thread) {
        busy = thread;
    }

    /** It has done so. */
    void leave() {
        busy = null;
    }

    boolean isBusy() {
        return busy != null;
    }

    /** Interrupts it, if there is one. */
    void interrupt() {
        interrupted = true;
        Thread thread = busy;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Whether it was to be interrupted. */
    boolean isInterrupted() {
        return interrupted;
    }

    /** The interrupted thread that still runs the caller's code. */
    @Nullable
    Thread straggler() {
        Thread thread = busy;
        return interrupted && thread != null && thread.isAlive() ? thread : null;
    }
}
