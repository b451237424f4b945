package dev.sluice.relay.http;

import dev.sluice.control.Time;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A warning that clients can cause as often as they like: it is logged once a minute at most. For use by any thread. */
final class RareWarning {
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Logger log;
    private final Time time;
    private final AtomicReference<@Nullable Long> last = new AtomicReference<>(); // when it was logged

    RareWarning(Logger log, Time time) {
        this.log = log;
        this.time = time;
    }

    /** Logs the message, unless there was one within the last minute. */
    void warn(String message) {
        long now = time.nanos();
        Long before = last.get();
        if ((before == null || now - before >= PERIOD.toNanos()) && last.compareAndSet(before, now)) {
            log.warn("{} (the next such warning is logged in {} s at the earliest)", message, PERIOD.toSeconds());
        }
    }
}
