package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redis is far away, or the connections to it break. */
final class SlowRedisTest {
    private final RedisProcess redis = RedisProcess.start();
    private final TcpProxy near = new TcpProxy(redis.port);
    private final TcpProxy far = new TcpProxy(redis.port);
    private final RedisResumeLog here = node(near);
    private final RedisResumeLog there = node(far);
    private final String id = UUID.randomUUID().toString();

    private static RedisResumeLog node(TcpProxy path) {
        return RedisResumeLog.builder("127.0.0.1", path.port())
                .lease(Duration.ofSeconds(20))
                .build();
    }

    @AfterEach
    void close() throws Exception {
        here.close();
        there.close();
        near.close();
        far.close();
        redis.close();
    }

    @Test
    void slowIsSlowOnlyForOtherMachines() {
        near.delay(100);
        var writer = here.create(id, OWNER, reason -> {});
        var local = new Watcher();
        here.subscribe(id, OWNER, 0, local);
        var remote = new Watcher();
        there.subscribe(id, OWNER, 0, remote);
        for (int i = 1; i <= 1_000; i++) {
            append(writer, 1);
            assertThat(local.events).hasSize(i); // before append returned
        }
        writer.finish();
        assertThat(remote.end()).isEqualTo(End.FINISHED);
        remote.saw(1, 1_000);
    }

    @Test
    void whoHasMoreThanRedisWaitsForIt() {
        var writer = here.create(id, OWNER, reason -> {});
        append(writer, 5);
        var first = new Watcher();
        there.subscribe(id, OWNER, 0, first);
        first.has(5);
        near.delay(150);
        append(writer, 5); // a watcher of this machine has these, loses its connection and comes back on the other
        var back = new Watcher();
        there.subscribe(id, OWNER, 10, back);
        append(writer, 5);
        writer.finish();
        assertThat(back.end()).isEqualTo(End.FINISHED);
        back.saw(11, 15);
    }

    @Test
    void whoIsTooSlowForWhatIsKeptIsToldSo() {
        try (var brief =
                RedisResumeLog.builder("127.0.0.1", redis.port).maxEvents(10).build()) {
            var writer = brief.create(id, OWNER, reason -> {});
            append(writer, 5);
            var watcher = new Watcher();
            there.subscribe(id, OWNER, 0, watcher);
            watcher.has(5);
            far.delay(300);
            append(writer, 3_000);
            assertThat(watcher.end()).isEqualTo(End.EXPIRED);
            watcher.saw(1, watcher.events.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionsThatBreakCostNothingButTime(boolean writersToo) {
        var writer = here.create(id, OWNER, reason -> {});
        var watchers = new ArrayList<Watcher>();
        for (int round = 0; round < 8; round++) {
            append(writer, 200);
            var watcher = new Watcher();
            await().ignoreExceptions().until(() -> there.subscribe(id, OWNER, 0, watcher) != null);
            watchers.add(watcher);
            far.cut();
            if (writersToo) {
                near.cut();
            }
        }
        writer.finish();
        for (Watcher watcher : watchers) {
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            watcher.saw(1, 1_600);
        }
    }

    @Test
    void aStreamWhoseBeginningWasNotConfirmedIsTheWritersOwn() {
        near.loseAnswerTo("EXISTS"); // the script, which Redis has run by then
        var writer = here.create(id, OWNER, reason -> {});
        assertThat(near.losesAnswer()).isFalse();
        append(writer, 3);
        writer.finish();
        var watcher = new Watcher();
        there.subscribe(id, OWNER, 0, watcher);
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        watcher.saw(1, 3);
        assertThatThrownBy(() -> there.create(id, OWNER, reason -> {})).isInstanceOf(IllegalArgumentException.class);
    }
}
