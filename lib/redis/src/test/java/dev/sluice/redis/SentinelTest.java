package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.ResumeLog.End;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** The primary is the one that the Sentinels name, also when it is another one than before. */
final class SentinelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void runsAndStreamsGoOnAfterAFailover() {
        try (var one = RedisProcess.start("--repl-diskless-sync-delay", "0");
                var two =
                        RedisProcess.start("--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1 " + one.port)) {
            await().atMost(PATIENCE).until(() -> says(two, "replication", "master_link_status:up"));
            try (var sentinel = RedisProcess.sentinel("mine", one.port)) {
                failsOver(one, two, sentinel);
            }
        }
    }

    private static boolean says(RedisProcess server, String section, String line) {
        try (Jedis client = server.client()) {
            return client.info(section).contains(line);
        }
    }

    private static void failsOver(RedisProcess one, RedisProcess two, RedisProcess sentinel) {
        await().atMost(PATIENCE).until(() -> says(sentinel, "sentinel", "slaves=1"));
        var server = URI.create("redis-sentinel://127.0.0.1:1,127.0.0.1:" + sentinel.port + "/0#mine");
        try (var journal = RedisRunJournal.builder(server).lease(PATIENCE).build();
                var log = RedisResumeLog.builder(server).lease(PATIENCE).build();
                var claim = journal.claim("a");
                var writer = log.createDurable("a", OWNER, reason -> {})) {
            claim.append("{\"n\":1}");
            append(writer, 3);
            var watcher = new Watcher();
            log.subscribe("a", OWNER, 0, watcher);
            watcher.has(3);
            try (Jedis replica = two.client();
                    Jedis command = sentinel.client()) {
                await().atMost(PATIENCE).until(() -> replica.xlen("sluice:events:a") == 3);
                await().atMost(PATIENCE) // until it has heard from the replica
                        .ignoreExceptionsMatching(
                                refusal -> String.valueOf(refusal.getMessage()).startsWith("NOGOODSLAVE"))
                        .until(() -> "OK".equals(command.sentinelFailover("mine")));
                await().atMost(PATIENCE)
                        .until(() -> command.sentinelGetMasterAddrByName("mine").contains("" + two.port));
            }
            try (Jedis before = one.client()) {
                before.replicaof("127.0.0.1", two.port); // as the Sentinel soon does; what it takes before that is lost
            }
            claim.append("{\"n\":2}");
            append(writer, 3);
            writer.finish();
            try (Jedis client = two.client()) {
                assertThat(client.lrange("sluice:run-records:a", 0, -1)).isEqualTo(List.of("{\"n\":1}", "{\"n\":2}"));
            }
            one.kill(); // whoever still reads there comes over
            var late = new Watcher();
            log.subscribe("a", OWNER, 0, late);
            assertThat(late.end()).isEqualTo(End.FINISHED);
            late.saw(1, 6);
            claim.end();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis-sentinel://host:1",
                "redis-sentinel://#name",
                "redis-sentinel://:secret@host:1,:2#name",
                "redis-sentinel://user:secret@host:1,host:x/2#name",
                "redis-sentinel://host:1/x#name"
            })
    void anAddressThatIsNoneIsRefusedWithoutShowingIt(String address) {
        assertThatThrownBy(() -> RedisRunJournal.builder(URI.create(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("server:")
                .hasMessageNotContaining("secret")
                .hasNoCause();
    }

    @Test
    void allPartsOfAnAddressAreRead() {
        var address = RedisAddress.of(URI.create("rediss-sentinel://us%65r:pass%20word%2F1@one,two:7/3#mine"));
        assertThat(address.tls).isTrue();
        assertThat(address.user).isEqualTo("user");
        assertThat(address.password).isEqualTo("pass word/1");
        assertThat(address.database).isEqualTo(3);
        assertThat(address.primary).contains("mine");
        assertThat(address.hosts.toString()).contains("one:26379", "two:7");
        var plain = RedisAddress.of(URI.create("redis-sentinel://one#mine"));
        assertThat(plain.tls).isFalse();
        assertThat(plain.password).isNull();
        assertThat(plain.database).isZero();
    }
}
