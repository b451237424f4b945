package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.STRANGER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis is not there, goes, comes back with and without what it knew, or stands still. */
final class RedisAwayTest {
    private static final Duration LEASE = Duration.ofMillis(1200);

    private final RedisProcess redis = RedisProcess.absent();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(redis));
    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private RedisResumeLog.Builder node() {
        return RedisResumeLog.builder("127.0.0.1", redis.port).lease(LEASE).timeout(Duration.ofMillis(400));
    }

    private RedisResumeLog start(RedisResumeLog.Builder node) {
        var log = node.build();
        open.add(log);
        return log;
    }

    private Watcher watch(ResumeLog log, long after) {
        var watcher = new Watcher();
        log.subscribe(id, OWNER, after, watcher);
        return watcher;
    }

    private static void becomesResumable(ResumeLog log) {
        await().untilAsserted(() -> {
            var writer = log.create(UUID.randomUUID().toString(), OWNER, reason -> {});
            assertThat(writer.isResumable()).isTrue();
            writer.finish();
        });
    }

    @Test
    void aStreamIsRefusedWithoutRedisAndKeptWhenItComes() {
        var log = start(node());
        refuses(Code.UNAVAILABLE, () -> log.create(id, OWNER, reason -> {}));
        refuses(Code.UNAVAILABLE, () -> log.subscribe("elsewhere", OWNER, 0, new Watcher()));
        refuses(Code.UNAVAILABLE, () -> log.cancel("elsewhere", OWNER, "stop"));
        redis.restart();
        becomesResumable(log);
    }

    @Test
    void withSingleNodeAStreamBegunWithoutRedisIsForThisMachine() {
        var log = start(node().singleNodeIfUnavailable(true));
        var writer = log.create(id, OWNER, reason -> {});
        assertThat(writer.isResumable()).isFalse();
        assertThat(log.isWatchedElsewhere(id)).isFalse();
        append(writer, 5);
        redis.restart();
        becomesResumable(log);
        assertThat(writer.isResumable()).isFalse();
        append(writer, 5);
        refuses(Code.UNKNOWN, () -> log.subscribe(id, STRANGER, 0, new Watcher()));
        refuses(Code.UNKNOWN, () -> start(node()).subscribe(id, OWNER, 0, new Watcher()));
        writer.finish();
        var watcher = watch(log, 2);
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        watcher.saw(3, 10);
    }

    @Test
    void killedInMidStreamAndBackWithNothing() {
        redis.restart();
        var here = start(node());
        var there = start(node());
        var writer = here.create(id, OWNER, reason -> {});
        var near = watch(here, 0);
        var far = watch(there, 0);
        append(writer, 50);
        far.has(50);
        redis.kill();
        append(writer, 50);
        near.saw(1, 100);
        assertThat(far.end()).isEqualTo(End.UNAVAILABLE);
        far.saw(1, 50);
        await().until(() -> !writer.isResumable());
        refuses(Code.UNAVAILABLE, () -> watch(there, 50));
        watch(here, 50).has(100).saw(51, 100);

        redis.restart();
        becomesResumable(here);
        becomesResumable(there);
        assertThat(writer.isResumable()).isFalse();
        refuses(Code.EXPIRED, () -> watch(there, 50));
        refuses(Code.EXPIRED, () -> watch(there, 0));
        refuses(Code.EXPIRED, () -> there.cancel(id, OWNER, "stop"));
        refuses(Code.UNKNOWN, () -> there.subscribe(id, STRANGER, 0, new Watcher()));
        refuses(Code.UNKNOWN, () -> watch(start(node()), 50)); // who never knew of it
        append(writer, 50);
        writer.finish();
        assertThat(near.end()).isEqualTo(End.FINISHED);
        near.saw(1, 150);
        var again = watch(here, 100);
        assertThat(again.end()).isEqualTo(End.FINISHED);
        again.saw(101, 150);
    }

    @Test
    void aRestartThatLosesTheDataEndsTheWatchersOfOtherMachines() {
        redis.restart();
        var here = start(node());
        var there = start(node());
        var writer = here.create(id, OWNER, reason -> {});
        var far = watch(there, 0);
        append(writer, 5);
        far.has(5);
        try (var client = redis.client()) {
            client.flushAll();
        }
        assertThat(far.end()).isEqualTo(End.EXPIRED);
        await().until(() -> !writer.isResumable());
        refuses(Code.EXPIRED, () -> watch(there, 5));
        assertThat(here.isWatchedElsewhere(id)).isFalse();
    }

    @Test
    void aRestartThatKeepsTheDataIsOnlyAPause() {
        try (var durable = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always")) {
            var here = start(node(durable));
            var there = start(node(durable));
            var writer = here.create(id, OWNER, reason -> {});
            var far = watch(there, 0);
            append(writer, 50);
            far.has(50);
            durable.kill();
            append(writer, 50);
            durable.restart();
            append(writer, 50);
            writer.finish();
            assertThat(far.end()).isEqualTo(End.FINISHED);
            far.saw(1, 150);
        }
    }

    private static RedisResumeLog.Builder node(RedisProcess durable) {
        return RedisResumeLog.builder("127.0.0.1", durable.port).lease(Duration.ofSeconds(10));
    }

    @Test
    void aPauseShorterThanTheLeaseIsOnlyAPause() {
        redis.restart();
        var here = start(node().lease(Duration.ofSeconds(10)));
        var there = start(node().lease(Duration.ofSeconds(10)));
        var writer = here.create(id, OWNER, reason -> {});
        var far = watch(there, 0);
        append(writer, 100);
        far.has(100);
        redis.freeze();
        append(writer, 100);
        await().until(() -> !writer.isResumable()); // the first time limit is met
        append(writer, 100);
        redis.thaw();
        await().until(writer::isResumable);
        append(writer, 100);
        writer.finish();
        assertThat(far.end()).isEqualTo(End.FINISHED);
        far.saw(1, 400);
    }

    @Test
    void aPauseLongerThanTheLeaseIsTheEndForOtherMachines() {
        redis.restart();
        var here = start(node());
        var there = start(node());
        var writer = here.create(id, OWNER, reason -> {});
        var near = watch(here, 0);
        var far = watch(there, 0);
        append(writer, 100);
        far.has(100);
        redis.freeze();
        append(writer, 100);
        assertThat(far.end()).isEqualTo(End.UNAVAILABLE);
        refuses(Code.UNAVAILABLE, () -> watch(there, 0));
        await().until(() -> !here.isWatchedElsewhere(id)); // the lease is given up
        redis.thaw();
        becomesResumable(here);
        assertThat(writer.isResumable()).isFalse();
        append(writer, 100);
        writer.finish();
        assertThat(near.end()).isEqualTo(End.FINISHED);
        near.saw(1, 300);
        becomesResumable(there);
        var again = watch(there, 0);
        assertThat(again.end()).isEqualTo(End.WRITER_LOST); // and not a part that looks like the whole
        again.saw(1, again.events.size());
    }

    @Test
    void aFullBufferHoldsAWriterUpForAMomentOnly() {
        redis.restart();
        var here = start(node().buffer(20_000).lease(Duration.ofSeconds(2)));
        var writer = here.create(id, OWNER, reason -> {});
        var near = watch(here, 0);
        append(writer, 1);
        redis.freeze();
        long began = System.nanoTime();
        append(writer, 5_000);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(writer.isResumable()).isFalse();
        near.saw(1, 5_001);
        redis.thaw();
        var there = start(node());
        await().ignoreExceptions().until(() -> {
            watch(there, 0);
            return true;
        });
        // It holds its lease no longer than one that is dead.
        var far = watch(there, 0);
        assertThat(far.end()).isEqualTo(End.WRITER_LOST);
    }

    @Test
    void closingDoesNotWaitForARedisThatStandsStill() {
        redis.restart();
        var here = node().build();
        var there = node().build();
        var writer = here.create(id, OWNER, reason -> {});
        append(writer, 5);
        var far = watch(there, 0).has(5);
        redis.freeze();
        append(writer, 5);
        long began = System.nanoTime();
        there.close();
        here.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        assertThat(far.end()).isEqualTo(End.UNAVAILABLE);
        refuses(Code.UNAVAILABLE, () -> here.create("x", OWNER, reason -> {}));
        refuses(Code.UNAVAILABLE, () -> watch(here, 0));
        redis.thaw();
    }
}
