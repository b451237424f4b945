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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** A durable stream that is begun anew: no watcher of the earlier one reads on in it. */
final class RecreatedStreamTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private final List<RedisResumeLog> open = new ArrayList<>();
    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void close() {
        open.forEach(RedisResumeLog::close);
    }

    private RedisResumeLog.Builder builder() {
        return RedisResumeLog.builder("127.0.0.1", redis.port()).lease(Duration.ofMillis(600));
    }

    private RedisResumeLog node(RedisResumeLog.Builder builder) {
        var log = builder.build();
        open.add(log);
        return log;
    }

    private RedisResumeLog node() {
        return node(builder());
    }

    private Watcher watch(ResumeLog log, long after) {
        var watcher = new Watcher();
        log.subscribe(id, OWNER, after, watcher);
        return watcher;
    }

    @Test
    void aWatcherWithAnIdOfTheEarlierStreamIsToldThatItHasExpired() {
        var here = node();
        append(here.createDurable(id, OWNER, reason -> {}), 5);
        watch(here, 0).has(5);
        try (Jedis client = redis.client()) {
            client.del("sluice:meta:" + id, "sluice:events:" + id, "sluice:lease:" + id);
        }
        long before = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        var writer = here.recreate(id, OWNER, reason -> {});
        long begin = writer.lastId();
        assertThat(begin).isBetween(before, before + 60_000_000);
        append(writer, 5);
        var there = node();
        watch(there, 0).has(begin + 5).saw(begin + 1, begin + 5);
        refuses(Code.EXPIRED, () -> watch(there, 3));
        refuses(Code.EXPIRED, () -> watch(there, begin - 1));
        watch(there, begin + 3).has(begin + 5).saw(begin + 4, begin + 5);
        writer.finish();
        assertThat(there.isDelivered(id, OWNER, begin + 5)).isTrue();
        assertThat(there.isDelivered(id, OWNER, 0)).isFalse();
    }

    @Test
    void aStreamThatIsStillThereIsReplaced() {
        var here = node();
        var there = node();
        var first = here.createDurable(id, OWNER, reason -> {});
        append(first, 5);
        var near = watch(here, 0).has(5);
        var far = watch(there, 0).has(5);
        var other = node();
        var second = other.recreate(id, OWNER, reason -> {}); // has no event yet
        for (Watcher watcher : List.of(near, far)) {
            assertThat(watcher.end()).isEqualTo(End.EXPIRED);
            watcher.saw(1, 5);
        }
        await().untilAsserted(() -> refuses(Code.UNAVAILABLE, () -> append(first, 1)));
        long begin = second.lastId();
        var late = watch(there, 0);
        append(second, 3);
        second.finish();
        assertThat(late.end()).isEqualTo(End.FINISHED);
        late.saw(begin + 1, begin + 3);
    }

    @Test
    void aNewStreamWithoutAnEventIsMadeAnewAgain() {
        var first = node().recreate(id, OWNER, reason -> {});
        long begin = first.lastId();
        first.close();
        refuses(Code.UNKNOWN, () -> node().takeOver(id, OWNER, reason -> {}));
        assertThat(node().recreate(id, OWNER, reason -> {}).lastId()).isGreaterThan(begin);
    }

    @Test
    void aNewStreamIsTakenOverAfterItsBeginning() {
        var first = node().recreate(id, OWNER, reason -> {});
        long begin = first.lastId();
        append(first, 1);
        first.leave();
        var second = node().takeOver(id, OWNER, reason -> {}).orElseThrow();
        assertThat(second.lastId()).isEqualTo(begin + 1);
        append(second, 1);
        second.leave();
        var third = node().recreate(id, OWNER, reason -> {});
        assertThat(third.lastId()).isGreaterThan(begin + 1);
        third.finish();
        assertThat(watch(node(), 0).end()).isEqualTo(End.FINISHED);
        assertThat(node().isDelivered(id, OWNER, 0)).isTrue();
    }

    @Test
    void theNewestEventsAreKeptAsInEveryStream() {
        var here = node(builder().maxEvents(10).maxBytes(5_000));
        var writer = here.recreate(id, OWNER, reason -> {});
        long begin = writer.lastId();
        append(writer, 500);
        writer.finish();
        refuses(Code.EXPIRED, () -> watch(here, 0));
        var late = watch(here, begin + 495);
        assertThat(late.end()).isEqualTo(End.FINISHED);
        late.saw(begin + 496, begin + 500);
        try (Jedis client = redis.client()) {
            assertThat(Long.parseLong(client.hget("sluice:meta:" + id, "bytes")))
                    .isBetween(1L, 5_000L);
            assertThat(client.xlen("sluice:events:" + id)).isLessThan(112);
            assertThat(client.keys("sluice:*" + id))
                    .allSatisfy(key -> assertThat(client.pttl(key)).isPositive());
        }
    }

    @Test
    void anAnswerThatIsLostBeginsTheStreamOnce() throws Exception {
        try (var way = new TcpProxy(redis.port())) {
            var here = node(RedisResumeLog.builder("127.0.0.1", way.port()));
            way.loseAnswerTo("begin");
            long begin = here.recreate(id, OWNER, reason -> {}).lastId();
            assertThat(way.losesAnswer()).isFalse();
            try (Jedis client = redis.client()) {
                assertThat(client.xrange("sluice:events:" + id, "-", "+"))
                        .singleElement()
                        .satisfies(
                                entry -> assertThat(entry.getID().getSequence()).isEqualTo(begin));
            }
        }
    }

    @Test
    void aStreamOfAnotherSessionIsLeftAlone() {
        var here = node();
        append(here.createDurable(id, OWNER, reason -> {}), 1);
        var watcher = watch(here, 0).has(1);
        assertThatThrownBy(() -> here.recreate(id, STRANGER, reason -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(watcher.hasEnded()).isFalse();
    }
}
