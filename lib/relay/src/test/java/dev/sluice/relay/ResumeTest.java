package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tools.RunEvent.StreamComplete;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever comes, whenever, after whatever, has every event once and in order. */
class ResumeTest {
    private static final int EVENTS = 12;

    enum Reader {
        FAST,
        SLOW,
        BLOCKED_FOR_A_WHILE
    }

    private static List<Long> ids(List<String> frames) {
        return frames.stream()
                .filter(frame -> Character.isDigit(frame.charAt(0)))
                .map(frame -> Long.parseLong(frame.substring(0, frame.indexOf(' '))))
                .toList();
    }

    private static List<Long> from(long after) {
        return LongStream.rangeClosed(after + 1, EVENTS).boxed().toList();
    }

    @ParameterizedTest
    @EnumSource
    void everyPlaceAndEveryMoment(Reader reader) {
        for (int said = 0; said <= EVENTS; said++) {
            for (long after = 0; after <= said; after++) {
                try (var fixture = new RelayFixture(builder -> builder.watcherBuffer(400))) {
                    var run = new ScriptedRun();
                    say(run, 0, said);
                    String id = fixture.start(run);
                    var witness = fixture.watch(id);
                    int already = said;
                    await().until(() -> witness.lastId() == already);
                    var sink = new RecordingSink();
                    if (reader == Reader.BLOCKED_FOR_A_WHILE) {
                        sink.block();
                    }
                    fixture.relay.attach(
                            ALICE, id, after, PlainFormat.PLAIN, reader == Reader.SLOW ? new SlowSink(sink) : sink);
                    say(run, said, EVENTS);
                    witness.awaitEnd();
                    sink.unblock();
                    assertThat(ids(sink.awaitEnd().frames())).isEqualTo(from(after));
                    assertThat(sink.frames()).endsWith("end");
                    assertThat(ids(witness.frames())).isEqualTo(from(0));
                }
            }
        }
    }

    /** Progress, which is never merged, and at last the end. */
    private static void say(ScriptedRun run, int from, int to) {
        for (int i = from + 1; i <= to; i++) {
            run.say(i == EVENTS ? new StreamComplete() : ScriptedRun.progress(String.valueOf(i)));
        }
    }

    private record SlowSink(RecordingSink sink) implements EventSink {
        @Override
        public void write(List<String> frames) throws IOException {
            for (int i = 0; i < 20; i++) {
                Thread.yield();
            }
            sink.write(frames);
        }

        @Override
        public void onGone(Runnable gone) {
            sink.onGone(gone);
        }

        @Override
        public void close() {
            sink.close();
        }

        @Override
        public void abort() {
            sink.abort();
        }
    }

    @Test
    void aStormOfReconnectsLosesNothingAndDoublesNothing() {
        int events = 2_000;
        try (var relay = Relay.builder().watcherBuffer(20_000).build()) {
            var run = new ScriptedRun();
            String id = relay.start(ALICE, run);
            var speaker = Thread.ofVirtual().start(() -> {
                for (int i = 1; i < events; i++) {
                    run.say(ScriptedRun.progress(String.valueOf(i)));
                    Thread.yield();
                }
            });
            var had = new ArrayList<Long>();
            for (int visit = 0; visit < 1_000; visit++) {
                var sink = new RecordingSink();
                relay.attach(ALICE, id, had.isEmpty() ? 0 : had.getLast(), PlainFormat.PLAIN, sink);
                for (int spin = ThreadLocalRandom.current().nextInt(50); spin > 0; spin--) {
                    Thread.yield();
                }
                sink.gone();
                had.addAll(ids(
                        List.copyOf(sink.writes).stream().flatMap(List::stream).toList()));
            }
            await().until(() -> !speaker.isAlive());
            run.say(new StreamComplete());
            var sink = new RecordingSink();
            relay.attach(ALICE, id, had.isEmpty() ? 0 : had.getLast(), PlainFormat.PLAIN, sink);
            had.addAll(ids(sink.awaitEnd().frames()));
            assertThat(had).isEqualTo(LongStream.rangeClosed(1, events).boxed().toList());
            await().until(() -> relay.watching() == 0);
        }
    }

    @Test
    void aThousandWhoAllComeBackAtOnceAllGetEverything() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(ScriptedRun.counting(500));
            await().until(() -> fixture.relay.running() == 0);
            var sinks = new CopyOnWriteArrayList<RecordingSink>();
            for (int i = 0; i < 1_000; i++) {
                Thread.ofVirtual().start(() -> sinks.add(fixture.watch(id, 250, new RecordingSink())));
            }
            await().until(() -> sinks.size() == 1_000 && sinks.stream().allMatch(sink -> sink.closed));
            assertThat(sinks)
                    .allSatisfy(
                            sink -> assertThat(ids(sink.frames())).hasSize(250).endsWith(500L));
            assertThat(fixture.relay.watching()).isZero();
        }
    }
}
