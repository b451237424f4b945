package dev.sluice.redis;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.util.JedisURIHelper;

/** Where Redis is, and as whom to log in: one server, or the Sentinels that know the primary. It has no text form, because it has a password. */
final class RedisAddress {
    private static final int SENTINEL_PORT = 26_379;
    private static final Pattern SENTINELS = Pattern.compile("(?:(?<login>.*)@)?(?<hosts>[^@]+)");

    final boolean tls;
    final @Nullable String user;
    final @Nullable String password;
    final int database;

    /** The server; or the Sentinels, if the primary has a name. */
    final List<HostAndPort> hosts;

    /** The name that the Sentinels know the primary by. */
    final Optional<String> primary;

    private RedisAddress(
            boolean tls,
            @Nullable String user,
            @Nullable String password,
            int database,
            List<HostAndPort> hosts,
            Optional<String> primary) {
        this.tls = tls;
        this.user = user;
        this.password = password;
        this.database = database;
        this.hosts = hosts;
        this.primary = primary;
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if it is none; the message does not show it, because it may hold a password
     */
    static RedisAddress of(URI server) {
        String scheme = String.valueOf(server.getScheme());
        if (scheme.equals("redis-sentinel") || scheme.equals("rediss-sentinel")) {
            return sentinels(server, scheme.startsWith("rediss"));
        }
        boolean tls = JedisURIHelper.isRedisSSLScheme(server);
        if (!JedisURIHelper.isValid(server) || !(tls || JedisURIHelper.isRedisScheme(server))) {
            throw new IllegalArgumentException("server: must be redis://host:port, rediss://host:port or"
                    + " redis-sentinel://host:port,host:port#primary");
        }
        return new RedisAddress(
                tls,
                JedisURIHelper.getUser(server),
                JedisURIHelper.getPassword(server),
                JedisURIHelper.getDBIndex(server),
                List.of(JedisURIHelper.getHostAndPort(server)),
                Optional.empty());
    }

    /** Java's URI has no parts for several hosts. */
    private static RedisAddress sentinels(URI server, boolean tls) {
        Matcher parts = SENTINELS.matcher(Objects.requireNonNullElse(server.getRawAuthority(), ""));
        String name = server.getFragment();
        if (!parts.matches() || name == null || name.isBlank()) {
            throw new IllegalArgumentException(
                    "server: must be redis-sentinel://user:password@host:port,host:port/database#primary");
        }
        try {
            List<HostAndPort> hosts = Stream.of(parts.group("hosts").split(",", -1))
                    .map(RedisAddress::host)
                    .toList();
            String database = String.valueOf(server.getPath()).replace("/", "");
            // The login of an address with one host means the same.
            URI login = URI.create(
                    "redis://" + (parts.group("login") == null ? "" : parts.group("login") + "@") + "host:1");
            return new RedisAddress(
                    tls,
                    JedisURIHelper.getUser(login),
                    JedisURIHelper.getPassword(login),
                    database.isEmpty() ? 0 : Integer.parseInt(database),
                    hosts,
                    Optional.of(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "server: must be redis-sentinel://user:password@host:port,host:port/database#primary"); // without
            // what may
            // hold a
            // password
        }
    }

    private static HostAndPort host(String text) {
        String host = text.contains(":") ? text : text + ":" + SENTINEL_PORT;
        HostAndPort parsed = HostAndPort.from(host);
        if (parsed.getHost().isBlank()) {
            throw new IllegalArgumentException("a host is missing");
        }
        return parsed;
    }
}
