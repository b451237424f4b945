package dev.sluice;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * The clock and the timer of a client, so that a test can bring its own. Safe for use by any thread;
 * nothing but {@link #sleep} blocks.
 */
public interface TimeSource {

    /** A moment in nanoseconds from some fixed point; only differences mean anything. */
    long nanos();

    /** The moment by the calendar. */
    Instant now();

    /**
     * Runs a task once, after a delay.
     *
     * @param delay from now; zero or less means at once
     * @param task something brief: all tasks share one thread. It must not block, run foreign code, or wait for a lock
     *     that is held while anything blocks. Such work needs a thread of its own
     * @return takes the task back if it has not run yet
     */
    Scheduled schedule(Duration delay, Runnable task);

    /**
     * Waits, on this thread, until a time has passed.
     *
     * @param time from now; zero or less means not at all
     * @throws InterruptedException at once if the thread is, or gets, interrupted
     */
    default void sleep(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (time.isPositive()) {
            var over = new CountDownLatch(1);
            var wake = schedule(time, over::countDown);
            try {
                over.await();
            } finally {
                wake.cancel();
            }
        }
    }

    /** A task that waits for its time. */
    interface Scheduled {
        /** Takes the task back; no effect once it runs. */
        void cancel();
    }

    /** The machine's clock, and one timer thread for the whole process. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
