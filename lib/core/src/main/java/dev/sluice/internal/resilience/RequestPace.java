package dev.sluice.internal.resilience;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Lets requests out one at a time, at even intervals, in the order of their arrival. A turn is taken only by a request that is let out:
 * Resilience4j's rate limiter reserves a turn for each that waits and takes none back, so that requests whose time is over while they
 * wait would hold up those after them. Shared by all streams.
 */
public final class RequestPace {
    private final long interval;

    /** The head of the line has it while it waits for its turn. It guards the other fields. */
    private final Semaphore head = new Semaphore(1, true);

    private boolean begun;
    private long next;

    /** The first request may go out at once. */
    public RequestPace(Duration interval) {
        this.interval = interval.toNanos();
    }

    /**
     * Returns when a request may go out.
     *
     * @throws InterruptedException at once if the thread is, or gets, interrupted
     */
    void await(TimeSource time) throws InterruptedException {
        head.acquire();
        try {
            time.sleep(Duration.ofNanos(begun ? next - time.nanos() : 0));
            long now = time.nanos();
            boolean onTime = begun && now - next < interval; // otherwise nobody waited: unused turns are not saved up
            next = (onTime ? next : now) + interval;
            begun = true;
        } finally {
            head.release();
        }
    }
}
