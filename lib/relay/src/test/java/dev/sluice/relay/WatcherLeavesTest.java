package dev.sluice.relay;

import static dev.sluice.relay.ScriptedRun.progress;
import static dev.sluice.relay.ScriptedRun.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.tools.RunEvent.StreamComplete;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a watcher holds is given back, however it leaves: its place in the log, its timer, its thread. */
class WatcherLeavesTest {
    private final AtomicInteger held = new AtomicInteger();
    private final ScriptedRun run = new ScriptedRun();

    private RelayFixture fixture(UnaryOperator<Relay.Builder> settings) {
        return new RelayFixture(settings, log -> new CountingLog(log, held));
    }

    private void say(int events) {
        for (int i = 0; i < events; i++) {
            run.say(progress("b" + i));
        }
    }

    @Test
    void oneThatIsGoneLeavesTheLog() {
        try (var fixture = fixture(builder -> builder)) {
            var sink = fixture.watch(fixture.start(run));
            assertThat(held).hasValue(1);
            sink.gone();
            assertThat(held).hasValue(0);
        }
    }

    @Test
    void oneThatWasGoneBeforeItsTurnDoesNotEnterTheLog() {
        try (var fixture = fixture(builder -> builder)) {
            String id = fixture.start(run);
            var gone = new RecordingSink() {
                @Override
                public void onGone(Runnable told) {
                    told.run();
                }
            };
            fixture.watch(id, 0, gone);
            assertThat(held).hasValue(0);
        }
    }

    @Test
    void oneThatIsToldThatTheServerStopsLeavesTheLog() {
        var fixture = fixture(builder -> builder);
        fixture.watch(fixture.start(run));
        fixture.relay.shutdown(Duration.ofSeconds(30));
        assertThat(held).hasValue(0);
    }

    @Test
    void oneForWhomThereIsTooMuchLeavesTheLogUntilItHasTakenThat() {
        try (var fixture = fixture(builder -> builder.watcherBuffer(1_000))) {
            String id = fixture.start(run);
            var sink = fixture.watch(id, 0, new RecordingSink().block());
            say(100);
            await().until(() -> fixture.pauses.size() == 1 && held.get() == 0);
            sink.unblock();
            await().until(() -> sink.lastId() == 100);
            await().until(() -> held.get() == 1);
        }
    }

    @Test
    void thatThereIsTooMuchAlreadyWhenItComesIsTheSame() {
        try (var fixture = fixture(builder -> builder.watcherBuffer(1_000))) {
            String id = fixture.start(run);
            var other = fixture.watch(id);
            say(100);
            await().until(() -> other.lastId() == 100);
            other.gone();
            var sink = fixture.watch(id, 0, new RecordingSink().block());
            assertThat(held).hasValue(0);
            sink.unblock();
            await().until(() -> sink.lastId() == 100);
        }
    }

    @Test
    void theTimerForTextThatWaitsGoesWithIt() {
        try (var fixture = fixture(builder -> builder)) {
            String id = fixture.start(run);
            fixture.watch(id); // so that the timer that all share, and none for an abandoned run, is there
            var sink = fixture.watch(id);
            run.say(text("a"));
            sink.awaitWrites(1);
            int without = fixture.time.scheduled();
            run.say(text("b"));
            await().until(() -> fixture.time.scheduled() == without + 2); // one for each watcher
            sink.gone();
            assertThat(fixture.time.scheduled()).isEqualTo(without + 1);
        }
    }

    @Test
    void aThreadThatIsStuckInItsConnectionIsInterrupted() {
        try (var fixture = fixture(builder -> builder)) {
            var sink = fixture.watch(fixture.start(run), 0, new RecordingSink().block());
            say(1);
            await().until(() -> sink.inWrite);
            fixture.seconds(20);
            await().until(() -> !sink.inWrite);
            assertThat(fixture.departures).containsExactly(Departure.SLOW);
        }
    }

    @Test
    void oneThatCannotGoOnFromTheLogIsToldWhy() {
        var down = new boolean[1];
        try (var fixture =
                new RelayFixture(builder -> builder.watcherBuffer(1_000), log -> new FailingLog(log, down))) {
            var sink = fixture.watch(fixture.start(run), 0, new RecordingSink().block());
            say(100);
            await().until(() -> fixture.pauses.size() == 1);
            down[0] = true;
            sink.unblock();
            assertThat(sink.awaitEnd().frames()).endsWith("failure unavailable true");
        }
    }

    @Test
    void oneForWhomTheLogDidNotKeepTheRestIsToldSo() {
        try (var fixture = new RelayFixture(
                builder -> builder.watcherBuffer(1_000),
                log -> MemoryResumeLog.builder().eventsPerStream(20).build())) {
            String id = fixture.start(run);
            var sink = fixture.watch(id, 0, new RecordingSink().block());
            say(100);
            fixture.awaitEvents(id, 100);
            sink.unblock();
            assertThat(sink.awaitEnd().frames()).endsWith("failure stream_expired false");
        }
    }

    /** Begins to shut the relay down, and has told the watchers. */
    private static Thread shuttingDown(RelayFixture fixture) {
        Thread thread = Thread.ofVirtual().start(() -> fixture.relay.shutdown(Duration.ofSeconds(30)));
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    @Test
    void oneThatHasYetToTakeTheEndIsToldThatAndNotThatTheServerStops() throws Exception {
        var fixture = fixture(builder -> builder);
        var sink = fixture.watch(fixture.start(run), 0, new RecordingSink().block());
        say(1);
        await().until(() -> sink.inWrite);
        run.say(new StreamComplete());
        await().until(() -> fixture.relay.running() == 0);
        Thread stopping = shuttingDown(fixture);
        sink.unblock();
        assertThat(sink.awaitEnd().frames()).hasSize(3).endsWith("end");
        stopping.join();
        await().untilAsserted(() -> assertThat(fixture.departures).containsExactly(Departure.WRITTEN));
    }

    @Test
    void oneThatIsBehindWhenTheServerStopsIsToldThatAndNotThatItIsSlow() throws Exception {
        var fixture = fixture(builder -> builder.watcherBuffer(1_000));
        var sink = fixture.watch(fixture.start(run), 0, new RecordingSink().block());
        say(100);
        await().until(() -> fixture.pauses.size() == 1);
        Thread stopping = shuttingDown(fixture);
        fixture.seconds(11);
        sink.unblock();
        assertThat(sink.awaitEnd().frames()).endsWith("failure server_shutdown true");
        stopping.join();
    }
}
