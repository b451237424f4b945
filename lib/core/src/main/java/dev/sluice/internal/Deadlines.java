package dev.sluice.internal;

import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of one stream: of each of its requests, and of the whole. The reader notes each event, at the cost of
 * a clock reading. The timer checks whether a limit was met, at the earliest moment at which it can have been.
 *
 * <p>Between two requests only {@code total} runs. After the headers, only the server's silence counts against it.
 * While the reader is busy, or waits for a slow consumer, only {@code total} runs.
 */
public final class Deadlines {
    private static final long OFF = Long.MAX_VALUE;

    /** A longer time is as good as no limit; this one is safe to count in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final TimeSource time;
    private final Timeouts limits;
    private final Consumer<TimedOut> onTotal;
    private final long start;

    // Written by the reader, read by the timer. A little late is good enough: the timer looks again.
    private volatile Phase phase = Phase.TOTAL;
    private volatile long began;
    private volatile boolean waiting;
    private volatile long waitingSince;

    /** How long the reader has waited since there was content, in all its waits that are over. */
    private volatile long waited;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private TimeSource.@Nullable Scheduled scheduled;

    private long due; // when that is
    private Consumer<TimedOut> onRequest = timeout -> {};
    private boolean over;

    /** Limits that run from now on; {@code onTotal} is called by the timer, at most once. */
    public Deadlines(TimeSource time, Timeouts limits, Consumer<TimedOut> onTotal) {
        this.time = time;
        this.limits = limits;
        this.onTotal = onTotal;
        start = time.nanos();
        waitingSince = start;
    }

    /** The limits. */
    public Timeouts limits() {
        return limits;
    }

    /** Starts to watch. */
    public void start() {
        look();
    }

    /**
     * A request is about to be sent: the wait for its headers begins. If it meets a limit the timer calls
     * {@code onTimeout}. That may be a moment too late, when the request is over and another one has begun.
     */
    public void beginRequest(Consumer<TimedOut> onTimeout) {
        lock.lock();
        try {
            onRequest = onTimeout;
            began = time.nanos();
            waited = 0;
            waiting = false;
            phase = Phase.HEADERS;
        } finally {
            lock.unlock();
        }
        look();
    }

    /** The request is over; another one may follow. */
    public void pause() {
        setPhase(Phase.TOTAL);
    }

    /** The headers are there: the wait for the first event begins. */
    public void headersArrived() {
        setPhase(Phase.FIRST_EVENT);
    }

    /** The reader begins to wait for bytes. Returns when, by the clock's nanoseconds. */
    public long waiting() {
        long now = time.nanos();
        waitingSince = now;
        waiting = true;
        return now;
    }

    /** Bytes have come, or the end has. Returns when, by the clock's nanoseconds. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the reader alone writes
    public long received() {
        waiting = false;
        long now = time.nanos();
        waited += now - waitingSince;
        return now;
    }

    /** The clock's reading, in nanoseconds. */
    long now() {
        return time.nanos();
    }

    /** An event other than a ping was delivered. */
    public void content() {
        if (waited != 0) { // of many events of one read, usually all but the first
            waited = 0;
        }
        if (phase == Phase.FIRST_EVENT) {
            setPhase(Phase.STALL);
        }
    }

    /** No limit holds any more. */
    public void stop() {
        lock.lock();
        try {
            over = true;
            if (scheduled != null) {
                scheduled.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    private void setPhase(Phase next) {
        phase = next;
        look();
    }

    /** Fires if a limit has been met, else comes back when the next one can be. */
    private void look() {
        TimedOut met = null;
        Consumer<TimedOut> callback = onTotal;
        lock.lock();
        try {
            if (over) {
                return;
            }
            long now = time.nanos();
            Phase nearest = nearest(now);
            long left = left(nearest, now);
            if (scheduled != null) {
                if (left > 0 && left != OFF && now + left - due >= 0 && due - now > 0) {
                    return; // it looks again before that, and to leave it costs less than to move it
                }
                scheduled.cancel();
                scheduled = null;
            }
            if (left <= 0) {
                over = nearest == Phase.TOTAL;
                callback = over ? onTotal : onRequest;
                phase = Phase.TOTAL;
                met = new TimedOut(nearest, limits.of(nearest));
            } else if (left != OFF) {
                due = now + left;
                scheduled = time.schedule(Duration.ofNanos(left), this::look);
            }
        } finally {
            lock.unlock();
        }
        if (met != null) {
            callback.accept(met);
            look(); // the whole has a limit too
        }
    }

    private Phase nearest(long now) {
        Phase nearest = Phase.TOTAL;
        Phase current = phase;
        if (left(current, now) < left(nearest, now)) {
            nearest = current;
        }
        if (current != Phase.TOTAL && current != Phase.HEADERS && left(Phase.IDLE, now) < left(nearest, now)) {
            nearest = Phase.IDLE;
        }
        return nearest;
    }

    private long left(Phase of, long now) {
        Duration limit = limits.of(of);
        if (limit.isZero() || limit.compareTo(LONGEST) > 0) {
            return OFF;
        }
        long before = waited; // read first: a wait that ends meanwhile is missed this time rather than counted twice
        long wait = waiting ? now - waitingSince : 0;
        long passed = switch (of) {
            case IDLE -> wait;
            case FIRST_EVENT, STALL -> before + wait;
            case HEADERS -> now - began;
            default -> now - start;
        };
        return limit.toNanos() - passed;
    }
}
