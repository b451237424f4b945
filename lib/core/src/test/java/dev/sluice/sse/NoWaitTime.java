package dev.sluice.sse;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The machine's clock, save that every wait is over at once, and noted. */
public final class NoWaitTime implements TimeSource {
    public final List<Duration> waits = new CopyOnWriteArrayList<>();

    @Override
    public long nanos() {
        return TimeSource.system().nanos();
    }

    @Override
    public Instant now() {
        return Instant.parse("2026-11-01T00:00:00Z");
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        return TimeSource.system().schedule(delay, task);
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        waits.add(time);
    }
}
