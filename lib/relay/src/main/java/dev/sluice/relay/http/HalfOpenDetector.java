package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds connections whose client no longer acknowledges what is sent to it, because its machine lost power or network.
 * A write to such a connection succeeds until the kernel gives up, which takes Linux 15 minutes. The kernel's buffer
 * has room for hours of small events.
 *
 * <p>A connection is half open if its client has acknowledged nothing for the limit while the kernel sent something again. For
 * server-sent events; a WebSocket has pings. Works on Linux, where the kernel shows what is unacknowledged; elsewhere nothing
 * is found, and the kernel's own limit applies.
 *
 * <p>Safe for use by any thread; no method blocks. Threads: a virtual one, a few times in the limit, while a connection is
 * watched.
 */
public final class HalfOpenDetector {
    private static final Logger LOG = LoggerFactory.getLogger(HalfOpenDetector.class);
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(5);

    /** With fewer the connection may have been unlucky twice, and have been well in between. */
    private static final int FEWEST_UNANSWERED = 3;

    private final TcpTable table;
    private final boolean works;
    private final Duration limit;
    private final Duration period;
    private final TimeSource time;
    private final Set<Watched> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    HalfOpenDetector(TcpTable table, Duration limit, TimeSource time) {
        this.table = table;
        this.works = table.isReadable();
        this.limit = limit;
        this.time = time;
        Duration quarter = limit.dividedBy(4);
        this.period = quarter.compareTo(LONGEST_PERIOD) < 0 ? quarter : LONGEST_PERIOD;
    }

    /**
     * Makes a detector that watches nothing yet.
     *
     * @param limit how long a client may acknowledge nothing of what is sent to it
     */
    public static HalfOpenDetector create(Duration limit, TimeSource time) {
        return new HalfOpenDetector(TcpTable.system(), limit, time);
    }

    /**
     * Watches a connection until it is found to be half open, or the watch is stopped.
     *
     * @param local the server's address; nothing is watched unless both are addresses of the internet
     * @param remote the client's address, or its proxy's
     * @param halfOpen called once, on a virtual thread of its own
     */
    public Watch watch(@Nullable SocketAddress local, @Nullable SocketAddress remote, Runnable halfOpen) {
        if (!works || !(local instanceof InetSocketAddress here) || !(remote instanceof InetSocketAddress there)) {
            return () -> {};
        }
        var watched = new Watched(new TcpTable.Connection(here, there), halfOpen);
        watches.add(watched);
        schedule();
        return () -> watches.remove(watched);
    }

    /** How many connections are watched. */
    int watching() {
        return watches.size();
    }

    private void schedule() {
        if (!watches.isEmpty() && scheduled.compareAndSet(false, true)) {
            time.schedule(
                    period, () -> Thread.ofVirtual().name("sluice-half-open").start(this::look));
        }
    }

    private void look() {
        try {
            Map<TcpTable.Connection, Integer> unanswered = table.unanswered();
            long now = time.nanos();
            watches.forEach(watched -> watched.look(unanswered, now));
        } catch (IOException e) {
            LOG.debug("Half-open connections cannot be found", e);
        } finally {
            scheduled.set(false);
            schedule();
        }
    }

    /** A connection that is watched. */
    public interface Watch {
        /** Ends the watch. A second call does nothing. */
        void stop();
    }

    private final class Watched {
        private final TcpTable.Connection connection;
        private final Runnable halfOpen;

        // Used by one look at a time.
        private int unanswered;
        private long since;

        private Watched(TcpTable.Connection connection, Runnable halfOpen) {
            this.connection = connection;
            this.halfOpen = halfOpen;
        }

        /** An answer sets the kernel's count to zero, so a count that falls means one in between. */
        private void look(Map<TcpTable.Connection, Integer> counts, long now) {
            int count = counts.getOrDefault(connection, 0);
            if (unanswered == 0 || count < unanswered) {
                since = now;
            }
            unanswered = count;
            if (count >= FEWEST_UNANSWERED && now - since >= limit.toNanos() && watches.remove(this)) {
                Thread.ofVirtual().name("sluice-gone").start(halfOpen);
            }
        }
    }
}
