package dev.sluice.redis;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.JournalInput;
import dev.sluice.tools.RunJournal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what runs have done in Redis, so that every machine of a fleet can go on with the runs of one that dies. Safe for use by any
 * thread.
 *
 * <p>A claim holds its run for the length of a lease, which is renewed three times in its length. If Redis cannot be reached for that
 * long, or this machine stands still, the claim is lost, and another machine may go on. What Redis has confirmed outlives this machine;
 * whether it outlives Redis depends on Redis' persistence. {@code docs/redis.md} says what is lost with which setting, and has the
 * layout of the keys.
 *
 * <p>Threads: a virtual one, with a connection of its own. All methods block for a few times the timeout at most.
 */
public final class RedisRunJournal implements RunJournal {
    private static final Logger log = LoggerFactory.getLogger(RedisRunJournal.class);
    private static final int MARK = Tokens.LENGTH;

    private final JournalSettings settings;
    private final RunKeys keys;
    private final TimeSource time;
    private final JournalServer server;
    private final ClaimRenewal renewal;
    private volatile boolean closed;

    private RedisRunJournal(RedisAddress address, JournalSettings settings, TimeSource time) {
        this.settings = settings;
        this.time = time;
        keys = new RunKeys(settings.prefix());
        server = new JournalServer(new RedisServer(address, settings.timeout(), new RefusalLog(time, log::warn)), time);
        renewal = new ClaimRenewal(server, settings, keys, time);
    }

    /**
     * A journal on the Redis server of this URI, with nothing else set.
     *
     * @param server as {@link RedisResumeLog#builder(URI)} takes it
     */
    public static Builder builder(URI server) {
        return new Builder(server);
    }

    @Override
    public Claim claim(String runId) {
        JournalInput.runId(runId);
        checkOpen();
        byte[] token = Keys.bytes(Tokens.next());
        List<byte[]> arguments = List.of(token, lease(), life(), Keys.bytes(runId));
        return hold(token, connection -> JournalScripts.CLAIM.run(connection, keys.all(runId), arguments))
                .orElseThrow(() -> new JournalException(
                        JournalException.Code.HELD, "Somebody else holds the run '" + runId + "'"));
    }

    @Override
    public Optional<Claim> claimAbandoned() {
        checkOpen();
        byte[] token = Keys.bytes(Tokens.next());
        List<byte[]> arguments = List.of(token, lease(), life(), keys.prefix);
        return hold(token, connection -> JournalScripts.CLAIM_ABANDONED.run(connection, List.of(keys.open), arguments));
    }

    private interface Question {
        @Nullable
        Object ask(redis.clients.jedis.Connection connection);
    }

    /** Reads what a script answers that gives a claim. */
    private Optional<Claim> hold(byte[] token, Question question) {
        var asked = new long[1];
        Object answer = server.<@Nullable Object>call(time.nanos(), connection -> {
            asked[0] = time.nanos();
            return question.ask(connection);
        });
        if (!(answer instanceof List)) {
            return Optional.empty();
        }
        List<Object> run = StoredEntry.list(answer);
        var claim = new RedisClaim(
                this,
                StoredEntry.text(run.getFirst()),
                token,
                StoredEntry.list(run.get(2)).stream().map(StoredEntry::text).toList(),
                Integer.parseInt(StoredEntry.text(run.get(1))),
                asked[0] + settings.lease().toNanos());
        keep(claim);
        checkOpen();
        return Optional.of(claim);
    }

    /** Renews the claim from now on; gives it up if the journal was closed meanwhile. */
    void keep(RedisClaim claim) {
        renewal.add(claim);
        if (closed && claim.lose()) { // since it was looked at
            release(List.of(claim), false);
        }
    }

    @Override
    public boolean answer(String runId, String callKey, String answer) {
        Objects.requireNonNull(callKey, "callKey");
        JournalInput.answer(answer);
        checkOpen();
        if (!JournalInput.isWellFormed(runId)) {
            throw unknown(runId);
        }
        List<byte[]> arguments = List.of(
                Keys.bytes(runId),
                Keys.bytes(callKey),
                Keys.bytes(Tokens.next() + answer), // by the mark an attempt whose answer was lost knows its own
                Keys.bytes(settings.maxBytes()));
        int result = server.call(
                time.nanos(),
                connection -> number(JournalScripts.ANSWER.run(
                        connection,
                        List.of(keys.open, keys.run(runId), keys.answers(runId), keys.waits(runId)),
                        arguments)));
        return switch (result) {
            case -1 -> throw unknown(runId);
            case -2 -> throw full(runId);
            default -> result == 1;
        };
    }

    @Override
    public Optional<String> firstRecord(String runId) {
        checkOpen();
        if (!JournalInput.isWellFormed(runId)) { // it would be read as another name
            return Optional.empty();
        }
        Object first = server.<@Nullable Object>call(
                time.nanos(),
                connection ->
                        JournalScripts.FIRST.run(connection, List.of(keys.run(runId), keys.records(runId)), List.of()));
        return first instanceof byte[] record ? Optional.of(StoredEntry.text(record)) : Optional.empty();
    }

