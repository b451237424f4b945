package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static dev.sluice.relay.ScriptedRun.progress;
import static dev.sluice.relay.ScriptedRun.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.tools.RunEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What comes while a watcher is being written to, and how long that may take. */
class WatcherPaceTest {
    private final ScriptedRun run = new ScriptedRun();

    @Test
    void textThatCameMeanwhileIsWrittenWhenItIsDue() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(run);
            var sink = fixture.watch(id, 0, new RecordingSink().block());
            run.say(text("a"));
            await().until(() -> sink.inWrite);
            int before = fixture.time.scheduled();
            run.say(text("b")).say(text("c"));
            fixture.awaitEvents(id, 3);
            sink.unblock();
            await().until(() -> fixture.time.scheduled() == before + 1);
            fixture.millis(50);
            assertThat(sink.awaitWrites(2).get(1)).hasSize(2);
        }
    }

    @Test
    void oneTimerWaitsForAllTextThatWaits() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            fixture.seconds(1); // what counts is the last write
            run.say(text("a"));
            sink.awaitWrites(1);
            int before = fixture.time.scheduled();
            run.say(text("b")).say(text("c")).say(text("d"));
            fixture.awaitEvents(id, 4);
            assertThat(fixture.time.scheduled()).isEqualTo(before + 1);
            fixture.millis(50);
            sink.awaitWrites(2);
            assertThat(fixture.time.scheduled()).isEqualTo(before);
        }
    }

    @Test
    void whatHasBeenWrittenNoLongerCounts() {
        try (var fixture = new RelayFixture(builder -> builder.watcherBuffer(1_000))) {
            var sink = fixture.watch(fixture.start(run));
            for (int i = 1; i <= 50; i++) {
                int said = i;
                run.say(progress("a"));
                await().until(() -> sink.lastId() == said);
            }
            assertThat(fixture.pauses).isEmpty();
        }
    }

    @Test
    void oneThatIsBusyNeedsNoSignOfLife() {
        try (var fixture = new RelayFixture()) {
            var sink = fixture.watch(fixture.start(run), 0, new RecordingSink().block());
            run.say(progress("a"));
            await().until(() -> sink.inWrite);
            fixture.seconds(16);
            sink.unblock();
            sink.awaitWrites(1);
            run.say(progress("b"));
            await().until(() -> sink.lastId() == 2);
            assertThat(sink.frames()).hasSize(2).doesNotContain("alive");
        }
    }

    /** A connection that takes a write when the test lets it. */
    private static final class SteppingSink implements EventSink {
        final AtomicInteger begun = new AtomicInteger();
        final Semaphore allowed = new Semaphore(0);
        final AtomicLong progress = new AtomicLong();

        @Override
        public AtomicLong progress() {
            return progress;
        }

        @Override
        public void write(List<String> frames) throws IOException {
            begun.incrementAndGet();
            try {
                allowed.acquire();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void onGone(Runnable gone) {}

        @Override
        public void close() {}

        @Override
        public void abort() {}
    }

    @Test
    void eachWriteHasAllTheTimeThatThereIs() {
        try (var fixture = new RelayFixture(builder -> builder.idleTimeout(Duration.ZERO))) {
            var sink = new SteppingSink();
            String id = fixture.start(run);
            fixture.relay.attach(ALICE, id, 0, PlainFormat.PLAIN, sink);
            for (int i = 1; i <= 5; i++) {
                int write = i;
                run.say(progress("a"));
                await().until(() -> sink.begun.get() == write);
                run.say(progress("b")); // so that the writer always has more to do
                fixture.awaitEvents(id, 2 * i);
                fixture.seconds(15);
                assertThat(fixture.relay.watching()).isEqualTo(1);
                sink.allowed.release();
            }
        }
    }

    /** 300 kB in 90 s, say, of which each piece takes 9: less than may be, for a buffer, and always something. */
    @Test
    void aSlowReaderThatAlwaysTakesSomethingIsLeftAlone() {
        try (var fixture =
                new RelayFixture(builder -> builder.watcherBuffer(1_000).idleTimeout(Duration.ZERO))) {
            var sink = new SteppingSink();
            String id = fixture.start(run);
            fixture.relay.attach(ALICE, id, 0, PlainFormat.PLAIN, sink);
            for (int i = 0; i < 100; i++) {
                run.say(progress("a" + i));
            }
            await().until(() -> !fixture.pauses.isEmpty());
            for (int i = 0; i < 10; i++) {
                fixture.seconds(9);
                sink.progress.incrementAndGet();
                fixture.seconds(1);
            }
            assertThat(fixture.departures).isEmpty();
            sink.allowed.release(200);
            run.say(new RunEvent.StreamComplete());
            await().until(() -> fixture.departures.equals(List.of(Departure.WRITTEN)));
        }
    }

    @Test
    void aReaderThatTookSomethingOnceIsTooSlowTenSecondsLater() {
        try (var fixture =
                new RelayFixture(builder -> builder.watcherBuffer(1_000).idleTimeout(Duration.ZERO))) {
            var sink = new SteppingSink();
            String id = fixture.start(run);
            fixture.relay.attach(ALICE, id, 0, PlainFormat.PLAIN, sink);
            for (int i = 0; i < 100; i++) {
                run.say(progress("a" + i));
            }
            await().until(() -> !fixture.pauses.isEmpty());
            fixture.seconds(9);
            sink.progress.incrementAndGet();
            fixture.seconds(11);
            sink.allowed.release(200);
            await().until(() -> fixture.departures.equals(List.of(Departure.SLOW)));
        }
    }
}
