package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import dev.sluice.tools.RunJournal.Claim;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** An Error does not end a thread that serves all runs or all streams. */
final class FailingThreadTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private static final Duration LEASE = Duration.ofMillis(900);

    private final FailingClock time = new FailingClock();
    private final String prefix = UUID.randomUUID() + ":";
    private final RedisRunJournal journal = RedisRunJournal.builder(URI.create("redis://127.0.0.1:" + redis.port()))
            .prefix(prefix)
            .lease(LEASE)
            .time(time)
            .build();
    private final RedisResumeLog log = RedisResumeLog.builder("127.0.0.1", redis.port())
            .prefix(prefix)
            .lease(LEASE)
            .time(time)
            .build();

    @AfterEach
    void close() {
        log.close();
        journal.close();
    }

    /** Fails once in each thread of a name. */
    private static final class FailingClock implements TimeSource {
        private final TimeSource system = TimeSource.system();
        private final Map<String, Boolean> failing = new ConcurrentHashMap<>();

        private void check() {
            if (failing.remove(Thread.currentThread().getName()) != null) {
                throw new OutOfMemoryError("as the test wants it");
            }
        }

        @Override
        public long nanos() {
            check();
            return system.nanos();
        }

        @Override
        public Instant now() {
            return system.now();
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            check();
            return system.schedule(delay, task);
        }
    }

    @Test
    void claimsAreStillRenewed() {
        Claim claim = journal.claim("a");
        time.failing.put("sluice-redis-claims", true);
        await().until(time.failing::isEmpty);
        try (Jedis client = redis.client()) {
            double lease = client.zscore(prefix + "runs", "a");
            await().until(() -> client.zscore(prefix + "runs", "a") > lease + 2 * LEASE.toMillis());
        }
        claim.append("{}");
    }

    @Test
    void eventsAreStillWritten() {
        var writer = log.createDurable("a", OWNER, reason -> {});
        time.failing.put("sluice-redis-writer", true);
        append(writer, 5);
        writer.finish();
        assertThat(time.failing).isEmpty();
        assertThat(log.isDelivered("a", OWNER, 5)).isTrue();
    }

    @Test
    void otherWatchersAreStillTold() {
        var writer = log.createDurable("a", OWNER, reason -> {});
        log.subscribe("a", OWNER, 0, new ResumeLog.Listener() {
            @Override
            public void events(List<RelayEvent> events) {
                throw new StackOverflowError();
            }

            @Override
            public void end(End end) {}
        });
        var watcher = new Watcher();
        log.subscribe("a", OWNER, 0, watcher);
        append(writer, 5);
        watcher.has(5);
        append(writer, 5);
        writer.finish();
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        watcher.saw(1, 10);
    }
}
