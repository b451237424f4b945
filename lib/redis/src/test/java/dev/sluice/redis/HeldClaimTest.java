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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;

/** How long a claim is held, and what becomes of its run when it is not. */
@Timeout(60)
final class HeldClaimTest {
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

    private RedisRunJournal.Builder builder(String login, int port) {
        return RedisRunJournal.builder(URI.create("redis://" + login + "127.0.0.1:" + port))
                .lease(LEASE);
    }

    private RedisRunJournal journal(RedisRunJournal.Builder builder) {
        var journal = builder.build();
        open.add(journal);
        return journal;
    }

    private RedisRunJournal journal() {
        return journal(builder("", redis.port));
    }

    private TcpProxy way() {
        var way = new TcpProxy(redis.port);
        open.add(way);
        return way;
    }

    @Test
    void whileTheLeaseIsLongARunWaitsForRedis() throws Exception {
        var journal =
                journal(builder("", redis.port).lease(Duration.ofSeconds(40)).timeout(Duration.ofMillis(200)));
        Claim writes = journal.claim("writes");
        Claim reads = journal.claim("reads");
        Claim ends = journal.claim("ends");
        Claim parks = journal.claim("parks");
        redis.freeze();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = List.of(
                    CompletableFuture.runAsync(() -> writes.append("{}"), threads),
                    CompletableFuture.runAsync(reads::answers, threads),
                    CompletableFuture.runAsync(ends::end, threads),
                    CompletableFuture.runAsync(() -> parks.park(List.of("k")), threads));
            await().during(Duration.ofSeconds(2)) // many times the timeout
                    .until(() -> all.stream().noneMatch(CompletableFuture::isDone));
            redis.thaw();
            for (var each : all) {
                each.get(20, TimeUnit.SECONDS);
            }
        }
        assertThat(client.hgetAll("sluice:run:ends")).containsKey("ended");
        assertThat(client.hgetAll("sluice:run:parks")).containsKey("parked");
        assertThat(client.lrange("sluice:run-records:writes", 0, -1)).containsExactly("{}");
    }

    @Test
    void aRunWhoseRecordIsRefusedCanBeClaimedAtOnceAndCountsAsLost() {
        client.sendCommand(Command.ACL, "SETUSER", "u", "on", ">p", "~*", "+@all", "-rpush");
        Claim claim = journal(builder("u:p@", redis.port).lease(Duration.ofMinutes(1)))
                .claim("a");
        assertThatThrownBy(() -> claim.append("{}")).isInstanceOf(JournalException.class);
        Claim next = journal().claimAbandoned().orElseThrow();
        assertThat(next.runId()).isEqualTo("a");
        assertThat(next.losses()).isOne();
    }

    @Test
    void aRenewalThatComesBehindParkingDoesNotTakeTheRunForLost() throws Exception {
        var way = way();
        var journal = journal(builder("", way.port()));
        assertThat(journal.claim("first").park(List.of("k"))).isTrue(); // so that Redis has the script
        Claim claim = journal.claim("a");
        journal.claim("b"); // its lease shows that a renewal has come
        var lost = new CountDownLatch(1);
        claim.onLost(lost::countDown);
        var told = new CountDownLatch(1);
        way.holdAnswerTo("run-waits:a", told);
        var parked = CompletableFuture.supplyAsync(() -> claim.park(List.of("k")));
        await().until(() -> client.hexists("sluice:run:a", "parked"));
        double lease = client.zscore("sluice:runs", "b");
        await().until(() -> client.zscore("sluice:runs", "b") > lease + LEASE.toMillis() / 2);
        told.countDown();
        assertThat(parked.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lost.getCount()).isOne();
    }

    @Test
    void aRunThatIsNotParkedBecauseAnAnswerIsThereIsStillHeld() {
        var journal = journal();
        Claim claim = journal.claim("a");
        journal.answer("a", "k", "{}");
        assertThat(claim.park(List.of("k"))).isFalse();
        double lease = client.zscore("sluice:runs", "a");
        await().until(() -> client.zscore("sluice:runs", "a") > lease + LEASE.toMillis());
        claim.append("{}");
    }

    @Test
    void aLostAnswerCostsNoOtherRunItsLease() {
        var way = way();
        var first = journal();
        assertThat(first.claimAbandoned()).isEmpty(); // so that Redis has the script
        first.claim("one").close();
        first.claim("two").close();
        var journal = journal(builder("", way.port()));
        assertThat(journal.firstRecord("one")).isEmpty(); // so that there is a connection to lose
        way.loseAnswerTo("sluice:run:");
        Claim claim = journal.claimAbandoned().orElseThrow();
        assertThat(way.losesAnswer()).isFalse();
        assertThat(claim.losses()).isZero();
        Claim other = first.claimAbandoned().orElseThrow();
        assertThat(List.of(claim.runId(), other.runId())).containsExactlyInAnyOrder("one", "two");
        assertThat(client.keys("sluice:run-claimed:*"))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(client.pttl(key)).isBetween(1L, LEASE.toMillis()));
    }

    @Test
    void runsThatRedisHasLostAreForgottenAlsoIfNobodyAsksForThem() {
        var journal = journal();
        journal.claim("kept").close();
        for (int i = 0; i < 10; i++) {
            journal.claim("lost-" + i).close();
            client.del("sluice:run:lost-" + i);
        }
        for (int i = 0; i < 10; i++) {
            journal.claim("new-" + i).end();
        }
        assertThat(client.zrange("sluice:runs", 0, -1)).containsExactly("kept");
    }

    /** More than fits between two sockets, so that the write itself waits. */
    @Test
    void aRecordThatRedisDoesNotReadIsGivenUpInTime() throws Exception {
        Claim claim =
                journal(builder("", redis.port).timeout(Duration.ofMillis(200))).claim("a");
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
        Claim claim =
                journal(builder("", redis.port).lease(Duration.ofSeconds(30))).claim("a");
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
        journal(builder("", redis.port).lease(lease).parkedFor(Duration.ofMillis(500)))
                .claim("a")
                .append("{}");
        assertThat(client.pttl("sluice:run:a")).isGreaterThan(lease.toMillis());
        assertThat(client.pttl("sluice:run-records:a")).isGreaterThan(lease.toMillis());
    }
}
