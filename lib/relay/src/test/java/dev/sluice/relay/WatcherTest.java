package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static dev.sluice.relay.ScriptedRun.progress;
import static dev.sluice.relay.ScriptedRun.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.tools.RunEvent.StreamComplete;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a watcher is written to, and what becomes of one that does not take it. */
class WatcherTest {

    /** The words in all frames, joined. */
    private static String words(RecordingSink sink) {
        var words = new StringBuilder();
        for (String frame : sink.frames()) {
            if (frame.contains(" message_delta ")) {
                words.append(Json.readObject(frame.split(" ", 3)[2]).get("text"));
            }
        }
        return words.toString();
    }

    @Test
    void theFirstTextIsWrittenAtOnceAndTheNextAreBatched() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            run.say(text("a"));
            assertThat(sink.awaitWrites(1)).hasSize(1);
            run.say(text("b")).say(text("c")).say(text("d"));
            fixture.awaitEvents(id, 4);
            fixture.millis(49);
            assertThat(sink.writes).hasSize(1);
            fixture.millis(1);
            assertThat(sink.awaitWrites(2).get(1)).hasSize(3);
            assertThat(words(sink)).isEqualTo("abcd");
            fixture.millis(50); // a pause: what comes now has waited for nothing
            run.say(text("e"));
            assertThat(sink.awaitWrites(3).get(2)).hasSize(1);
            assertThat(fixture.merges).isEmpty();
        }
    }

    @Test
    void whatIsNoTextIsWrittenAtOnceWithAllThatWaits() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            run.say(text("a"));
            sink.awaitWrites(1);
            run.say(text("b"));
            fixture.awaitEvents(id, 2);
            run.say(progress("half"));
            await().until(() -> sink.lastId() == 3);
            run.say(text("c")); // the first of a new text
            await().until(() -> sink.lastId() == 4);
            run.say(text("d")).say(new StreamComplete());
            assertThat(sink.awaitEnd().frames()).hasSize(7);
        }
    }

    @Test
    void withoutADelayEveryTextIsWrittenAtOnce() {
        try (var fixture = new RelayFixture(builder -> builder.flushAfter(Duration.ZERO))) {
            var run = new ScriptedRun();
            var sink = fixture.watch(fixture.start(run));
            for (int i = 1; i < 20; i++) {
                run.say(text("a"));
                int said = i;
                await().until(() -> sink.lastId() == said);
            }
        }
    }

    @Test
    void aSilentConnectionIsToldThatItIsAliveAndNoOther() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            var sink = fixture.watch(fixture.start(run));
            fixture.seconds(14);
            assertThat(sink.writes).isEmpty();
            fixture.seconds(1);
            assertThat(sink.awaitWrites(1)).containsExactly(List.of("alive"));
            fixture.seconds(10);
            run.say(progress("a"));
            sink.awaitWrites(2);
            fixture.seconds(14);
            assertThat(sink.writes).hasSize(2);
            fixture.seconds(1);
            assertThat(sink.awaitWrites(3).get(2)).containsExactly("alive");
        }
    }

    @Test
    void whereNobodyWatchesNoTimerRuns() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(new ScriptedRun());
            int without = fixture.time.scheduled();
            var sinks = List.of(fixture.watch(id), fixture.watch(id), fixture.watch(id));
            int with = fixture.time.scheduled();
            assertThat(with).isEqualTo(without); // one for all of them; and none that waits for somebody to come
            sinks.forEach(RecordingSink::gone);
            assertThat(fixture.time.scheduled()).isEqualTo(without);
            assertThat(fixture.relay.watching()).isZero();
        }
    }

    @Test
    void aConnectionThatGoesIsNotWrittenToAnyMore() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var gone = fixture.watch(id);
            var other = fixture.watch(id);
            run.say(progress("a"));
            gone.awaitWrites(1);
            gone.gone();
            assertThat(fixture.relay.watching()).isEqualTo(1);
            run.say(progress("b")).say(new StreamComplete());
            assertThat(other.awaitEnd().frames()).hasSize(4);
            assertThat(gone.writes).hasSize(1);
            assertThat(fixture.departures).containsExactlyInAnyOrder(Departure.GONE, Departure.WRITTEN);
        }
    }

    @Test
    void aConnectionThatIsGoneAtOnceIsNotWrittenTo() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(ScriptedRun.counting(10));
            var sink = new RecordingSink();
            fixture.relay.attach(ALICE, id, 0, PlainFormat.PLAIN, new EventSink() {
                @Override
                public void write(List<String> frames) {
                    sink.writes.add(frames);
                }

                @Override
                public void onGone(Runnable gone) {
                    gone.run();
                }

                @Override
                public void close() {}

                @Override
                public void abort() {}
            });
            assertThat(fixture.relay.watching()).isZero();
            assertThat(sink.writes).isEmpty();
            assertThat(fixture.departures).containsExactly(Departure.GONE);
        }
    }

    @Test
    void aConnectionThatThrowsIsCutAndTheOthersGoOn() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var broken = fixture.watch(id);
            broken.broken = true;
            var other = fixture.watch(id);
            run.say(progress("a"));
            await().until(() -> broken.aborted);
            run.say(new StreamComplete());
            assertThat(other.awaitEnd().frames()).hasSize(3);
        }
    }

    @Test
    void aFormatThatThrowsIsCutAndTheOthersGoOn() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var cut = new RecordingSink();
            fixture.relay.attach(ALICE, id, 0, new BrokenFormat(), cut);
            var other = fixture.watch(id);
            run.say(progress("a")).say(new StreamComplete());
            assertThat(other.awaitEnd().frames()).hasSize(3);
            await().until(() -> cut.aborted);
            assertThat(fixture.relay.watching()).isZero();
        }
    }

    @Test
    void aReaderThatIsBehindGetsTextMergedAndNothingElse() {
        try (var fixture = new RelayFixture(builder -> builder.watcherBuffer(100_000))) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var sink = fixture.watch(id, 0, new RecordingSink().block());
            run.say(progress("a"));
            await().until(() -> sink.inWrite);
            var said = new StringBuilder();
            for (int i = 0; i < 600; i++) {
                run.say(i % 200 == 199 ? progress("b") : text(i + "é\n"));
                said.append(i % 200 == 199 ? "" : i + "é\n");
            }
            fixture.awaitEvents(id, 601);
            sink.unblock();
            await().until(() -> sink.lastId() == 601);
            assertThat(words(sink)).isEqualTo(said.toString());
            assertThat(sink.frames()).hasSizeLessThan(20);
            assertThat(sink.frames())
                    .filteredOn(frame -> frame.contains("tool_progress"))
                    .hasSize(4);
            assertThat(fixture.merges.stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(601 - sink.frames().size());
            assertThat(fixture.pauses).isEmpty();
        }
    }

    @Test
    void anAnswerOfAnyLengthFitsThroughASmallBuffer() {
        try (var fixture = new RelayFixture(builder -> builder.watcherBuffer(1_000))) {
            var run = new ScriptedRun();
            for (int i = 0; i < 3_000; i++) {
                run.say(i % 10 == 0 ? progress("x".repeat(i)) : text(i + " "));
            }
            run.say(new StreamComplete());
            String id = fixture.start(run);
            await().until(() -> fixture.relay.running() == 0);
            var sink = fixture.watch(id);
            assertThat(sink.awaitEnd().frames()).endsWith("end");
            assertThat(sink.lastId()).isEqualTo(3_001);
            assertThat(sink.frames())
                    .filteredOn(frame -> frame.contains("tool_progress"))
                    .hasSize(300);
            await().until(() -> fixture.pauses.size() > 100);
            assertThat(sink.writes)
                    .as("the buffer and an event")
                    .allMatch(frames -> frames.stream().mapToInt(String::length).sum() < 5_000);
        }
    }

    @Test
    void aReaderThatTakesTooLongForAFullBufferIsToldSoAndCanComeBack() {
        try (var fixture = new RelayFixture(builder -> builder.watcherBuffer(1_000))) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var slow = fixture.watch(id, 0, new RecordingSink().block());
            var fast = fixture.watch(id);
            for (int i = 0; i < 100; i++) {
                run.say(progress("b" + i));
            }
            await().until(() -> fast.lastId() == 100);
            fixture.seconds(10);
            slow.unblock();
            assertThat(slow.awaitEnd().writes).endsWith(List.of("failure slow_reader true")); // and none of what waited
            assertThat(slow.closed).isTrue();
            long had = slow.lastId();
            assertThat(had).isLessThan(100);
            run.say(new StreamComplete());
            var again = fixture.watch(id, had, new RecordingSink()).awaitEnd();
            assertThat(again.frames().getFirst()).startsWith((had + 1) + " ");
            assertThat(again.lastId()).isEqualTo(101);
            assertThat(fast.awaitEnd().frames()).hasSize(102);
            await().until(() -> fixture.departures.contains(Departure.SLOW));
        }
    }

    @Test
    void aReaderThatTakesNothingAtAllIsCutOffAndHoldsUpNobody() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var stuck = fixture.watch(id, 0, new RecordingSink().blockForEver());
            var other = fixture.watch(id);
            run.say(progress("a"));
            await().until(() -> stuck.inWrite && other.lastId() == 1);
            fixture.seconds(19);
            assertThat(stuck.aborted).isFalse();
            fixture.seconds(1);
            await().until(() -> stuck.aborted);
            await().until(() -> fixture.relay.watching() == 1);
            run.say(new StreamComplete());
            await().until(() -> other.closed);
            stuck.unblock();
        }
    }

    @Test
    void aFormatWithoutAWordForFailureIsCut() {
        try (var fixture = new RelayFixture()) {
            var writer = fixture.log.create("s", ALICE, reason -> {});
            var silent = new RecordingSink();
            fixture.relay.attach(ALICE, "s", 0, new PlainFormat(true, false), silent);
            var telling = fixture.watch("s");
            writer.append("debug", "{}");
            writer.close();
            assertThat(telling.awaitEnd().frames()).containsExactly("1 debug {}", "failure producer_lost false");
            assertThat(telling.closed).isTrue();
            silent.awaitEnd();
            await().until(() -> silent.aborted);
            assertThat(silent.frames()).containsExactly("1 debug {}");
        }
    }

    @Test
    void aFormatThatCannotResumeStartsFromTheBeginning() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(ScriptedRun.counting(5));
            var sink = new RecordingSink();
            fixture.relay.attach(ALICE, id, 3, new PlainFormat(false, true), sink);
            assertThat(sink.awaitEnd().frames().getFirst()).startsWith("1 ");
        }
    }

    @Test
    void eventsThatTheLogLeavesOutEndTheWatchAndAreNotSkipped() {
        try (var fixture = new RelayFixture(builder -> builder, LossyLog::new)) {
            String id = fixture.start(ScriptedRun.counting(5));
            await().until(() -> fixture.relay.running() == 0);
            assertThat(fixture.watch(id).awaitEnd().frames()).hasSize(3).endsWith("failure stream_expired false");
        }
    }

    @Test
    void theDelayIsFromArrivalToWritten() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            run.say(text("a"));
            sink.awaitWrites(1);
            run.say(text("b"));
            fixture.awaitEvents(id, 2);
            fixture.millis(50);
            sink.awaitWrites(2);
            await().untilAsserted(
                            () -> assertThat(fixture.delays).containsExactly(Duration.ZERO, Duration.ofMillis(50)));
        }
    }
}
