package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayListener.Outcome;
import dev.sluice.tools.RunEvent.StreamComplete;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of a run that nobody watches. */
class AbandonedRunTest {
    private final ScriptedRun run = new ScriptedRun();

    /** Nothing else happens that a leap of the clock could make much of. */
    private static Relay.Builder quiet(Relay.Builder builder) {
        return builder.heartbeat(Duration.ofDays(1)).idleTimeout(Duration.ZERO);
    }

    private static void awaitAbandoned(RelayFixture fixture, ScriptedRun run) {
        await().until(() -> fixture.relay.running() == 0 && run.closed);
        assertThat(fixture.outcomes).containsExactly(Outcome.ABANDONED);
        await().untilAsserted(() -> assertThat(run.cancels).containsExactly("nobody watches"));
    }

    @Test
    void itIsStoppedWhenItsLastWatcherHasBeenGoneForTheGrace() {
        try (var fixture = new RelayFixture(AbandonedRunTest::quiet)) {
            String id = fixture.start(run);
            var one = fixture.watch(id);
            var two = fixture.watch(id);
            fixture.seconds(100);
            one.gone();
            fixture.seconds(100);
            two.gone();
            fixture.time.advance(Duration.ofSeconds(30).minusNanos(1));
            assertThat(run.cancels).isEmpty();
            fixture.time.advance(Duration.ofNanos(1));
            awaitAbandoned(fixture, run);
            var late = fixture.watch(id).awaitEnd();
            assertThat(late.frames().getFirst()).contains("\"code\":\"abandoned\"", "\"retryable\":true");
        }
    }

    @Test
    void aWatcherThatComesBackInTimeSavesIt() {
        try (var fixture = new RelayFixture(AbandonedRunTest::quiet)) {
            String id = fixture.start(run);
            for (int i = 0; i < 10; i++) {
                var sink = fixture.watch(id);
                fixture.seconds(1);
                sink.gone();
                fixture.seconds(29);
            }
            assertThat(run.cancels).isEmpty();
            fixture.seconds(1);
            awaitAbandoned(fixture, run);
        }
    }

    @Test
    void oneThatWasNeverWatchedCountsFromItsStart() {
        try (var fixture = new RelayFixture(AbandonedRunTest::quiet)) {
            fixture.start(run);
            fixture.time.advance(Duration.ofSeconds(30).minusNanos(1));
            assertThat(run.cancels).isEmpty();
            fixture.time.advance(Duration.ofNanos(1));
            awaitAbandoned(fixture, run);
        }
    }

    @Test
    void withoutGraceItIsStoppedAtOnceButNotBeforeSomebodyCouldCome() {
        try (var fixture = new RelayFixture(builder -> quiet(builder).abandonAfter(Duration.ZERO))) {
            String id = fixture.start(run);
            fixture.seconds(9);
            fixture.watch(id).gone();
            awaitAbandoned(fixture, run);
        }
    }

    @Test
    void withoutGraceAndWithoutAnybodyItIsStoppedSoon() {
        try (var fixture = new RelayFixture(builder -> quiet(builder).abandonAfter(Duration.ZERO))) {
            fixture.start(run);
            fixture.seconds(10);
            awaitAbandoned(fixture, run);
        }
    }

    @Test
    void aRefusedWatcherIsNone() {
        try (var fixture = new RelayFixture(AbandonedRunTest::quiet)) {
            String id = fixture.start(run);
            try {
                fixture.watch(id, 99, new RecordingSink());
            } catch (RelayException expected) {
                assertThat(expected.code()).isEqualTo(RelayException.Code.EXPIRED);
            }
            fixture.seconds(30);
            awaitAbandoned(fixture, run);
        }
    }

    @Test
    void oneThatIsWatchedOnAnotherMachineGoesOnAsLongAsThat() {
        var elsewhere = new AtomicBoolean(true);
        var asked = new AtomicInteger();
        try (var fixture = new RelayFixture(AbandonedRunTest::quiet, log -> new SharedLog(log, elsewhere, asked))) {
            String id = fixture.start(run);
            fixture.watch(id).gone();
            for (int i = 1; i <= 5; i++) {
                fixture.seconds(30);
                int times = i;
                // the look is on a thread of its own, and sets the next one
                await().until(() -> asked.get() == times && fixture.time.scheduled() > 1);
            }
            assertThat(run.cancels).isEmpty();
            elsewhere.set(false);
            fixture.seconds(30);
            awaitAbandoned(fixture, run);
        }
    }

    @Test
    void oneThatHasEndedIsNot() {
        try (var fixture = new RelayFixture(AbandonedRunTest::quiet)) {
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            run.say(new StreamComplete());
            sink.awaitEnd();
            fixture.seconds(100);
            assertThat(fixture.outcomes).containsExactly(Outcome.COMPLETED);
            assertThat(run.cancels).isEmpty();
        }
    }

    /** A log that other machines have watchers in. */
    private static final class SharedLog extends ForwardingLog {
        private final AtomicBoolean elsewhere;
        private final AtomicInteger asked;

        SharedLog(ResumeLog to, AtomicBoolean elsewhere, AtomicInteger asked) {
            super(to);
            this.elsewhere = elsewhere;
            this.asked = asked;
        }

        @Override
        public boolean isWatchedElsewhere(String streamId) {
            boolean watched = elsewhere.get();
            asked.incrementAndGet();
            return watched;
        }
    }
}
