package dev.sluice;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The machine's clock, and one daemon thread that runs what is due. That thread inherits nothing from the one that happens to
 * start it: no thread-locals, and no class loader but the system's.
 */
final class SystemTime implements TimeSource {
    static final SystemTime INSTANCE = new SystemTime();

    private final ScheduledThreadPoolExecutor timer;

    /** A clock with a timer thread of its own; for tests, which see it start. */
    SystemTime() {
        timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform()
                        .daemon()
                        .name("sluice-timer")
                        .inheritInheritableThreadLocals(false)
                        .factory());
        // A cancelled deadline would hold on to its stream until it was due.
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        var future = timer.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
