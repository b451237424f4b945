package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.TimeSource;
import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal.JournalException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Redis is there and says no: the log says why, and what to do, but not for each request. */
final class RefusalTest {
    private final List<String> logged = new CopyOnWriteArrayList<>();

    private RedisServer server(String address) {
        return new RedisServer(
                RedisAddress.of(URI.create(address)),
                Duration.ofSeconds(1),
                new RefusalLog(TimeSource.system(), logged::add));
    }

    private static RedisSettings settings(String address) {
        var second = Duration.ofSeconds(1);
        return new RedisSettings(
                RedisAddress.of(URI.create(address)),
                "sluice:",
                second,
                100,
                second,
                second.dividedBy(3),
                second,
                1 << 20,
                false,
                1 << 20,
                second,
                second);
    }

    private RemoteStreams streams(RedisServer server) {
        return new RemoteStreams(
                server, new Keys("sluice:"), new KnownStreams(), settings("redis://127.0.0.1:1"), TimeSource.system());
    }

    private void isRefusedAndLoggedOnce(String address, String reason, String advice) {
        try (var server = server(address)) {
            var streams = streams(server);
            for (int i = 0; i < 3; i++) {
                var claim = new Lease("a" + i, "token", new Keys("sluice:"));
                refuses(Code.UNAVAILABLE, () -> streams.create(claim, OWNER, "node"));
            }
            assertThat(logged).hasSize(1);
            assertThat(logged.getFirst()).contains(reason, advice);
        }
    }

    @Test
    void rightsThatAreMissingAreNamed() {
        var users = "--user noscripts on >word ~sluice:* +@connection +@stream --user nohash on >word ~sluice:*"
                + " +@connection +@scripting +exists --user nokeys on >word ~other:* +@all";
        try (var redis = RedisProcess.start(users.split(" "))) {
            for (String user : List.of("noscripts", "nohash", "nokeys")) {
                logged.clear();
                isRefusedAndLoggedOnce(
                        "redis://" + user + ":word@127.0.0.1:" + redis.port,
                        user.equals("nohash") ? "" : "NOPERM",
                        "rights that docs/redis.md names");
            }
            logged.clear();
            isRefusedAndLoggedOnce(
                    "redis://noscripts:wrong@127.0.0.1:" + redis.port, "WRONGPASS", "Check the user and the password");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MOVED 5798 127.0.0.1:7001",
                "CROSSSLOT Keys in request don't hash to the same slot",
                "CLUSTERDOWN Hash slot not served"
            })
    void aNodeOfAClusterIsNamedAsSuch(String error) throws Exception {
        try (var redis = new RefusingRedis(error)) {
            isRefusedAndLoggedOnce("redis://127.0.0.1:" + redis.port(), error, "node of Redis Cluster");
        }
    }

    @Test
    void aServerOfTheWrongKindIsRefusedAtTheFirstConnection() {
        try (var cluster = RedisProcess.start("--cluster-enabled", "yes");
                var primary = RedisProcess.start();
                var replica = RedisProcess.start("--replicaof", "127.0.0.1 " + primary.port);
                var sentinel = RedisProcess.sentinel("mine", primary.port)) {
            for (var wrong : Map.of(
                            cluster,
                            "Redis Cluster, which Sluice does not support",
                            replica,
                            "a replica",
                            sentinel,
                            "a Sentinel")
                    .entrySet()) {
                var address = URI.create("redis://127.0.0.1:" + wrong.getKey().port);
                logged.clear();
                isRefusedAndLoggedOnce(address.toString(), wrong.getValue(), "docs/redis.md");
                try (var log = RedisResumeLog.builder(address).build();
                        var journal = RedisRunJournal.builder(address)
                                .timeout(Duration.ofMillis(200))
                                .build()) {
                    assertThatThrownBy(() -> log.createDurable("a", OWNER, reason -> {}))
                            .isInstanceOf(RelayException.class)
                            .hasMessageContaining(wrong.getValue());
                    assertThatThrownBy(() -> journal.claim("a"))
                            .isInstanceOf(JournalException.class)
                            .hasMessageContaining(wrong.getValue());
                }
            }
        }
    }

    @Test
    void writersAndReadersThatAreRefusedSaySo() {
        var user = "--user app on >word ~sluice:* +@connection +script +exists";
        try (var redis = RedisProcess.start(user.split(" "));
                var server = server("redis://app:word@127.0.0.1:" + redis.port);
                var local = MemoryResumeLog.builder().build();
                var committer = new PipelineWriter(server, settings("redis://127.0.0.1:1"), TimeSource.system())) {
            var claim = new Lease("a", "token", new Keys("sluice:"));
            var writer = new RedisWriter(
                    claim,
                    settings("redis://127.0.0.1:1"),
                    local.create("a", OWNER, reason -> {}),
                    committer,
                    () -> {});
            committer.hold(writer);
            append(writer, 1);
            await().until(() -> !writer.isResumable());
            assertThat(logged).hasSize(1).allMatch(line -> line.contains("NOPERM") && line.contains("evalsha"));
        }
    }

    @Test
    void eachReasonIsLoggedOnceAMinute() {
        var clock = new Clock();
        var log = new RefusalLog(clock, logged::add);
        var moved = new JedisException("wrapped", new JedisDataException("MOVED 1 127.0.0.1:7001"));
        var full = new JedisDataException("OOM command not allowed when used memory > 'maxmemory'.");
        var other = new JedisDataException("ERR something else");
        for (int seconds = 0; seconds < 125; seconds++) {
            clock.nanos = Duration.ofSeconds(seconds).toNanos();
            assertThat(log.note(moved)).isTrue();
            assertThat(log.note(full)).isTrue();
            assertThat(log.note(other)).isTrue();
            assertThat(log.note(new JedisException("no connection"))).isFalse();
        }
        assertThat(logged).hasSize(9);
        assertThat(logged.subList(0, 3))
                .satisfiesExactly(
                        line -> assertThat(line).contains("MOVED", "Redis Cluster"),
                        line -> assertThat(line).contains("OOM", "maxmemory"),
                        line -> assertThat(line).contains("something else", "docs/redis.md"));
    }

    private static final class Clock implements TimeSource {
        volatile long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }
    }
}