    private static JournalException unknown(String runId) {
        return new JournalException(
                JournalException.Code.UNKNOWN, "There is no run '" + runId + "' that waits for answers");
    }

    /** An answer as it was given. */
    static String unmarked(String answer) {
        return answer.substring(MARK);
    }

    /** An answer of a script that is a number. */
    static int number(@Nullable Object answer) {
        return Math.toIntExact((Long) Objects.requireNonNull(answer));
    }

    /** The run has too much. */
    JournalException full(String runId) {
        return new JournalException(
                JournalException.Code.FULL,
                "The run '" + runId + "' has more than " + settings.maxBytes()
                        + " bytes of records and answers; raise maxBytes of the journal");
    }

    private void checkOpen() {
        if (closed) {
            throw new JournalException(JournalException.Code.UNAVAILABLE, "The journal is closed");
        }
    }

    private byte[] lease() {
        return Keys.bytes(settings.lease().toMillis());
    }

    /** How long the keys of a run live that nobody renews. */
    byte[] life() {
        return Keys.bytes(settings.life().toMillis());
    }

    JournalSettings settings() {
        return settings;
    }

    RunKeys keys() {
        return keys;
    }

    JournalServer server() {
        return server;
    }

    TimeSource time() {
        return time;
    }

    /** The claim is not held any more. */
    void forget(RedisClaim claim) {
        renewal.remove(claim);
    }

    /**
     * Makes these runs free for other claims at once. If Redis cannot be reached, they are free when their leases are over.
     *
     * @param lost whether that counts as a loss of each run
     */
    void release(Collection<RedisClaim> claims, boolean lost) {
        var arguments = new ArrayList<byte[]>(claims.size() * 2 + 2);
        arguments.add(keys.prefix);
        arguments.add(Keys.bytes(lost ? 1 : 0));
        claims.forEach(claim -> {
            arguments.add(Keys.bytes(claim.runId()));
            arguments.add(claim.token);
        });
        try {
            server.call(
                    time.nanos(),
                    connection -> number(JournalScripts.RELEASE.run(connection, List.of(keys.open), arguments)));
        } catch (JournalException e) {
            log.info("Runs could not be given up; others have them when their lease is over: {}", e.getMessage());
        }
    }

    /** Loses all claims, and lets others have their runs at once. Waits for a few times the timeout at most. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        renewal.close();
        List<RedisClaim> lost = renewal.all().stream().filter(RedisClaim::lose).toList();
        if (!lost.isEmpty()) {
            release(lost, false);
        }
        server.close();
    }

    /** Collects the settings of a {@link RedisRunJournal}. Not for use by several threads. */
    public static final class Builder {
        private final RedisAddress server;
        private String prefix = "sluice:";
        private Duration lease = Duration.ofSeconds(3);
        private Duration timeout = Duration.ofSeconds(2);
        private Duration retention = Duration.ofHours(1);
        private Duration parkedFor = Duration.ofDays(30);
        private long maxBytes = 64 << 20;
        private TimeSource time = TimeSource.system();

        private Builder(URI server) {
            this.server = RedisAddress.of(server);
        }

        /** The prefix of all keys; {@code sluice:} if nothing is set. The same on all machines of a fleet. */
        public Builder prefix(String prefix) {
            this.prefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * After how long without a sign of its holder another machine may have a run; 3 s if nothing is set. The same on all machines of
         * a fleet. Longer than the pauses of the machines, and than a failover of Redis if runs are to outlast one.
         */
        public Builder lease(Duration lease) {
            this.lease = RedisSettings.positive("lease", lease);
            return this;
        }

        /** How long Redis may take to connect or to answer; 2 s if nothing is set. */
        public Builder timeout(Duration limit) {
            timeout = RedisSettings.positive("limit", limit);
            return this;
        }

        /** How long the records of a run are kept after its end; an hour if nothing is set. */
        public Builder retention(Duration afterEnd) {
            retention = RedisSettings.positive("afterEnd", afterEnd);
            return this;
        }

        /** How long a run is kept that nobody holds, such as one that waits for an answer; 30 days if nothing is set. */
        public Builder parkedFor(Duration limit) {
            parkedFor = RedisSettings.positive("limit", limit);
            return this;
        }

        /** How many bytes of records and answers a run may have; 64 MiB if nothing is set. A run that has more fails. */
        public Builder maxBytes(long perRun) {
            maxBytes = Checks.atLeast("perRun", perRun, 1);
            return this;
        }

        /** The clock and timer. */
        public Builder time(TimeSource time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The journal. It connects by itself; a Redis that is not there is no error yet. */
        public RedisRunJournal build() {
            return new RedisRunJournal(
                    server, new JournalSettings(prefix, lease, timeout, retention, parkedFor, maxBytes), time);
        }
    }
}
