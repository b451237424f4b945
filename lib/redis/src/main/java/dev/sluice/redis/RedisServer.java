package dev.sluice.redis;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** The one Redis server, or the primary that Sentinels name: opens connections of one's own, and lends some for brief questions. For any thread. */
final class RedisServer implements AutoCloseable {
    private static final List<String> REPLICA = List.of("READONLY", "MASTERDOWN");
    private static final List<String> PASSING =
            List.of("LOADING", "BUSY", "TRYAGAIN", "NOREPLICAS", "max number of clients reached");

    /** How many connections are lent at a time. */
    static final int LENT = 16;

    private final RedisAddress address;
    private final Optional<PrimaryFinder> primary;
    private final int timeout;
    private final RefusalLog refusals;
    private final ConnectionPool pool;

    RedisServer(RedisAddress address, Duration timeout, RefusalLog refusals) {
        this.address = address;
        primary = address.primary.map(name -> new PrimaryFinder(address.hosts, name));
        this.timeout = Math.toIntExact(timeout.toMillis());
        this.refusals = refusals;
        var lending = new ConnectionPoolConfig();
        lending.setMaxTotal(LENT);
        lending.setMaxIdle(LENT);
        lending.setMinIdle(0);
        // Without it, many threads that find a pool empty wait in it for half a minute and longer.
        lending.setMaxWait(timeout);
        lending.setJmxEnabled(false);
        pool = new ConnectionPool(new Lending(), lending);
    }

    /** Makes the connections that are lent. */
    private final class Lending extends BasePooledObjectFactory<Connection> {
        @Override
        public Connection create() {
            return open(0);
        }

        @Override
        public PooledObject<Connection> wrap(Connection connection) {
            return new DefaultPooledObject<>(connection);
        }

        @Override
        public boolean validateObject(PooledObject<Connection> lent) {
            return lent.getObject().isConnected();
        }

        @Override
        public void destroyObject(PooledObject<Connection> lent) {
            RedisServer.close(lent.getObject());
        }
    }

    /**
     * Opens a connection to the primary.
     *
     * @param blocking how long a command on it may wait by itself, in milliseconds, before the time limit begins
     */
    Connection open(int blocking) {
        return open(timeout, blocking);
    }

    /** As {@link #open(int)}, with a time limit of its own in milliseconds. */
    Connection open(int limit, int blocking) {
        HostAndPort server = primary.isPresent() ? primary.get().find(sentinel(limit)) : address.hosts.getFirst();
        var connection = new Connection(server, config(limit, blocking));
        try {
            connection.connect();
            check(connection);
            return connection;
        } catch (JedisException e) {
            close(connection);
            throw e;
        }
    }

    /** Asks what kind of a server it is. One that does not say will refuse what it cannot do. */
    private static void check(Connection connection) {
        List<Object> hello;
        try {
            connection.sendCommand(Command.HELLO);
            hello = connection.getObjectMultiBulkReply();
        } catch (JedisDataException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith("NOPERM") || message.contains("unknown command")) {
                return;
            }
            throw e;
        }
        WrongServerException.of(hello).ifPresent(wrong -> {
            throw wrong;
        });
    }

    /**
     * Asks something on a lent connection. A connection that has died while nobody used it is replaced once.
     *
     * @throws RelayException {@code UNAVAILABLE}
     */
    <T> T ask(Function<Connection, T> question) {
        try {
            return call(question);
        } catch (JedisException e) {
            var what = isRefusal(e) ? "does not do what it is asked" : "cannot be reached";
            throw new RelayException(
                    Code.UNAVAILABLE,
                    e instanceof WrongServerException
                            ? e.getMessage() + "."
                            : "The storage of the streams " + what + "; try again later.",
                    e);
        }
    }

    /** How long Redis may take for an answer. */
    Duration timeout() {
        return Duration.ofMillis(timeout);
    }

    /** As {@link #ask}, but throws what came. */
    <T> T call(Function<Connection, T> question) {
        try {
            return askOnce(question);
        } catch (JedisConnectionException e) {
            if (isTimeout(e)) {
                throw e;
            }
            pool.clear();
            return askOnce(question);
        } catch (JedisDataException e) {
            if (primary.isEmpty() || !isReplica(e)) {
                throw e;
            }
            return askOnce(question); // on a connection to the primary of now
        }
    }

    private static boolean isReplica(JedisDataException refusal) {
        return contains(refusal, REPLICA);
    }

    /** Whether Redis refuses a command only for now: it starts, is busy, waits for a replica, or is being replaced. */
    static boolean isPassing(JedisDataException refusal) {
        return isReplica(refusal) || contains(refusal, PASSING);
    }

    private static boolean contains(JedisDataException refusal, List<String> words) {
        return words.stream().anyMatch(String.valueOf(refusal.getMessage())::contains);
    }

    /**
     * Closes a connection after this time, unless the caller cancels that. A read has a time limit of its own; a write to a Redis that
     * reads nothing has none, nor have many reads of a byte each.
     */
    static TimeSource.Scheduled closeAfter(Duration limit, Connection connection, TimeSource time) {
        return time.schedule(limit, () -> Thread.startVirtualThread(() -> close(connection)));
    }

    /** What Redis said no with, and what to do about it; empty if it did not say no. */
    Optional<String> refusal(Throwable failure) {
        return refusals.sentence(failure);
    }

    /** Whether Redis was there and said no, which is logged then, now and again. */
    boolean isRefusal(Throwable failure) {
        return refusals.note(failure);
    }

    private <T> T askOnce(Function<Connection, T> question) {
        try (Connection lent = pool.getResource()) {
            try {
                return question.apply(lent);
            } catch (JedisDataException e) {
                if (isReplica(e)) { // it was the primary
                    lent.setBroken();
                    pool.clear();
                }
                throw e;
            }
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

    private JedisClientConfig config(int limit, int blocking) {
        return config(limit)
                .socketTimeoutMillis(limit + blocking)
                .user(address.user)
                .password(address.password)
                .database(address.database)
                .build();
    }

    private JedisClientConfig sentinel(int limit) {
        return config(limit).socketTimeoutMillis(limit).build();
    }

    private DefaultJedisClientConfig.Builder config(int limit) {
        var config = DefaultJedisClientConfig.builder()
                .resp2() // the same shapes of answers from every server
                .clientName("sluice")
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .connectionTimeoutMillis(limit);
        if (address.tls) {
            config.sslOptions(SslOptions.defaults()); // which check the certificate and the name
        }
        return config;
    }

    @Override
    public void close() {
        pool.close();
    }
}
