package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;

/** What the writer's lease is for, seen from both sides and from within Redis. */
final class LeaseTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private final Jedis client = redis.client();
    private final String forgotten = client.flushAll();
    private final RedisResumeLog here = node().build();
    private final RedisResumeLog there = node().build();
    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void close() {
        client.close();
        here.close();
        there.close();
    }

    private static RedisResumeLog.Builder node() {
        return RedisResumeLog.builder("127.0.0.1", redis.port())
                .prefix("test:")
                .lease(Duration.ofMillis(900))
                .retention(Duration.ofMinutes(1));
    }

    @Test
    void aSilentStreamIsHeldByItsLiveWriter() {
        var writer = here.create(id, OWNER, reason -> {});
        append(writer, 1);
        var watcher = new Watcher();
        there.subscribe(id, OWNER, 0, watcher);
        await().pollDelay(Duration.ofSeconds(2)).until(() -> !watcher.hasEnded()); // more than two leases
        assertThat(writer.isResumable()).isTrue();
        append(writer, 1);
        writer.finish();
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        watcher.saw(1, 2);
    }

    @Test
    void aWriterThatLostItsLeaseWritesNoMore() {
        var writer = here.create(id, OWNER, reason -> {});
        var near = new Watcher();
        var far = new Watcher();
        here.subscribe(id, OWNER, 0, near);
        there.subscribe(id, OWNER, 0, far);
        append(writer, 10);
        far.has(10);
        client.del("test:lease:" + id);
        append(writer, 10);
        writer.finish();
        assertThat(far.end()).isEqualTo(End.WRITER_LOST);
        assertThat(near.end()).isEqualTo(End.FINISHED);
        far.saw(1, 10);
        near.saw(1, 20);
        assertThat(client.xlen("test:events:" + id)).isEqualTo(10);
    }

    @Test
    void aLeaseOfAnotherIsLeftAlone() {
        var writer = here.create(id, OWNER, reason -> {});
        append(writer, 1);
        var far = new Watcher();
        there.subscribe(id, OWNER, 0, far);
        far.has(1);
        client.set("test:lease:" + id, "another");
        await().until(() -> !writer.isResumable());
        append(writer, 1);
        writer.finish();
        assertThat(client.get("test:lease:" + id)).isEqualTo("another");
        assertThat(client.ttl("test:lease:" + id)).isEqualTo(-1);
        assertThat(client.xlen("test:events:" + id)).isEqualTo(1);
    }

    @Test
    void nothingIsKeptForEver() {
        var writer = here.create(id, OWNER, reason -> {});
        var watcher = new Watcher();
        there.subscribe(id, OWNER, 0, watcher);
        append(writer, 3);
        watcher.has(3);
        there.cancel(id, OWNER, "stop");
        assertThat(client.keys("test:*"))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(client.pttl(key)).isBetween(1L, 62_000L));
        writer.finish();
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        assertThat(client.exists("test:lease:" + id)).isFalse();
        assertThat(client.keys("*")).allMatch(key -> key.startsWith("test:"));
        assertThat(client.keys("test:*" + id))
                .allSatisfy(key -> assertThat(client.pttl(key)).isBetween(1L, 60_000L));
    }

    @Test
    void theOwnerCannotBeReadFromRedis() {
        here.create(id, OWNER, reason -> {});
        assertThat(client.hgetAll("test:meta:" + id).values()).noneMatch(value -> value.contains(OWNER.id()));
    }

    @Test
    void aStreamThatRedisRefusesIsLostAndOthersAreNot() {
        var other = here.create(id + "-other", OWNER, reason -> {});
        var writer = here.create(id, OWNER, reason -> {});
        client.set("test:events:" + id, "not a stream");
        append(writer, 1);
        await().until(() -> !writer.isResumable());
        append(other, 1);
        var far = new Watcher();
        there.subscribe(id + "-other", OWNER, 0, far);
        other.finish();
        assertThat(far.end()).isEqualTo(End.FINISHED);
    }

    @Test
    void anEntryWhoseAnswerWasLostIsNotWrittenTwice() {
        var writer = here.create(id, OWNER, reason -> {});
        var far = new Watcher();
        there.subscribe(id, OWNER, 0, far);
        append(writer, 5);
        far.has(5);
        var event = new LinkedHashMap<String, String>();
        event.put("t", "message_delta");
        event.put("d", "{}");
        client.xadd("test:events:" + id, new StreamEntryID(0, 6), event); // as an attempt did that is made again
        append(writer, 2);
        writer.finish();
        assertThat(far.end()).isEqualTo(End.FINISHED);
        far.saw(1, 7);
    }

    @Test
    void scriptsThatWereFlushedAreLoadedAgain() {
        var writer = here.create(id, OWNER, reason -> {});
        var far = new Watcher();
        there.subscribe(id, OWNER, 0, far);
        append(writer, 1);
        far.has(1);
        client.scriptFlush();
        append(writer, 1);
        writer.finish();
        assertThat(far.end()).isEqualTo(End.FINISHED);
        far.saw(1, 2);
        assertThat(writer.isResumable() || far.hasEnded()).isTrue();
    }

    @Test
    void whoWatchesElsewhereIsSeen() {
        var writer = here.create(id, OWNER, reason -> {});
        assertThat(here.isWatchedElsewhere(id)).isFalse();
        here.subscribe(id, OWNER, 0, new Watcher());
        assertThat(here.isWatchedElsewhere(id)).isFalse();
        var subscription = there.subscribe(id, OWNER, 0, new Watcher());
        assertThat(here.isWatchedElsewhere(id)).isTrue();
        assertThat(there.isWatchedElsewhere(id)).isFalse(); // it is not written there
        await().pollDelay(Duration.ofMillis(1500)).until(() -> here.isWatchedElsewhere(id));
        subscription.close();
        await().until(() -> !here.isWatchedElsewhere(id));
        writer.finish();
    }

    @Test
    void aCancelReachesTheNodeThatWrites() {
        var reasons = new CopyOnWriteArrayList<String>();
        var writer = here.create(id, OWNER, reasons::add);
        there.cancel(id, OWNER, "enough");
        await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(5)).until(() -> !reasons.isEmpty());
        writer.close();
        there.cancel(id, OWNER, "too late");
        assertThat(reasons).containsExactly("enough");
    }
}
