package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static dev.sluice.relay.RelayFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.StreamException;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.RelayListener.Outcome;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.StreamError;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {

    private static Map<String, Object> last(RecordingSink sink) {
        var frames = sink.awaitEnd().frames();
        assertThat(frames).endsWith("end");
        return Json.readObject(frames.get(frames.size() - 2).split(" ", 3)[2]);
    }

    private static Object code(RecordingSink sink) {
        Map<String, Object> last = last(sink);
        assertThat(last).containsEntry("type", "stream_error");
        return ((Map<?, ?>) last.get("details")).get("code");
    }

    @Test
    void aRunIsToldFromItsFirstEventToItsLast() {
        try (var fixture = new RelayFixture()) {
            var run = ScriptedRun.counting(4);
            var sink = fixture.watch(fixture.start(run));
            assertThat(sink.awaitEnd().frames())
                    .containsExactly(
                            "1 message_delta {\"type\":\"message_delta\",\"index\":0,\"text\":\"1 \"}",
                            "2 message_delta {\"type\":\"message_delta\",\"index\":0,\"text\":\"2 \"}",
                            "3 message_delta {\"type\":\"message_delta\",\"index\":0,\"text\":\"3 \"}",
                            "4 stream_complete {\"type\":\"stream_complete\"}",
                            "end");
            assertThat(sink.closed).isTrue();
            assertThat(sink.aborted).isFalse();
            await().until(() -> run.closed);
            assertThat(fixture.outcomes).containsExactly(Outcome.COMPLETED);
        }
    }

    @Test
    void idsCannotBeGuessed() {
        try (var fixture = new RelayFixture(builder -> builder.streamsPerSession(1_000))) {
            var ids = new HashSet<String>();
            for (int i = 0; i < 1_000; i++) {
                ids.add(fixture.start(ScriptedRun.counting(1)));
            }
            assertThat(ids).hasSize(1_000).allMatch(id -> id.matches("[A-Za-z0-9_-]{22}"));
        }
    }

    @Test
    void aRunThatEndsWithoutAWordGetsALastEvent() {
        try (var fixture = new RelayFixture()) {
            var sink = fixture.watch(
                    fixture.start(new ScriptedRun().say(ScriptedRun.text("a")).end()));
            assertThat(code(sink)).isEqualTo("incomplete");
            assertThat(fixture.outcomes).containsExactly(Outcome.FAILED);
        }
    }

    @Test
    void aRunThatThrowsGetsALastEventThatSaysWhatKind() {
        var failures = Map.of(
                new StreamException.Truncated("secret"), "truncated",
                new StreamException.CircuitOpen("secret", null), "circuit_open",
                new StreamException.CredentialsFailed("secret", null, false), "credentials_failed",
                new StreamException.ApiError(529, "overloaded_error", "secret", null, null, "secret", true),
                        "api_error",
                new StreamException.LimitExceeded(dev.sluice.Limits.Limit.values()[0], 1), "limit_reached",
                new IllegalStateException("secret"), "failed",
                new RelayException(Code.UNAVAILABLE, "secret"), "unavailable");
        failures.forEach((failure, code) -> {
            try (var fixture = new RelayFixture()) {
                var run = new ScriptedRun().say(ScriptedRun.text("a")).fail(failure);
                var sink = fixture.watch(fixture.start(run));
                assertThat(code(sink)).isEqualTo(code);
                assertThat(sink.frames().toString()).doesNotContain("secret");
                await().until(() -> run.closed);
            }
        });
    }

    @Test
    void nothingFollowsTheLastEvent() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun().say(new StreamComplete()).say(ScriptedRun.text("late"));
            assertThat(fixture.watch(fixture.start(run)).awaitEnd().frames()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCancelledRunEndsWithAnError(boolean heeds) {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun().say(ScriptedRun.text("a"));
            run.heedsCancel = heeds;
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            sink.awaitWrites(1);
            fixture.relay.cancel(ALICE, id, "the user pressed stop");
            if (!heeds) {
                assertThat(sink.closed).isFalse();
                fixture.seconds(2);
            }
            assertThat(code(sink)).isEqualTo("cancelled");
            await().untilAsserted(() -> assertThat(run.cancels).containsExactly("the user pressed stop"));
            await().until(() -> fixture.relay.running() == 0 && run.closed);
            assertThat(fixture.outcomes).containsExactly(Outcome.CANCELLED);
            run.heedsCancel = true;
            run.end();
        }
    }

    @Test
    void nobodyElseCanWatchResumeOrCancel() {
        try (var fixture = new RelayFixture()) {
            var run = new ScriptedRun().say(ScriptedRun.text("a"));
            String id = fixture.start(run);
            for (String tried : List.of(id, "AAAAAAAAAAAAAAAAAAAAAA", "")) {
                var sink = new RecordingSink();
                assertUnknown(() -> fixture.relay.attach(BOB, tried, 0, PlainFormat.PLAIN, sink));
                assertUnknown(() -> fixture.relay.attach(BOB, tried, 1, PlainFormat.PLAIN, sink));
                assertUnknown(() -> fixture.relay.isDelivered(BOB, tried, 0));
                assertUnknown(() -> fixture.relay.cancel(BOB, tried, "no"));
                assertThat(sink.closed || sink.aborted || !sink.writes.isEmpty())
                        .isFalse();
            }
            assertThat(run.cancels).isEmpty();
            assertThat(fixture.relay.watching()).isZero();
        }
    }

    private static void assertUnknown(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN))
                .hasMessage("There is no such stream");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 5, Long.MAX_VALUE})
    void anIdThatNeverWasIsExpired(long after) {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(ScriptedRun.counting(4));
            await().until(() -> fixture.relay.running() == 0);
            assertThatThrownBy(() -> fixture.watch(id, after, new RecordingSink()))
                    .isInstanceOfSatisfying(
                            RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.EXPIRED));
            assertThat(fixture.relay.watching()).isZero();
        }
    }

    @Test
    void isDeliveredTellsWhetherThereIsMore() {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(ScriptedRun.counting(4));
            await().until(() -> fixture.relay.running() == 0);
            assertThat(fixture.relay.isDelivered(ALICE, id, 3)).isFalse();
            assertThat(fixture.relay.isDelivered(ALICE, id, 4)).isTrue();
        }
    }

    @Test
    void aSessionHasSoManyStreamsAndNoMore() {
        try (var fixture = new RelayFixture(builder -> builder.streamsPerSession(2))) {
            var first = new ScriptedRun();
            fixture.start(first);
            fixture.start(new ScriptedRun());
            var refused = new ScriptedRun();
            assertThatThrownBy(() -> fixture.start(refused))
                    .isInstanceOfSatisfying(
                            RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.TOO_MANY));
            assertThat(refused.closed).isTrue();
            fixture.relay.start(BOB, new ScriptedRun());
            first.say(new StreamComplete());
            await().until(() -> fixture.relay.running() == 2);
            fixture.start(new ScriptedRun());
        }
    }

    @Test
    void aRunThatIsSilentForTooLongIsStopped() {
        try (var fixture = new RelayFixture(builder -> builder.heartbeat(Duration.ofDays(1)))) {
            var run = new ScriptedRun();
            var sink = fixture.watch(fixture.start(run));
            for (int i = 1; i <= 5; i++) { // an event now and then keeps it going
                fixture.time.advance(Duration.ofMinutes(4));
                run.say(ScriptedRun.progress("on it"));
                int said = i;
                await().until(() -> sink.lastId() == said);
            }
            fixture.time.advance(Duration.ofMinutes(5).minusSeconds(1));
            assertThat(run.cancels).isEmpty();
            fixture.seconds(1);
            assertThat(code(sink)).isEqualTo("timed_out");
            assertThat(fixture.outcomes).containsExactly(Outcome.TIMED_OUT);
        }
    }

    @Test
    void aRunThatTakesTooLongIsStopped() {
        try (var fixture = new RelayFixture(builder ->
                builder.heartbeat(Duration.ofDays(1)).idleTimeout(Duration.ZERO).totalTimeout(Duration.ofMinutes(7)))) {
            var sink = fixture.watch(fixture.start(new ScriptedRun()));
            fixture.time.advance(Duration.ofMinutes(7).minusNanos(1));
            assertThat(sink.closed).isFalse();
            fixture.time.advance(Duration.ofNanos(1));
            assertThat(code(sink)).isEqualTo("timed_out");
        }
    }

    @Test
    void aRunThatHasEndedLeavesNoTimer() {
        try (var fixture = new RelayFixture()) {
            int kept = 0;
            for (int i = 0; i < 10; i++) {
                fixture.watch(fixture.start(ScriptedRun.counting(3))).awaitEnd();
                kept++; // the log's, which is to forget the stream
            }
            int expected = kept;
            await().untilAsserted(() -> assertThat(fixture.time.scheduled()).isEqualTo(expected));
        }
    }

    @Test
    void anEventThatIsTooLongEndsTheRunAndAnOutputIsCut() {
        try (var fixture = new RelayFixture(builder -> builder.maxEvent(1_000))) {
            var run = new ScriptedRun()
                    .say(new RunEvent.ToolComplete("1", "😀".repeat(5_000)))
                    .say(new RunEvent.ToolEvent("1", new RunEvent.ToolComplete("2", "\u0001".repeat(5_000))))
                    .say(ScriptedRun.text("x".repeat(1_000)));
            var sink = fixture.watch(fixture.start(run));
            assertThat(code(sink)).isEqualTo("failed");
            var frames = sink.frames();
            assertThat(frames).allMatch(frame -> frame.length() <= 1_100);
            assertThat(frames.get(0)).contains("(cut: 10000 characters in all)").doesNotContain("\ufffd");
            assertThat(frames.get(1)).contains("(cut: 5000 characters in all)");
            await().until(() -> run.closed);
        }
    }

    @Test
    void aLogThatFailsEndsTheRunAndItsWatchersAreTold() {
        var down = new boolean[1];
        try (var fixture = new RelayFixture(builder -> builder, log -> new FailingLog(log, down))) {
            var run = new ScriptedRun().say(ScriptedRun.text("a"));
            var sink = fixture.watch(fixture.start(run));
            sink.awaitWrites(1);
            down[0] = true;
            run.say(ScriptedRun.text("b"));
            assertThat(sink.awaitEnd().frames()).endsWith("failure producer_lost false");
            await().until(() -> run.closed && fixture.relay.running() == 0);
            var refused = new ScriptedRun();
            assertThatThrownBy(() -> fixture.start(refused)).isInstanceOf(RelayException.class);
            assertThat(refused.closed).isTrue();
        }
    }

    @Test
    void aListenerThatThrowsIsNoHarm() {
        var relay = Relay.builder()
                .listener(new RelayListener() {
                    @Override
                    public void started() {
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public void written(int events, long characters, Duration delay) {
                        throw new IllegalStateException("on purpose");
                    }
                })
                .build();
        try (relay) {
            var sink = new RecordingSink();
            relay.attach(ALICE, relay.start(ALICE, ScriptedRun.counting(3)), 0, PlainFormat.PLAIN, sink);
            assertThat(sink.awaitEnd().frames()).hasSize(4);
        }
    }

    @Test
    void errorsAreMaskedUnlessTheyMayBeShown() {
        for (boolean shown : new boolean[] {false, true}) {
            try (var fixture = new RelayFixture(builder -> builder.showErrors(shown))) {
                var run = new ScriptedRun()
                        .say(new RunEvent.ToolError("1", "echo", "secret", new IllegalStateException("secret")))
                        .say(new RunEvent.Debug(null, "secret"))
                        .say(new RunEvent.ToolEvent("1", new RunEvent.Debug("2", "secret")))
                        .say(new RunEvent.ToolEvent("1", new RunEvent.ToolError("2", "echo", "secret", null)))
                        .say(new StreamError("secret", Map.of("code", "c", "retryable", true, "request_id", "secret")));
                var frames =
                        fixture.watch(fixture.start(run)).awaitEnd().frames().toString();
                assertThat(frames.split("secret", -1)).hasSize(shown ? 7 : 1);
                assertThat(frames).contains("\"code\":\"c\"", "\"retryable\":true", "end");
            }
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefusedByName() {
        var builder = Relay.builder();
        assertThatThrownBy(() -> builder.streamsPerSession(0)).hasMessageContaining("streams");
        assertThatThrownBy(() -> builder.heartbeat(Duration.ZERO)).hasMessageContaining("every");
        assertThatThrownBy(() -> builder.flushAfter(Duration.ofNanos(-1))).hasMessageContaining("delay");
        assertThatThrownBy(() -> builder.abandonAfter(Duration.ofNanos(-1))).hasMessageContaining("grace");
        assertThatThrownBy(() -> builder.idleTimeout(Duration.ofNanos(-1))).hasMessageContaining("limit");
        assertThatThrownBy(() -> builder.totalTimeout(Duration.ofNanos(-1))).hasMessageContaining("limit");
        assertThatThrownBy(() -> builder.watcherBuffer(0)).hasMessageContaining("bytes");
        assertThatThrownBy(() -> builder.slowAfter(Duration.ZERO)).hasMessageContaining("limit");
        assertThatThrownBy(() -> builder.maxEvent(0)).hasMessageContaining("characters");
    }
}
