package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException;
import dev.sluice.relay.ResumeLog.End;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A full Redis keeps what it has, and a run that writes nothing stays held. */
final class FullRedisTest {
    private static final Duration LEASE = Duration.ofMillis(900);

    private final RedisProcess redis = RedisProcess.start();
    private final Jedis client = redis.client();
    private final RedisRunJournal journal = RedisRunJournal.builder(URI.create("redis://127.0.0.1:" + redis.port))
            .lease(LEASE)
            .build();
    private final RedisResumeLog log =
            RedisResumeLog.builder("127.0.0.1", redis.port).lease(LEASE).build();

    @AfterEach
    void close() {
        log.close();
        journal.close();
        client.close();
        redis.close();
    }

    private void isFull(boolean full) {
        client.configSet("maxmemory", full ? "1" : "0");
    }

    private double leaseOf(String run) {
        return client.zscore("sluice:runs", run);
    }

    /** Watches a stream and waits for its first event. */
    private Watcher watch(String stream) {
        var watcher = new Watcher();
        log.subscribe(stream, OWNER, 0, watcher);
        return watcher.has(1);
    }

    @Test
    void aRunThatWritesNothingIsHeldForMoreThanItsLease() {
        Claim claim = journal.claim("a");
        var lost = new CountDownLatch(1);
        claim.onLost(lost::countDown);
        isFull(true);
        double first = leaseOf("a");
        await().until(() -> leaseOf("a") > first + 2 * LEASE.toMillis() || lost.getCount() == 0);
        assertThat(lost.getCount()).isOne();
        isFull(false);
        claim.append("{}");
    }

    @Test
    void aRunIsEndedParkedOrGivenUp() {
        Claim ended = journal.claim("ended");
        Claim parked = journal.claim("parked");
        Claim closed = journal.claim("closed");
        isFull(true);
        ended.end();
        assertThat(parked.park(List.of("k"))).isTrue();
        closed.close();
        isFull(false);
        assertThat(journal.claimAbandoned().orElseThrow().runId()).isEqualTo("closed");
        assertThat(journal.claimAbandoned()).isEmpty();
        assertThat(journal.answer("parked", "k", "{}")).isTrue();
        assertThat(journal.claimAbandoned().orElseThrow().runId()).isEqualTo("parked");
    }

    @Test
    void aStreamIsEndedOrLeftAndTakesNoMoreEvents() {
        var ended = log.createDurable("ended", OWNER, reason -> {});
        var left = log.createDurable("left", OWNER, reason -> {});
        var refused = log.createDurable("refused", OWNER, reason -> {});
        List.of(ended, left, refused).forEach(writer -> append(writer, 1));
        var watcher = watch("ended");
        watch("left");
        watch("refused");
        isFull(true);
        ended.finish();
        left.leave();
        append(refused, 1);
        assertThatThrownBy(refused::finish).isInstanceOf(RelayException.class);
        isFull(false);
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        assertThat(client.xlen("sluice:events:refused")).isOne();
        assertThat(log.takeOver("left", OWNER, reason -> {}).orElseThrow().lastId())
                .isOne();
    }

    @Test
    void whatNeedsRoomIsRefused() {
        Claim claim = journal.claim("a");
        isFull(true);
        for (Runnable write : List.<Runnable>of(
                () -> claim.append("{}"), () -> journal.claim("b"), () -> journal.answer("a", "k", "{}"))) {
            assertThatThrownBy(write::run)
                    .isInstanceOfSatisfying(
                            JournalException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE))
                    .hasMessageContaining("Raise maxmemory");
        }
    }
}
