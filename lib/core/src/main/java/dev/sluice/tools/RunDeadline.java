package dev.sluice.tools;

import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.StreamFailures;
import java.time.Duration;
import java.util.Optional;

/** The limit on the time of a whole run, which begins when this is made. For any thread, except {@link #start} and {@link #cancel}. */
final class RunDeadline {
    /** A longer time is as good as no limit; this one is safe to count in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final TimeSource time;
    private final Duration total;
    private final long began;
    private TimeSource.Scheduled timer = () -> {};

    /** A limit; zero for none. */
    RunDeadline(TimeSource time, Duration total) {
        this.time = time;
        this.total = total;
        began = time.nanos();
    }

    boolean isLimited() {
        return total.isPositive() && total.compareTo(LONGEST) < 0;
    }

    /** Runs this on a virtual thread when the time is up. */
    void start(Runnable whenPassed) {
        if (isLimited()) {
            timer = time.schedule(total, () -> Thread.ofVirtual().start(whenPassed));
        }
    }

    void cancel() {
        timer.cancel();
    }

    /** How much is left; empty if there is no limit. */
    Optional<Duration> remaining() {
        return isLimited() ? Optional.of(total.minusNanos(time.nanos() - began)) : Optional.empty();
    }

    /** What the run fails with when its time is up. */
    TimedOut passed() {
        return new TimedOut(Phase.TOTAL, total);
    }

    /** The same, when a turn, which had the rest of the time, noticed it first. */
    TimedOut passed(TimedOut turn) {
        return StreamFailures.withPartial(
                passed(), turn.partial(), turn.requestId().orElse(null));
    }
}
