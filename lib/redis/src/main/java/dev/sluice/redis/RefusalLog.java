package dev.sluice.redis;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** Logs why Redis refuses commands and what to do about it, each reason once a minute at most. Safe for use by any thread. */
final class RefusalLog {
    private static final long EVERY = Duration.ofMinutes(1).toNanos();
    private static final String CLUSTER = "This is a node of Redis Cluster, which Sluice does not support;"
            + " give the address of a Redis server that runs without cluster-enabled.";
    private static final String RIGHTS = "Give the user in the address the rights that docs/redis.md names.";
    private static final String LOGIN = "Check the user and the password in the address of Redis.";

    /** A word in the message of an error, and what to do about it. */
    private record Advice(String word, String text) {}

    private static final List<Advice> ADVICE = List.of(
            new Advice(WrongServerException.START, "docs/redis.md names what Sluice needs."),
            new Advice("NOPERM", RIGHTS),
            new Advice("user executing the script can't", RIGHTS), // what Redis makes of NOPERM in a script
            new Advice("WRONGPASS", LOGIN),
            new Advice("NOAUTH", LOGIN),
            new Advice("without any password configured", LOGIN),
            new Advice("MOVED", CLUSTER),
            new Advice("CROSSSLOT", CLUSTER),
            new Advice("CLUSTERDOWN", CLUSTER),
            new Advice("READONLY", "This is a replica; give the address of its primary."),
            new Advice("OOM", "Raise maxmemory of Redis, or set a shorter retention."),
            new Advice("", "Redis says what it wants; docs/redis.md names what Sluice needs."));

    private final TimeSource time;
    private final Consumer<String> log;
    private final Map<Advice, Long> logged = new ConcurrentHashMap<>();

    RefusalLog(TimeSource time, Consumer<String> log) {
        this.time = time;
        this.log = log;
    }

    /**
     * Logs a failure if it is a refusal, unless one of its kind was logged in the last minute.
     *
     * @return whether it is a refusal: Redis was there and said no
     */
    boolean note(Throwable failure) {
        var message = refusal(failure);
        if (message == null) {
            return false;
        }
        var advice = advice(message);
        if (isDue(advice)) {
            log.accept(sentence(message, advice));
        }
        return true;
    }

    /** What Redis said, and what to do about it; empty if the failure is no refusal. */
    Optional<String> sentence(Throwable failure) {
        var message = refusal(failure);
        return message == null ? Optional.empty() : Optional.of(sentence(message, advice(message)));
    }

    private static String sentence(String message, Advice advice) {
        return "Redis refuses what Sluice needs: " + message + ". " + advice.text();
    }

    private static Advice advice(String message) {
        return ADVICE.stream()
                .filter(each -> message.contains(each.word()))
                .findFirst()
                .orElseThrow();
    }

    private boolean isDue(Advice advice) {
        long now = time.nanos();
        var before = logged.putIfAbsent(advice, now);
        return before == null || (now - before >= EVERY && logged.replace(advice, before, now));
    }

    private static @Nullable String refusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JedisDataException) {
                return String.valueOf(cause.getMessage());
            }
        }
        return null;
    }
}
