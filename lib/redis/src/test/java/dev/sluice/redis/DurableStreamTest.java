package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.STRANGER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** A stream whose writers follow each other, and whose watchers see one stream. */
final class DurableStreamTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private static final Duration LEASE = Duration.ofMillis(600);
    private static final Duration RECOVERY = Duration.ofSeconds(2);

    private final List<RedisResumeLog> open = new ArrayList<>();
    private final String id = UUID.randomUUID().toString();
    private final List<String> reasons = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        open.forEach(RedisResumeLog::close);
    }

    private RedisResumeLog node() {
        return node(redis.port());
    }

    private RedisResumeLog node(int port) {
        var log = RedisResumeLog.builder("127.0.0.1", port)
                .lease(LEASE)
                .recoverWithin(RECOVERY)
                .retention(Duration.ofMinutes(1))
                .parkedFor(Duration.ofHours(1))
                .build();
        open.add(log);
        return log;
    }

    private Watcher watch(ResumeLog log, long after) {
        var watcher = new Watcher();
        log.subscribe(id, OWNER, after, watcher);
        return watcher;
    }

    @Test
    void watchersSeeOneStreamWhenAnotherTakesOver() {
        var here = node();
        var there = node();
        var first = here.createDurable(id, OWNER, reasons::add);
        var near = watch(here, 0);
        var far = watch(there, 0);
        append(first, 10);
        near.has(10);
        far.has(10);
        var second = there.takeOver(id, OWNER, reason -> reasons.add("second: " + reason))
                .orElseThrow();
        assertThat(second.lastId()).isEqualTo(10);
        append(second, 5);
        near.has(15);
        append(first, 1); // it does not know yet
        await().untilAsserted(() -> refuses(Code.UNAVAILABLE, () -> append(first, 1)));
        refuses(Code.UNAVAILABLE, first::finish);
        here.cancel(id, OWNER, "enough");
        await().until(() -> !reasons.isEmpty());
        second.finish();
        for (Watcher watcher : List.of(near, far, watch(here, 0))) {
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            watcher.saw(1, 15);
        }
        assertThat(reasons).containsExactly("second: enough");
        assertThat(here.isDelivered(id, OWNER, 15)).isTrue();
        assertThat(here.takeOver(id, OWNER, reason -> {})).isEmpty();
    }

    @Test
    void aWriterOnTheSameMachineTakesOver() {
        var here = node();
        var first = here.createDurable(id, OWNER, reason -> reasons.add("first"));
        append(first, 3);
        var near = watch(here, 0).has(3);
        var second = here.takeOver(id, OWNER, reasons::add).orElseThrow();
        first.close(); // which is not the second one's end
        here.cancel(id, OWNER, "enough");
        await().until(() -> !reasons.isEmpty());
        append(second, 2);
        second.finish();
        assertThat(near.end()).isEqualTo(End.FINISHED);
        near.saw(1, 5);
        assertThat(reasons).containsExactly("enough");
    }

    @Test
    void aStreamThatWasLeftWaitsAndGoesOn() {
        var here = node();
        var there = node();
        var first = here.createDurable(id, OWNER, reason -> {});
        append(first, 200);
        var far = watch(there, 0);
        first.leave(); // all is stored now
        try (Jedis client = redis.client()) {
            for (String key : List.of("events:", "meta:", "lease:")) {
                assertThat(client.pttl("sluice:" + key + id)).isBetween(3_500_000L, 3_600_000L);
            }
        }
        here.close();
        await().pollDelay(RECOVERY.plus(LEASE.multipliedBy(2))).until(() -> !far.hasEnded());
        var second = there.takeOver(id, OWNER, reason -> {}).orElseThrow();
        try (Jedis client = redis.client()) {
            for (String key : List.of("events:", "meta:", "lease:")) {
                assertThat(client.pttl("sluice:" + key + id)).isBetween(1L, 70_000L);
            }
        }
        assertThat(second.lastId()).isEqualTo(200);
        append(second, 1);
        second.finish();
        assertThat(far.end()).isEqualTo(End.FINISHED);
        far.saw(1, 201);
        assertThatThrownBy(() -> append(first, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLostWriterIsToldWhenNobodyHasTakenOverInTime() throws Exception {
        var way = new TcpProxy(redis.port());
        var here = node(way.port());
        var there = node();
        append(here.createDurable(id, OWNER, reason -> {}), 5);
        var far = watch(there, 0).has(5);
        way.close();
        long lost = System.nanoTime();
        assertThat(far.end()).isEqualTo(End.WRITER_LOST);
        assertThat(Node.since(lost)).isGreaterThan(RECOVERY);
        far.saw(1, 5);
        var second = there.takeOver(id, OWNER, reason -> {}).orElseThrow(); // late, but not in vain
        append(second, 1);
        second.finish();
        var late = watch(there, 5);
        assertThat(late.end()).isEqualTo(End.FINISHED);
        late.saw(6, 6);
    }

    @Test
    void nobodyIsToldWhatIsNotStored() throws Exception {
        var way = new TcpProxy(redis.port());
        var here = node(way.port());
        var writer = here.createDurable(id, OWNER, reason -> {});
        var near = watch(here, 0);
        append(writer, 5);
        near.has(5);
        way.close();
        append(writer, 5);
        refuses(Code.UNAVAILABLE, writer::finish);
        near.saw(1, 5);
        assertThat(node().takeOver(id, OWNER, reason -> {}).orElseThrow().lastId())
                .isEqualTo(5);
    }

    @Test
    void anEndWhoseAnswerWasLostIsKnown() throws Exception {
        try (var way = new TcpProxy(redis.port())) {
            var here = node(way.port());
            for (boolean leaves : List.of(false, true)) {
                var stream = id + leaves;
                var writer = here.createDurable(stream, OWNER, reason -> {});
                append(writer, 2);
                way.loseAnswerTo(leaves ? "left" : StoredEntry.FINISHED);
                if (leaves) {
                    writer.leave();
                } else {
                    writer.finish();
                }
                assertThat(way.losesAnswer()).isFalse();
                assertThat(here.isDelivered(stream, OWNER, 2)).isEqualTo(!leaves);
            }
        }
    }

    @Test
    void onlyADurableStreamOfTheOwnersIsTakenOver() {
        var here = node();
        refuses(Code.UNKNOWN, () -> here.takeOver(id, OWNER, reason -> {}));
        here.createDurable(id, OWNER, reason -> {});
        refuses(Code.UNKNOWN, () -> here.takeOver(id, STRANGER, reason -> {}));
        here.create(id + "x", OWNER, reason -> {});
        refuses(Code.UNKNOWN, () -> here.takeOver(id + "x", OWNER, reason -> {}));
        assertThat(here.takeOver(id, OWNER, reason -> {}).orElseThrow().lastId())
                .isZero();
    }

    @Test
    void theBytesOfAStreamAreBounded() {
        try (var log = RedisResumeLog.builder("127.0.0.1", redis.port())
                .maxBytes(10_000)
                .build()) {
            var writer = log.createDurable(id, OWNER, reason -> {});
            for (int i = 0; i < 50; i++) {
                writer.append("a", "\"" + "x".repeat(897) + "\""); // which counts as 1,000
            }
            writer.append("a", "\"" + "x".repeat(20_000) + "\"");
            writer.leave();
            try (Jedis client = redis.client()) {
                assertThat(client.xlen("sluice:events:" + id)).isEqualTo(1);
            }
            writer = log.takeOver(id, OWNER, reason -> {}).orElseThrow();
            for (int i = 0; i < 50; i++) {
                writer.append("a", "\"" + "x".repeat(897) + "\"");
            }
            writer.finish();
            var late = new Watcher();
            log.subscribe(id, OWNER, 91, late);
            assertThat(late.end()).isEqualTo(End.FINISHED);
            late.saw(92, 101);
            refuses(Code.EXPIRED, () -> log.subscribe(id, OWNER, 90, new Watcher()));
        }
    }
}
