package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** A warning that clients can cause as often as they like: it is logged once a minute at most. For use by any thread. */
final class RareWarning {
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Logger log;
    private final TimeSource time;
    private final AtomicLong next; // when a warning may be logged again

    RareWarning(Logger log, TimeSource time) {
        this.log = log;
        this.time = time;
        next = new AtomicLong(time.nanos());
    }

    /** Logs the message, unless there was one within the last minute. */
    void warn(String message) {
        long now = time.nanos();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + PERIOD.toNanos())) {
            log.warn("{} (the next such warning is logged in {} s at the earliest)", message, PERIOD.toSeconds());
        }
    }
}
