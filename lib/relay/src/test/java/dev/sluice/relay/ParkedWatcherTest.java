package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayListener.Departure;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the response to a client ends that can answer a run's question only with another request. */
class ParkedWatcherTest {
    private RelayFixture fixture;
    private ResumeLog.Writer writer;
    private int timers;

    @BeforeEach
    void begin() {
        begin(new RelayFixture());
    }

    private void begin(RelayFixture with) {
        fixture = with;
        writer = fixture.log.create("s", ALICE, reason -> {});
        timers = fixture.time.scheduled();
    }

    @AfterEach
    void end() {
        writer.close();
        fixture.close();
    }

    @Test
    void itEndsWhenNothingFollows() {
        RecordingSink sink = watch();
        say("tool_start");
        say("run_parked");
        awaitTimer();
        fixture.millis(99);
        assertThat(sink.closed).isFalse();
        fixture.millis(1);
        assertThat(sink.awaitEnd().frames()).endsWith("2 run_parked {}", "end");
        assertThat(sink.aborted).isFalse();
        await().until(() -> fixture.departures.contains(Departure.WRITTEN));
    }

    @Test
    void itGoesOnWhenSomethingFollowsAtOnce() {
        RecordingSink sink = watch();
        say("run_parked");
        awaitTimer();
        say("tool_complete");
        await().until(() -> sink.lastId() == 2);
        fixture.seconds(1);
        assertThat(sink.closed).isFalse();
        say("run_parked");
        awaitTimer();
        fixture.seconds(1);
        assertThat(sink.awaitEnd().frames()).endsWith("3 run_parked {}", "end");
    }

    @Test
    void whoComesLaterIsToldAllOfARunThatGoesOn() {
        say("run_parked");
        writer.append("tool_complete", "{\"output\":\"" + "x".repeat(100_000) + "\"}"); // is written by itself
        RecordingSink sink = watch();
        await().until(() -> sink.lastId() == 2);
        fixture.seconds(1);
        say("tool_start");
        await().until(() -> sink.lastId() == 3);
        assertThat(sink.closed).isFalse();
    }

    @Test
    void itEndsForOneThatHadToCatchUp() {
        end();
        begin(new RelayFixture(builder -> builder.watcherBuffer(1)));
        for (int i = 0; i < 20; i++) {
            say("tool_start");
        }
        say("run_parked");
        RecordingSink sink = watch();
        await().until(() -> sink.lastId() == 21);
        awaitTimer();
        fixture.millis(100);
        assertThat(sink.awaitEnd().frames()).endsWith("21 run_parked {}", "end");
    }

    @Test
    void otherClientsStay() {
        RecordingSink sink = fixture.watch("s");
        say("run_parked");
        await().until(() -> sink.lastId() == 1);
        fixture.seconds(20);
        await().until(() -> sink.frames().contains("alive"));
        assertThat(sink.closed).isFalse();
    }

    private void say(String type) {
        writer.append(type, "{}");
    }

    private void awaitTimer() {
        await().until(() -> fixture.time.scheduled() > timers + 1); // WatcherTimer has one
    }

    private RecordingSink watch() {
        var sink = new RecordingSink();
        fixture.relay.attach(ALICE, "s", 0, new AnsweringFormat(), sink);
        return sink;
    }

    /** Plain frames, for a client that is parked with the run. */
    private static final class AnsweringFormat implements StreamFormat {
        @Override
        public Map<String, String> headers() {
            return Map.of();
        }

        @Override
        public boolean resumesByEventId() {
            return true;
        }

        @Override
        public Encoder encoder(String streamId) {
            Encoder plain = PlainFormat.PLAIN.encoder(streamId);
            return new Encoder() {
                private boolean parked;

                @Override
                public void event(RelayEvent event, Consumer<String> frames) {
                    parked = event.type().equals("run_parked");
                    plain.event(event, frames);
                }

                @Override
                public boolean isParked() {
                    return parked;
                }

                @Override
                public void heartbeat(Consumer<String> frames) {
                    plain.heartbeat(frames);
                }

                @Override
                public void failure(String code, String message, boolean retryable, Consumer<String> frames) {
                    plain.failure(code, message, retryable, frames);
                }

                @Override
                public void end(Consumer<String> frames) {
                    plain.end(frames);
                }
            };
        }
    }
}
