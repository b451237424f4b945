package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.TimeSource;
import dev.sluice.relay.ResumeLog.End;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** What a journal in Redis does beyond what every journal does. */
@Timeout(120)
final class RedisRunJournalTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private static final Duration LEASE = Duration.ofMillis(900);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final String prefix = UUID.randomUUID() + ":";

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private RedisRunJournal.Builder builder(int port) {
        return RedisRunJournal.builder(URI.create("redis://127.0.0.1:" + port))
                .prefix(prefix)
                .lease(LEASE);
    }

    private RedisRunJournal journal(RedisRunJournal.Builder builder) {
        var journal = builder.build();
        open.add(journal);
        return journal;
    }

    private RedisRunJournal journal() {
        return journal(builder(redis.port()));
    }

    private TcpProxy way() {
        var way = new TcpProxy(redis.port());
        open.add(way);
        return way;
    }

    private static String record(int n) {
        return "{\"n\":" + n + "}";
    }

    private static void refuses(Code code, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(JournalException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal).hasMessageContaining(message);
        });
    }

    private static Claim next(RunJournal journal) {
        return await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(journal::claimAbandoned, Optional::isPresent)
                .orElseThrow();
    }

    /** For a machine that stands still, no time passes, and when it moves again it does not know. */
    private static final class StoppedClock implements TimeSource {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            return () -> {};
        }
    }

    @Test
    void whatAMachineThatStoodStillWritesIsRefusedByRedis() throws Exception {
        var frozen = journal(builder(redis.port()).time(new StoppedClock()));
        var other = journal();
        int runs = 20;
        Map<String, Integer> written = new ConcurrentHashMap<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < runs; i++) {
                Claim claim = frozen.claim("run-" + i);
                threads.submit(() -> {
                    for (int n = 0; true; n++) {
                        try {
                            claim.append(record(n));
                        } catch (JournalException e) {
                            assertThat(e.code()).isEqualTo(Code.FENCED);
                            written.put(claim.runId(), n);
                            return null;
                        }
                        Thread.sleep(1);
                    }
                });
            }
            for (int i = 0; i < runs; i++) {
                Claim claim = next(other);
                await().pollInterval(Duration.ofMillis(5)).until(() -> written.containsKey(claim.runId()));
                assertThat(claim.records())
                        .isEqualTo(IntStream.range(0, written.get(claim.runId()))
                                .mapToObj(RedisRunJournalTest::record)
                                .toList());
                assertThat(claim.losses()).isOne();
                claim.append(record(-1));
            }
        }
        assertThat(written).hasSize(runs);
    }

    @Test
    void eachRunOfALostNodeIsGivenToOneOfThree() throws Exception {
        var way = way();
        var lost = journal(builder(way.port()));
        int runs = 60;
        for (int i = 0; i < runs; i++) {
            lost.claim("run-" + i).append(record(i));
        }
        way.close();
        var found = new ConcurrentLinkedQueue<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                var node = journal();
                threads.submit(() -> {
                    while (found.size() < runs) {
                        node.claimAbandoned().ifPresent(claim -> found.add(claim.runId()));
                    }
                });
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(found).hasSize(runs).doesNotHaveDuplicates();
        assertThat(journal().claimAbandoned()).isEmpty();
    }

    @Test
    void aClaimThatCannotBeRenewedIsLostBeforeAnotherCanHaveTheRun() throws Exception {
        var way = way();
        var cut = journal(builder(way.port()));
        var other = journal();
        Claim claim = cut.claim("a");
        claim.append(record(1));
        var lost = new CountDownLatch(1);
        claim.onLost(lost::countDown);
        assertThat(lost.await(LEASE.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS))
                .isFalse(); // it is renewed
        way.close();
        Claim next = next(other);
        assertThat(lost.getCount()).isZero();
        refuses(Code.FENCED, "lost", () -> claim.append(record(2)));
        assertThat(next.records()).containsExactly(record(1));
    }

    @Test
    void aRedisThatStandsStillLosesTheClaimsInTime() throws Exception {
        try (var own = RedisProcess.start()) {
            Claim claim = journal(builder(own.port)).claim("a");
            var lost = new CountDownLatch(1);
            claim.onLost(lost::countDown);
            own.freeze();
            try {
                assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
                refuses(Code.FENCED, "lost", () -> claim.append(record(1)));
            } finally {
                own.thaw();
            }
            assertThat(next(journal(builder(own.port))).records()).isEmpty();
        }
    }

    @Test
    void whatWasDoneWithoutAnAnswerIsNotDoneTwice() {
        var way = way();
        var journal = journal(builder(way.port()));
        way.loseAnswerTo("run-waits:a");
        Claim claim = journal.claim("a");
        assertThat(way.losesAnswer()).isFalse();
        assertThat(claim.losses()).isZero();
        for (int n = 0; n < 4; n++) {
            way.loseAnswerTo(record(n));
            claim.append(record(n % 2)); // some are the same
            claim.append(record(n));
            assertThat(way.losesAnswer()).isFalse();
        }
        way.loseAnswerTo("mine");
        assertThat(journal.answer("a", "other", "{\"mine\":1}")).isTrue();
        assertThat(journal.answer("a", "other", "{\"mine\":1}")).isFalse();
        assertThat(claim.answers()).containsExactly(Map.entry("other", "{\"mine\":1}"));
        way.loseAnswerTo("call-1");
        assertThat(claim.park(List.of("call-1"))).isTrue();
        assertThat(way.losesAnswer()).isFalse();
        assertThat(journal.answer("a", "call-1", "{}")).isTrue();
        Claim next = journal.claimAbandoned().orElseThrow();
        assertThat(next.records())
                .containsExactly(
                        record(0), record(0), record(1), record(1), record(0), record(2), record(1), record(3));
        way.loseAnswerTo("run-records:a");
        next.end();
        assertThat(journal.claimAbandoned()).isEmpty();
    }

    @Test
    void anInterruptEndsNoWrite() throws Exception {
        var way = way();
        var journal = journal(builder(way.port()).lease(Duration.ofSeconds(20)));
        Claim claim = journal.claim("a");
        Thread.currentThread().interrupt();
        claim.append(record(0));
        assertThat(Thread.interrupted()).isTrue();
        var answered = new CountDownLatch(1);
        way.holdAnswerTo("run-records:a", answered);
        var kept = new CountDownLatch(1);
        var thread = Thread.ofVirtual().start(() -> {
            claim.append(record(1));
            if (Thread.currentThread().isInterrupted()) {
                kept.countDown();
            }
        });
        try (Jedis client = redis.client()) {
            await().until(() -> client.llen(prefix + "run-records:a") == 2); // and the writer waits for the answer
        }
        thread.interrupt();
        answered.countDown();
        assertThat(kept.await(20, TimeUnit.SECONDS)).isTrue();
        claim.close();
        assertThat(journal.claim("a").records()).containsExactly(record(0), record(1));
    }

    @Test
    void aParkedRunAndItsStreamSurviveARestartOfEverything() {
        try (var durable = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always")) {
            try (var journal = builder(durable.port).build();
                    var log = RedisResumeLog.builder("127.0.0.1", durable.port).build()) {
                Claim claim = journal.claim("a");
                var writer = log.createDurable("a", OWNER, reason -> {});
                claim.append(record(1));
                append(writer, 3);
                assertThat(claim.park(List.of("k"))).isTrue();
                writer.leave();
            }
            durable.kill();
            durable.restart();
            try (var journal = builder(durable.port).build();
                    var log = RedisResumeLog.builder("127.0.0.1", durable.port).build()) {
                var watcher = new Watcher();
                log.subscribe("a", OWNER, 0, watcher);
                watcher.has(3);
                assertThat(journal.claimAbandoned()).isEmpty();
                assertThat(journal.answer("a", "k", "{}")).isTrue();
                Claim claim = journal.claimAbandoned().orElseThrow();
                assertThat(claim.records()).containsExactly(record(1));
                assertThat(claim.losses()).isZero();
                var writer = log.takeOver("a", OWNER, reason -> {}).orElseThrow();
                append(writer, 1);
                writer.finish();
                claim.end();
                assertThat(watcher.end()).isEqualTo(End.FINISHED);
                watcher.saw(1, 4);
            }
        }
    }

    @Test
    void aRedisThatIsFullOrHasForgottenSaysSo() {
        try (var own = RedisProcess.start();
                Jedis client = own.client()) {
            var journal = journal(builder(own.port));
            Claim claim = journal.claim("a");
            Claim second = journal.claim("b");
            client.configSet("maxmemory", "1");
            refuses(Code.UNAVAILABLE, "Raise maxmemory", () -> claim.append(record(1)));
            refuses(Code.UNAVAILABLE, "Raise maxmemory", () -> journal.claim("c"));
            client.configSet("maxmemory", "0");
            second.append(record(1));
            client.flushAll();
            refuses(Code.UNAVAILABLE, "Redis has lost the run 'b'", () -> second.append(record(2)));
            var lost = new CountDownLatch(1);
            Claim third = journal.claim("c");
            third.onLost(lost::countDown);
            client.flushAll();
            await().until(() -> lost.getCount() == 0);
            own.kill();
            refuses(Code.UNAVAILABLE, "cannot be reached", () -> journal.claim("d"));
        }
    }

    @Test
    void aRunHasABoundedNumberOfBytes() {
        var journal = journal(builder(redis.port()).maxBytes(100));
        Claim claim = journal.claim("a");
        claim.append("\"" + "x".repeat(58) + "\"");
        refuses(Code.FULL, "maxBytes", () -> claim.append("\"" + "x".repeat(58) + "\""));
        refuses(Code.FULL, "maxBytes", () -> journal.answer("a", "k", "\"" + "x".repeat(58) + "\""));
        claim.append("\"" + "x".repeat(18) + "\"");
        claim.end();
    }

    @Test
    void nothingIsKeptForEver() {
        var journal =
                journal(builder(redis.port()).parkedFor(Duration.ofHours(2)).retention(Duration.ofHours(1)));
        try (Jedis client = redis.client()) {
            Claim ended = journal.claim("ended");
            Claim parked = journal.claim("parked");
            Claim held = journal.claim("held");
            for (Claim claim : List.of(ended, parked, held)) {
                claim.append(record(1));
                journal.answer(claim.runId(), "k", "{}");
            }
            assertThat(parked.park(List.of("other"))).isTrue();
            ended.end();
            assertThat(client.keys(prefix + "*"))
                    .hasSize(1 + 3 + 4 + 3)
                    .allSatisfy(key -> assertThat(client.pttl(key))
                            .isBetween(
                                    key.contains("ended") ? 3_500_000L : 7_100_000L,
                                    key.contains("ended") ? 3_600_000L : 7_206_000L)); // two leases longer
        }
    }

    /** A run of two answers and four tools writes thirteen records or so; a fleet's renewals cost the same for one run and for many. */
    @Test
    void aRunTakesOneCommandForEachRecordAndAllClaimsOneForEachRenewal() throws Exception {
        try (var own = RedisProcess.start();
                Jedis client = own.client()) {
            var journal = journal(builder(own.port).lease(Duration.ofSeconds(3)));
            journal.claim("first").end(); // so that the scripts are there
            Claim warm = journal.claim("warm");
            warm.append("{}");
            warm.end();
            client.configResetStat();
            Claim claim = journal.claim("a");
            for (int n = 0; n < 13; n++) {
                claim.append(record(n));
            }
            claim.end();
            Map<String, Long> calls = calls(client);
            assertThat(calls.get("evalsha")).isBetween(15L, 18L); // and some renewals, if this machine is slow
            List<Claim> claims = IntStream.range(0, 300)
                    .mapToObj(i -> journal.claim("r" + i))
                    .toList();
            client.configResetStat();
            double leased =
                    client.zrevrangeWithScores(prefix + "runs", 0, 0).getFirst().getScore();
            await().until(() ->
                    client.zcount(prefix + "runs", "(" + leased, "+inf") == claims.size()); // all are renewed
            assertThat(calls(client).get("evalsha")).isLessThanOrEqualTo(3);
            assertThat(claims).allSatisfy(each -> each.append(record(1)));
        }
    }

    private static Map<String, Long> calls(Jedis client) {
        var calls = new HashMap<String, Long>();
        client.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .forEach(line -> {
                    String name = line.substring("cmdstat_".length(), line.indexOf(':'));
                    calls.put(name, Long.parseLong(line.replaceFirst("[^=]*=(\\d+),.*", "$1")));
                });
        return calls;
    }
}
