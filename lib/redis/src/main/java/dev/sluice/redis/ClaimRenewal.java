package dev.sluice.redis;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;

/**
 * One connection and one virtual thread that renew the leases of all claims of a journal, with one command. A claim that could not be
 * renewed is lost a little before Redis may give its run to another one, even while the thread waits for Redis.
 */
final class ClaimRenewal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClaimRenewal.class);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final int MOST = 1_000;

    private final JournalServer server;
    private final JournalSettings settings;
    private final RunKeys keys;
    private final TimeSource time;
    private final Set<RedisClaim> claims = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;
    private volatile TimeSource.Scheduled check;
    private @Nullable Connection connection; // the thread's own
    private boolean reachable = true; // the thread's own

    ClaimRenewal(JournalServer server, JournalSettings settings, RunKeys keys, TimeSource time) {
        this.server = server;
        this.settings = settings;
        this.keys = keys;
        this.time = time;
        check = time.schedule(settings.check(), this::check);
        thread = Thread.ofVirtual().name("sluice-redis-claims").start(this::run);
    }

    void add(RedisClaim claim) {
        claims.add(claim);
    }

    void remove(RedisClaim claim) {
        claims.remove(claim);
    }

    List<RedisClaim> all() {
        return List.copyOf(claims);
    }

    /** The timer's: it must not block, and what is told of a loss is not ours. */
    private void check() {
        try {
            long now = time.nanos();
            long margin = settings.margin().toNanos();
            for (RedisClaim claim : claims) {
                if (claim.isAlmostOver(now, margin)) {
                    Thread.ofVirtual().name("sluice-redis-claim-lost").start(() -> loseIfOver(claim));
                }
            }
        } finally { // also if no thread could be started
            if (!closed) {
                check = time.schedule(settings.check(), this::check);
            }
        }
    }

    /** Loses a claim that was not renewed meanwhile. */
    private void loseIfOver(RedisClaim claim) {
        if (claim.isAlmostOver(time.nanos(), settings.margin().toNanos())) {
            lose(claim, "Redis could not be reached in time");
        }
    }

    private void lose(RedisClaim claim, String why) {
        if (claims.contains(claim) && claim.lose()) {
            log.warn("The run {} can go on on another machine, because its claim was lost: {}", claim.runId(), why);
        }
    }

    private void run() {
        try {
            while (!closed) {
                time.sleep(renewed() ? settings.renewal() : RETRY);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private boolean renewed() {
        List<RedisClaim> held = all();
        try {
            for (int from = 0; from < held.size(); from += MOST) {
                renew(held.subList(from, Math.min(from + MOST, held.size())));
            }
            if (!reachable && !held.isEmpty()) {
                reachable = true;
                log.info("The Redis of the journal answers again");
            }
            return true;
        } catch (Throwable e) { // any failure: this thread must continue, or all claims are lost
            disconnect();
            if (!server.isRefusal(e) && reachable && !closed) {
                log.warn(
                        "The Redis of the journal cannot be reached; runs are lost if that lasts for longer than their"
                                + " lease",
                        e);
            }
            reachable = false;
            return false;
        }
    }

    private void renew(List<RedisClaim> held) {
        var arguments = new ArrayList<byte[]>(held.size() * 2 + 3);
        arguments.add(keys.prefix);
        arguments.add(Keys.bytes(settings.lease().toMillis()));
        arguments.add(Keys.bytes(settings.life().toMillis()));
        for (RedisClaim claim : held) {
            arguments.add(Keys.bytes(claim.runId()));
            arguments.add(claim.token);
        }
        Connection open = connect();
        long sent = time.nanos();
        List<Object> answers = StoredEntry.list(JournalScripts.RENEW.run(open, List.of(keys.open), arguments));
        for (int i = 0; i < held.size(); i++) {
            if (answers.get(i).equals(1L)) {
                held.get(i).heldUntil(sent + settings.lease().toNanos());
            } else if (claims.contains(held.get(i))) { // else it was given up, or its run parked, meanwhile
                RedisClaim claim = held.get(i);
                Thread.ofVirtual()
                        .name("sluice-redis-claim-lost")
                        .start(() -> lose(claim, "another machine has it, or Redis has lost it"));
            }
        }
    }

    /** A lost answer must leave time for another attempt. */
    private Connection connect() {
        Connection open = connection;
        if (open == null) {
            Duration limit =
                    settings.timeout().compareTo(settings.renewal()) < 0 ? settings.timeout() : settings.renewal();
            open = server.open(limit);
            connection = open;
        }
        return open;
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            RedisServer.close(open);
        }
    }

    /** Renews nothing more, and waits for that, but not long. */
    @Override
    public void close() {
        closed = true;
        check.cancel();
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(CLOSING);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
