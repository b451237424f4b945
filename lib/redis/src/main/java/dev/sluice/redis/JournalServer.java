package dev.sluice.redis;

import dev.sluice.TimeSource;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Redis as a journal asks it. An interrupt ends no command, because it could not be known then what became of it: it is kept for
 * later. For any thread.
 */
final class JournalServer implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final RedisServer server;
    private final TimeSource time;

    JournalServer(RedisServer server, TimeSource time) {
        this.server = server;
        this.time = time;
    }

    /** Opens a connection of one's own. */
    Connection open(Duration limit) {
        return server.open(Math.toIntExact(limit.toMillis()), 0);
    }

    /** Whether Redis was there and said no, which is logged then. */
    boolean isRefusal(Throwable failure) {
        return server.isRefusal(failure);
    }

    /**
     * Has something done, which may be done twice.
     *
     * @param until a moment of the time source after which it is not begun again
     * @throws JournalException {@code UNAVAILABLE}
     */
    <T extends @Nullable Object> T call(long until, Function<Connection, T> question) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return server.call(limited(until, question));
                } catch (JedisException e) {
                    boolean again = Thread.interrupted(); // which has cut the connection
                    interrupted |= again;
                    if (!again && (!isPassing(e) || time.nanos() - until >= 0)) {
                        throw unavailable(e);
                    }
                }
                interrupted |= pause();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Cuts the connection if the question takes four timeouts longer than it may be repeated. */
    private <T extends @Nullable Object> Function<Connection, T> limited(long until, Function<Connection, T> question) {
        return connection -> {
            Duration left = Duration.ofNanos(Math.max(0, until - time.nanos()));
            var limit = RedisServer.closeAfter(left.plus(server.timeout().multipliedBy(4)), connection, time);
            try {
                return question.apply(connection);
            } finally {
                limit.cancel();
            }
        };
    }

    private static boolean isPassing(JedisException failure) {
        return !(failure instanceof JedisDataException refusal) || RedisServer.isPassing(refusal);
    }

    private boolean pause() {
        try {
            time.sleep(PAUSE);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private JournalException unavailable(JedisException e) {
        server.isRefusal(e);
        return new JournalException(
                Code.UNAVAILABLE,
                server.refusal(e)
                        .orElse("The Redis of the journal of runs cannot be reached; check its address and try again"
                                + " later"),
                e);
    }

    @Override
    public void close() {
        server.close();
    }
}
