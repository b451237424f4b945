package dev.sluice.tools;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long the tool of one call runs, and its limit. For any thread. */
final class CallTime {
    /** A longer time is as good as no limit; this one is safe to count in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final TimeSource time;
    private final Duration limit;
    private final Duration before;

    /** When the tool began, by the clock. */
    private volatile @Nullable Long since;

    /**
     * The time of a tool that has not begun.
     *
     * @param limit zero for none
     * @param before how long it has run if it ran in another process
     */
    CallTime(TimeSource time, Duration limit, Duration before) {
        this.time = time;
        this.limit = limit;
        this.before = before;
    }

    /** The tool begins. The action is run at its limit, on a thread of its own, unless it is cancelled before. */
    TimeSource.Scheduled begin(Runnable atLimit) {
        since = time.nanos();
        // Not on the timer's thread: to interrupt a thread may close what it reads, which is the caller's.
        return limit.isZero() || limit.compareTo(LONGEST) >= 0
                ? () -> {}
                : time.schedule(limit, () -> Thread.ofVirtual().start(atLimit));
    }

    /** How long the tool has run, or was waited for; zero if it has not begun. */
    Duration worked() {
        Long known = since;
        return known == null ? before : Duration.ofNanos(time.nanos() - known);
    }

    /** How long the tool may still run; null if there is no limit of its own. */
    @Nullable
    Duration remaining() {
        Long known = since;
        return limit.isZero() || known == null ? null : limit.minusNanos(time.nanos() - known);
    }

    long limitMillis() {
        return TimeUnit.MILLISECONDS.convert(limit);
    }
}
