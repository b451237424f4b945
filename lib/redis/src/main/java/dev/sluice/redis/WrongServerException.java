package dev.sluice.redis;

import java.util.List;
import java.util.Optional;
import redis.clients.jedis.exceptions.JedisDataException;

/** The server is none that Sluice can use. The message says which one is. */
final class WrongServerException extends JedisDataException {
    private static final long serialVersionUID = 1;

    /** What all messages begin with. */
    static final String START = "The address of Redis is that of ";

    private WrongServerException(String message) {
        super(START + message);
    }

    /** What is wrong with a server, by its answer to {@code HELLO}: names and values in turn. */
    static Optional<WrongServerException> of(List<Object> hello) {
        String mode = value(hello, "mode");
        if (mode.equals("cluster")) {
            return Optional.of(new WrongServerException("a node of Redis Cluster, which Sluice does not support;"
                    + " give that of a Redis server that runs without cluster-enabled"));
        }
        if (mode.equals("sentinel")) {
            return Optional.of(new WrongServerException(
                    "a Sentinel; give redis-sentinel://host:port#primary with the name of the primary"));
        }
        String role = value(hello, "role");
        return role.equals("replica") || role.equals("slave")
                ? Optional.of(
                        new WrongServerException("a replica (READONLY); give that of its primary, or of the Sentinels"))
                : Optional.empty();
    }

    private static String value(List<Object> hello, String name) {
        for (int i = 0; i + 1 < hello.size(); i += 2) {
            if (hello.get(i) instanceof byte[] key
                    && StoredEntry.text(key).equals(name)
                    && hello.get(i + 1) instanceof byte[] value) {
                return StoredEntry.text(value);
            }
        }
        return "";
    }
}
