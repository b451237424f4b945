package dev.sluice.redis;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** Asks the Sentinels, one after another, where the primary is now. Safe for any thread. */
final class PrimaryFinder {
    private final List<HostAndPort> sentinels;
    private final String primary;

    /** Who answered last, and is asked first: one that is away would take a time limit each time. */
    private volatile int first;

    PrimaryFinder(List<HostAndPort> sentinels, String primary) {
        this.sentinels = sentinels;
        this.primary = primary;
    }

    /**
     * Asks.
     *
     * @throws JedisException if none knows
     */
    HostAndPort find(JedisClientConfig config) {
        int from = first;
        @Nullable JedisException failure = null;
        for (int i = 0; i < sentinels.size(); i++) {
            int next = (from + i) % sentinels.size();
            try {
                List<String> found = ask(sentinels.get(next), config);
                first = next;
                return new HostAndPort(found.getFirst(), Integer.parseInt(found.get(1)));
            } catch (JedisException e) {
                failure = e;
            }
        }
        throw Objects.requireNonNull(failure, "an address has Sentinels");
    }

    private List<String> ask(HostAndPort sentinel, JedisClientConfig config) {
        var connection = new Connection(sentinel, config);
        try {
            connection.connect();
            connection.sendCommand(Command.SENTINEL, "GET-MASTER-ADDR-BY-NAME", primary);
            List<String> found = connection.getMultiBulkReply();
            if ((@Nullable Object) found == null) {
                throw new JedisConnectionException(
                        "The Sentinel knows no primary with the name in the address of Redis");
            }
            return found;
        } finally {
            RedisServer.close(connection);
        }
    }
}
