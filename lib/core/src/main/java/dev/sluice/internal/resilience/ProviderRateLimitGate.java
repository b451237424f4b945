package dev.sluice.internal.resilience;

import dev.sluice.Limits.Limit;
import dev.sluice.RateLimits;
import dev.sluice.RateLimits.Window;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds requests back while the account they share has nothing left, by what the provider said last. It knows no more than
 * that: other users of the account, and clocks that differ, make it wrong, so it spares refused requests but does not rule
 * them out. Shared by all streams; never waits under its lock.
 */
public final class ProviderRateLimitGate {
    /** A time beyond is a mistake. To believe it would be to hold back everything, and so never to be told better. */
    private static final Duration LONGEST_BELIEVED = Duration.ofDays(1);

    private final Duration longestWait;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private @Nullable RateLimits latest;
    private long sentSince;

    /**
     * No limits are known yet.
     *
     * @param longestWait a request that would have to wait longer fails at once
     */
    public ProviderRateLimitGate(Duration longestWait) {
        this.longestWait = longestWait;
    }

    /** The provider's latest word. */
    void onRateLimits(RateLimits limits) {
        lock.lock();
        try {
            latest = limits;
            sentSince = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when a request may go out, as far as one knows, and counts it. */
    void await(TimeSource time) throws InterruptedException {
        long start = time.nanos();
        for (Duration wait = next(time, start); wait.isPositive(); wait = next(time, start)) {
            time.sleep(wait);
        }
    }

    /** A request that was let out was not sent. */
    void onNotSent() {
        lock.lock();
        try {
            sentSince = Math.max(0, sentSince - 1);
        } finally {
            lock.unlock();
        }
    }

    /** How long to wait until one may look again; zero if a request may go out, which then is counted. */
    private Duration next(TimeSource time, long start) {
        lock.lock();
        try {
            Instant now = time.now();
            Optional<ExhaustedWindow> exhausted = exhausted(now);
            if (exhausted.isEmpty()) {
                sentSince++;
                return Duration.ZERO;
            }
            Duration wait = Duration.between(now, exhausted.get().reset());
            Duration waited = Duration.ofNanos(time.nanos() - start);
            if (waited.plus(wait).compareTo(longestWait) > 0) {
                throw new LimitExceeded(exhausted.get().what(), exhausted.get().limit());
            }
            return wait;
        } finally {
            lock.unlock();
        }
    }

    /** The window with nothing left that takes the longest to fill. One whose time has come says nothing any more. */
    private Optional<ExhaustedWindow> exhausted(Instant now) {
        return latest == null
                ? Optional.empty()
                : Stream.of(
                                ExhaustedWindow.by(Limit.REQUESTS, latest.requests(), sentSince),
                                ExhaustedWindow.by(Limit.TOKENS, latest.tokens(), 0),
                                ExhaustedWindow.by(Limit.TOKENS, latest.inputTokens(), 0),
                                ExhaustedWindow.by(Limit.TOKENS, latest.outputTokens(), 0))
                        .flatMap(Optional::stream)
                        .filter(window -> window.reset().isAfter(now))
                        .filter(window -> window.reset().isBefore(now.plus(LONGEST_BELIEVED)))
                        .max(Comparator.comparing(ExhaustedWindow::reset));
    }

    /** A window with nothing left, and the time at which that changes. */
    private record ExhaustedWindow(Limit what, long limit, Instant reset) {
        static Optional<ExhaustedWindow> by(Limit what, @Nullable Window window, long used) {
            return window == null || window.reset() == null || window.remaining() > used
                    ? Optional.empty()
                    : Optional.of(new ExhaustedWindow(what, window.limit(), window.reset()));
        }
    }
}
