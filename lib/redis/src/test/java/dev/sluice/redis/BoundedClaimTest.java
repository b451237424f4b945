package dev.sluice.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** Claims on a Redis that stands still, waits for its replicas, or forgets soon. */
@Timeout(120)
final class BoundedClaimTest {
    private static final Duration LEASE = Duration.ofMillis(900);

    private final RedisProcess redis = RedisProcess.start();
    private final Jedis client = redis.client();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(redis, client));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private RedisRunJournal journal(RedisRunJournal.Builder builder) {
        var journal = builder.build();
        open.add(journal);
        return journal;
    }

    private static RedisRunJournal.Builder builder(int port) {
        return RedisRunJournal.builder(URI.create("redis://127.0.0.1:" + port)).lease(LEASE);
    }

    /** More than fits between two sockets, so that the write itself waits. */
    @Test
    void aRecordThatRedisDoesNotReadIsGivenUpInTime() throws Exception {
        Claim claim =
                journal(builder(redis.port).timeout(Duration.ofMillis(200))).claim("a");
        claim.append("{}"); // so that there is a connection
        String record = "{\"t\":\"" + "x".repeat(32 << 20) + "\"}";
        redis.freeze();
        try {
            var writing = new FutureTask<>(() -> {
                claim.append(record);
                return null;
            });
            Thread.ofVirtual().start(writing);
            assertThatThrownBy(() -> writing.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(JournalException.class);
        } finally {
            redis.thaw();
        }
    }

    /** As after a failover, until the other server follows the new primary. */
    @Test
    void aRunWaitsForTheReplicasThatItsWritesNeed() {
        Claim claim = journal(builder(redis.port).lease(Duration.ofSeconds(30))).claim("a");
        var lost = new CountDownLatch(1);
        claim.onLost(lost::countDown);
        client.configSet("min-replicas-to-write", "1");
        Thread.ofVirtual().start(() -> {
            try (Jedis later = redis.client()) {
                await().until(() -> later.info("errorstats").contains("NOREPLICAS"));
                later.configSet("min-replicas-to-write", "0");
            }
        });
        claim.append("{}");
        assertThat(lost.getCount()).isOne();
    }

    @Test
    void theKeysOfAHeldRunOutliveItsLease() {
        Duration lease = Duration.ofSeconds(30);
        journal(builder(redis.port).lease(lease).parkedFor(Duration.ofMillis(500)))
                .claim("a")
                .append("{}");
        assertThat(client.pttl("sluice:run:a")).isGreaterThan(lease.toMillis());
        assertThat(client.pttl("sluice:run-records:a")).isGreaterThan(lease.toMillis());
    }
}
