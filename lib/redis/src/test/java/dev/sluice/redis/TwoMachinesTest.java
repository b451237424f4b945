package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.STRANGER;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The writer is in another process, with nothing in common but Redis. */
final class TwoMachinesTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private final RedisResumeLog log =
            RedisResumeLog.builder("127.0.0.1", redis.port()).build();
    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aWatcherThatComesBackMissesNothingAndGetsNothingTwice() {
        try (var node = Node.start(redis.port(), id, 300)) {
            assertThat(node.isAlive()).isTrue();
            var first = new Watcher();
            var subscription = log.subscribe(id, OWNER, 0, first);
            first.has(60);
            subscription.close(); // the node goes on
            refuses(Code.UNKNOWN, () -> log.subscribe(id, STRANGER, 60, new Watcher()));
            var second = new Watcher();
            log.subscribe(id, OWNER, 60, second);
            assertThat(second.end()).isEqualTo(End.FINISHED);
            second.saw(61, 300);
            assertThat(second.events.getLast().json()).isEqualTo("{\"n\":300}");
            assertThat(log.isDelivered(id, OWNER, 300)).isTrue();
        }
    }

    @Test
    void aKilledWriterIsReportedWithinFiveSeconds() {
        try (var node = Node.start(redis.port(), id, 100_000)) {
            var watcher = new Watcher();
            log.subscribe(id, OWNER, 0, watcher);
            watcher.has(20);
            node.kill();
            long killed = System.nanoTime();
            assertThat(watcher.end()).isEqualTo(End.WRITER_LOST);
            assertThat(Node.since(killed)).isLessThan(Duration.ofSeconds(5));
            watcher.saw(1, watcher.events.size());
            var late = new Watcher();
            log.subscribe(id, OWNER, 10, late);
            assertThat(late.end()).isEqualTo(End.WRITER_LOST);
            late.saw(11, watcher.events.size());
        }
    }

    @Test
    void aCancelStopsTheRunOnTheOtherMachine() {
        try (var node = Node.start(redis.port(), id, 100_000)) {
            var watcher = new Watcher();
            log.subscribe(id, OWNER, 0, watcher);
            watcher.has(10);
            log.cancel(id, OWNER, "enough");
            node.awaitLine("stopped");
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            watcher.saw(1, watcher.events.size());
        }
    }
}
