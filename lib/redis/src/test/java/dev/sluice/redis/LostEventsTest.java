package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;

/** A failover of Redis that loses a stream's newest events: no watcher reads over the gap. */
final class LostEventsTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private final Jedis client = redis.client();
    private final RedisResumeLog log = RedisResumeLog.builder("127.0.0.1", redis.port())
            .lease(Duration.ofMillis(900))
            .build();
    private final String id = UUID.randomUUID().toString();
    private final String events = "sluice:events:" + id;

    @AfterEach
    void close() {
        log.close();
        client.close();
    }

    private Watcher watch(long after) {
        var watcher = new Watcher();
        log.subscribe(id, OWNER, after, watcher);
        return watcher;
    }

    /** Leaves Redis so many of the stream's first events, as a replica has them that lagged. */
    private void keepOnly(int stored) {
        var kept = client.xrange(events, "-", "+").subList(0, stored);
        client.del(events);
        kept.forEach(entry -> client.xadd(events, entry.getID(), entry.getFields()));
    }

    @Test
    void aWriterWhoseEventsWereLostWritesNoMore() {
        for (int stored : List.of(5, 0)) {
            var writer = log.recreate(id, OWNER, reason -> {});
            long begin = writer.lastId();
            append(writer, 10);
            watch(begin + 1).has(begin + 10);
            keepOnly(stored);
            await().untilAsserted(() -> refuses(Code.UNAVAILABLE, () -> append(writer, 1)));
            assertThat(client.xlen(events)).isEqualTo(stored);
            if (stored > 0) {
                var second = log.takeOver(id, OWNER, reason -> {}).orElseThrow();
                assertThat(second.lastId()).isEqualTo(begin + stored - 1);
                append(second, 5);
                watch(0).has(begin + stored + 4).saw(begin + 1, begin + stored + 4);
            }
        }
    }

    @Test
    void aStreamThatWasTrimmedHasNoGap() {
        try (var small =
                RedisResumeLog.builder("127.0.0.1", redis.port()).maxBytes(1).build()) {
            var writer = small.createDurable(id, OWNER, reason -> {});
            for (long n = 1; n <= 5; n++) {
                append(writer, 1);
                long last = n;
                await().until(() -> client.xrevrange(events, "+", "-", 1).stream()
                        .anyMatch(entry -> entry.getID().getSequence() == last));
            }
            assertThat(client.xlen(events)).isOne();
            writer.finish();
            assertThat(small.isDelivered(id, OWNER, 5)).isTrue();
        }
    }

    @Test
    void aWatcherIsToldOfAGapRatherThanWhatFollows() {
        var writer = log.createDurable(id, OWNER, reason -> {});
        append(writer, 3);
        var live = watch(0).has(3);
        var fields = client.xrange(events, "-", "+").getFirst().getFields();
        client.xadd(events, new StreamEntryID(0, 6), fields);
        for (Watcher watcher : List.of(live, watch(0))) {
            assertThat(watcher.end()).isEqualTo(End.EXPIRED);
            watcher.saw(1, 3);
        }
    }
}
