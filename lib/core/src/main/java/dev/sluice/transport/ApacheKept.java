package dev.sluice.transport;

import dev.sluice.control.Time;
import dev.sluice.control.Time.Scheduled;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.pool.PoolStats;
import org.jspecify.annotations.Nullable;

/** Closes kept connections when their time is over. Apache does it only when another exchange needs one. */
final class ApacheKept {
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final ThreadFactory WORKERS =
            Thread.ofVirtual().name("sluice-kept-", 0).factory();

    private final PoolingHttpClientConnectionManager connections;
    private final Time time;
    private final ReentrantLock lock = new ReentrantLock(); // guards what follows
    private @Nullable Scheduled next;
    private boolean closed;

    ApacheKept(PoolingHttpClientConnectionManager connections, Time time) {
        this.connections = connections;
        this.time = time;
    }

    /** Looks from now on, as long as there are connections. */
    void look() {
        lock.lock();
        try {
            if (next == null && !closed) { // on a thread of its own: the timer's must not block, and closing TLS may
                next = time.schedule(EVERY, () -> WORKERS.newThread(this::sweep).start());
            }
        } finally {
            lock.unlock();
        }
    }

    private void sweep() {
        lock.lock();
        try {
            next = null; // first, so that an exchange that begins now is looked after
        } finally {
            lock.unlock();
        }
        connections.closeExpired();
        PoolStats left = connections.getTotalStats();
        if (left.getAvailable() + left.getLeased() > 0) {
            look();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            if (next != null) {
                next.cancel();
            }
        } finally {
            lock.unlock();
        }
    }
}
