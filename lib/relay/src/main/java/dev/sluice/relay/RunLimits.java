package dev.sluice.relay;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How long a run may be silent, and how long it may take. An event costs a look at the clock, and no timer. */
final class RunLimits {
    private final RelaySettings settings;
    private final TimeSource time;
    private final Consumer<String> onLimit;
    private volatile long heard;

    /** Serialises the start, the end and the timer's check, so that no timer is left behind after the end. */
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private TimeSource.@Nullable Scheduled idle;
    private TimeSource.@Nullable Scheduled total;
    private boolean over;

    /**
     * Limits that run from now on. {@code onLimit} receives the reason in words, on the timer's thread, and must not
     * block.
     */
    RunLimits(RelaySettings settings, Consumer<String> onLimit) {
        this.settings = settings;
        this.onLimit = onLimit;
        time = settings.time();
        heard = time.nanos();
    }

    void start() {
        lock.lock();
        try {
            if (settings.totalTimeout().isPositive()) {
                total = time.schedule(settings.totalTimeout(), () -> onLimit.accept("it took too long"));
            }
            if (settings.idleTimeout().isPositive()) {
                idle = time.schedule(settings.idleTimeout(), this::look);
            }
        } finally {
            lock.unlock();
        }
    }

    /** There was an event. */
    void heard() {
        heard = time.nanos();
    }

    /** The run is over. */
    void end() {
        lock.lock();
        try {
            over = true;
            if (idle != null) {
                idle.cancel();
            }
            if (total != null) {
                total.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        Duration left = settings.idleTimeout().minusNanos(time.nanos() - heard);
        lock.lock();
        try {
            if (over) {
                return;
            }
            if (left.isPositive()) {
                idle = time.schedule(left, this::look);
                return;
            }
        } finally {
            lock.unlock();
        }
        onLimit.accept("it was silent for too long");
    }
}
