package dev.sluice.relay;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops a run that nobody has watched for a while, on this machine or elsewhere. */
final class AbandonTimer {
    private static final Logger log = LoggerFactory.getLogger(AbandonTimer.class);

    /** The least time for a run that nobody has watched yet: the client that started it is about to. */
    private static final Duration FIRST = Duration.ofSeconds(10);

    /** How often another machine is asked at most. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final TimeSource time;
    private final Duration grace;
    private final BooleanSupplier isWatched;
    private final Runnable abandon;

    /** Held for a few instructions; the timer's check, which may ask another machine, runs without it. */
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private int watchers;
    private TimeSource.@Nullable Scheduled look;
    private boolean over;

    /** Begins with nobody; {@code abandon} is called once at most, and {@code isWatched} on a thread that may block. */
    AbandonTimer(RelaySettings settings, BooleanSupplier isWatched, Runnable abandon) {
        time = settings.time();
        grace = settings.abandonAfter();
        this.isWatched = isWatched;
        this.abandon = abandon;
    }

    void start() {
        lookAfter(longer(grace, FIRST));
    }

    void came() {
        lock.lock();
        try {
            watchers++;
            cancelLook();
        } finally {
            lock.unlock();
        }
    }

    void left() {
        lock.lock();
        try {
            watchers--;
        } finally {
            lock.unlock();
        }
        lookAfter(grace);
    }

    /** The run is over. */
    void end() {
        lock.lock();
        try {
            over = true;
            cancelLook();
        } finally {
            lock.unlock();
        }
    }

    private void lookAfter(Duration delay) {
        lock.lock();
        try {
            if (watchers > 0 || over) {
                return;
            }
            cancelLook();
            if (delay.isPositive()) {
                look = time.schedule(delay, this::look);
            } else {
                look();
            }
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        Thread.ofVirtual().name("sluice-attendance").start(this::abandonIfAlone);
    }

    private void abandonIfAlone() {
        if (isStillWatched()) {
            lookAfter(longer(grace, AGAIN));
            return;
        }
        lock.lock();
        try {
            if (watchers > 0 || over) {
                return;
            }
            over = true;
        } finally {
            lock.unlock();
        }
        abandon.run();
    }

    /** A log that cannot say is asked again later. */
    private boolean isStillWatched() {
        try {
            return isWatched.getAsBoolean();
        } catch (RuntimeException | Error e) {
            Failures.warn(log, "The log could not say whether a run is watched", e);
            return true;
        }
    }

    private void cancelLook() {
        if (look != null) {
            look.cancel();
            look = null;
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
