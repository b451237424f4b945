package dev.sluice.redis;

import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.function.Function;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisURIHelper;

/** The one Redis server: opens connections of one's own, and lends some for brief questions. For any thread. */
final class RedisServer implements AutoCloseable {
    /** How many connections are lent at a time. */
    static final int LENT = 16;

    private final HostAndPort address;
    private final RedisSettings settings;
    private final RefusalLog refusals;
    private final ConnectionPool pool;

    RedisServer(RedisSettings settings, RefusalLog refusals) {
        this.settings = settings;
        this.refusals = refusals;
        address = JedisURIHelper.getHostAndPort(settings.server());
        var lending = new ConnectionPoolConfig();
        lending.setMaxTotal(LENT);
        lending.setMaxIdle(LENT);
        lending.setMinIdle(0);
        // Without it, many threads that find a pool empty wait in it for half a minute and longer.
        lending.setMaxWait(settings.timeout());
        lending.setJmxEnabled(false);
        pool = new ConnectionPool(address, config(0), lending);
    }

    /**
     * Opens a connection.
     *
     * @param blocking how long a command on it may wait by itself, in milliseconds, before the time limit begins
     */
    Connection open(int blocking) {
        var connection = new Connection(address, config(blocking));
        try {
            connection.connect();
            return connection;
        } catch (JedisException e) {
            close(connection);
            throw e;
        }
    }

    /**
     * Asks something on a lent connection. A connection that has died while nobody used it is replaced once.
     *
     * @throws RelayException {@code UNAVAILABLE}
     */
    <T> T ask(Function<Connection, T> question) {
        try {
            try {
                return askOnce(question);
            } catch (JedisConnectionException e) {
                if (isTimeout(e)) {
                    throw e;
                }
                pool.clear();
                return askOnce(question);
            }
        } catch (JedisException e) {
            var what = isRefusal(e) ? "does not do what it is asked" : "cannot be reached";
            throw new RelayException(Code.UNAVAILABLE, "The storage of the streams " + what + "; try again later.", e);
        }
    }

    /** Whether Redis was there and said no, which is logged then, now and again. */
    boolean isRefusal(Throwable failure) {
        return refusals.note(failure);
    }

    private <T> T askOnce(Function<Connection, T> question) {
        try (Connection lent = pool.getResource()) {
            return question.apply(lent);
        }
    }

    /** The answers to so many commands that were sent, none of which may be an error. */
    static List<Object> answers(Connection connection, int commands) {
        var answers = connection.getMany(commands);
        for (Object answer : answers) {
            if (answer instanceof JedisDataException refused) {
                throw refused;
            }
        }
        return answers;
    }

    /** Ends a connection in each state of its thread. */
    static void close(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (java.io.IOException | JedisException gone) {
            // it was to go
        }
    }

    private static boolean isTimeout(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private JedisClientConfig config(int blocking) {
        var uri = settings.server();
        int timeout = Math.toIntExact(settings.timeout().toMillis());
        var config = DefaultJedisClientConfig.builder()
                .resp2() // the same shapes of answers from every server
                .clientName("sluice")
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .user(JedisURIHelper.getUser(uri))
                .password(JedisURIHelper.getPassword(uri))
                .database(JedisURIHelper.getDBIndex(uri))
                .connectionTimeoutMillis(timeout)
                .socketTimeoutMillis(timeout + blocking);
        if (JedisURIHelper.isRedisSSLScheme(uri)) {
            config.sslOptions(SslOptions.defaults()); // which check the certificate and the name
        }
        return config.build();
    }

    @Override
    public void close() {
        pool.close();
    }
}
