package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MemoryResumeLogTest {
    private static final Session ALICE = new Session("alice");
    private static final Session BOB = new Session("bob");

    private final FakeTime time = new FakeTime();
    private final MemoryResumeLog log =
            MemoryResumeLog.builder().eventsPerStream(10).streams(3).time(time).build();
    private final List<String> cancels = new ArrayList<>();

    /** Remembers what it is told, in ids and at last the end. */
    private static class Told implements ResumeLog.Listener {
        final List<Object> what = new ArrayList<>();

        @Override
        public void events(List<RelayEvent> events) {
            events.forEach(event -> what.add(event.id()));
        }

        @Override
        public void end(End end) {
            what.add(end);
        }
    }

    private ResumeLog.Writer stream(String id, int events) {
        var writer = log.create(id, ALICE, cancels::add);
        for (int i = 0; i < events; i++) {
            writer.append("debug", "{}");
        }
        return writer;
    }

    private List<Object> told(long after) {
        var told = new Told();
        log.subscribe("s", ALICE, after, told);
        return told.what;
    }

    private static void assertRefused(Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void replaysWhatIsKeptAndGoesOnLiveWhereverSomebodyComesIn() {
        for (int before = 0; before <= 5; before++) {
            for (int after = 0; after <= before; after++) {
                var each = MemoryResumeLog.builder().time(time).build();
                var writer = each.create("s", ALICE, cancels::add);
                for (int i = 0; i < before; i++) {
                    writer.append("debug", "{}");
                }
                var told = new Told();
                each.subscribe("s", ALICE, after, told);
                assertThat(told.what).hasSize(before - after);
                writer.append("debug", "{}");
                writer.append("debug", "{}");
                writer.finish();
                var expected = new ArrayList<Object>();
                for (long id = after + 1; id <= before + 2; id++) {
                    expected.add(id);
                }
                expected.add(End.FINISHED);
                assertThat(told.what).isEqualTo(expected);
            }
        }
    }

    @Test
    void whatWasDroppedIsExpiredAndTheRestIsThere() {
        stream("s", 25);
        for (long after = 0; after < 15; after++) {
            long place = after;
            assertRefused(Code.EXPIRED, () -> told(place));
        }
        assertThat(told(15)).hasSize(10);
        assertThat(told(25)).isEmpty();
    }

    @Test
    void aPlaceThatNeverWasIsExpired() {
        stream("s", 5);
        for (long place : new long[] {-1, Long.MIN_VALUE, 6, Long.MAX_VALUE}) {
            assertRefused(Code.EXPIRED, () -> told(place));
            assertRefused(Code.EXPIRED, () -> log.isDelivered("s", ALICE, place));
        }
    }

    @Test
    void anotherSessionsStreamCannotBeToldFromOneThatIsNot() {
        stream("s", 5).finish();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> log.subscribe("s", BOB, 0, new Told()),
                () -> log.subscribe("none", BOB, 0, new Told()),
                () -> log.subscribe("s", BOB, 99, new Told()),
                () -> log.isDelivered("s", BOB, 5),
                () -> log.cancel("s", BOB, "why not"),
                () -> log.cancel("none", BOB, "why not"))) {
            assertRefused(Code.UNKNOWN, call);
            assertThatThrownBy(call).hasMessage("There is no such stream");
        }
        time.advance(Duration.ofMinutes(6));
        assertRefused(Code.UNKNOWN, () -> log.subscribe("s", BOB, 0, new Told()));
        assertThat(cancels).isEmpty();
    }

    @Test
    void anEndedStreamIsKeptForAWhileAndThenExpired() {
        stream("s", 5).finish();
        time.advance(Duration.ofMinutes(5).minusNanos(1));
        assertThat(told(0)).hasSize(6).endsWith(End.FINISHED);
        assertThat(told(5)).containsExactly(End.FINISHED);
        time.advance(Duration.ofNanos(1));
        assertRefused(Code.EXPIRED, () -> told(0));
        assertThat(log.streams()).isZero();
    }

    @Test
    void aRunningStreamIsKeptHoweverLongItTakes() {
        stream("s", 5);
        time.advance(Duration.ofDays(1));
        assertThat(told(0)).hasSize(5);
    }

    @Test
    void whereTheLogIsFullTheStreamThatEndedFirstGoes() {
        stream("s", 1).finish();
        stream("t", 1).finish();
        stream("u", 1);
        stream("v", 1);
        assertRefused(Code.EXPIRED, () -> told(0));
        stream("w", 1);
        assertRefused(Code.UNAVAILABLE, () -> stream("x", 1));
        assertThat(log.streams()).isEqualTo(3);
    }

    @Test
    void aStreamThatIsMadeAnewTakesThePlaceOfWhatIsLeftOfIt() {
        var old = stream("s", 12);
        var told = new Told();
        log.subscribe("s", ALICE, 2, told);
        old.leave();
        var writer = log.recreate("s", ALICE, cancels::add);
        assertThat(told.what).hasSize(11).endsWith(12L, End.EXPIRED);
        assertRefused(Code.UNAVAILABLE, () -> old.append("debug", "{}"));
        old.close(); // must not end the new stream
        long first = writer.append("debug", "{}").id();
        assertRefused(Code.EXPIRED, () -> told(12));
        assertRefused(Code.EXPIRED, () -> told(first - 2));
        assertThat(told(0)).containsExactly(first);
        log.cancel("s", ALICE, "enough");
        assertThat(cancels).containsExactly("enough");
        var again = log.recreate("s", ALICE, cancels::add); // at the same time
        assertThat(again.append("debug", "{}").id()).isGreaterThan(first + 1);
        assertRefused(Code.EXPIRED, () -> told(first));
        assertThatThrownBy(() -> log.recreate("s", BOB, cancels::add)).isInstanceOf(IllegalArgumentException.class);
        again.finish();
        assertThat(log.streams()).isEqualTo(1);
    }

    @Test
    void aWriterThatIsClosedUnfinishedIsLost() {
        var writer = stream("s", 2);
        var told = new Told();
        log.subscribe("s", ALICE, 0, told);
        writer.close();
        writer.close();
        assertThat(told.what).containsExactly(1L, 2L, End.WRITER_LOST);
        assertThat(told(1)).containsExactly(2L, End.WRITER_LOST);
        assertThatThrownBy(() -> writer.append("debug", "{}")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingAFinishedWriterChangesNothing() {
        try (var writer = stream("s", 2)) {
            writer.finish();
            assertThat(writer.isResumable()).isTrue();
        }
        assertThat(told(0)).endsWith(End.FINISHED);
    }

    @Test
    void isDeliveredOnlyAfterTheLastEventOfWhatEndedWell() {
        var writer = stream("s", 3);
        assertThat(log.isDelivered("s", ALICE, 3)).isFalse();
        writer.finish();
        assertThat(log.isDelivered("s", ALICE, 2)).isFalse();
        assertThat(log.isDelivered("s", ALICE, 3)).isTrue();
        stream("t", 1).close();
        assertThat(log.isDelivered("t", ALICE, 1)).isFalse();
    }

    @Test
    void theDefaultOfIsDeliveredSaysTheSame() {
        var writer = stream("s", 3);
        assertThat(delivered(3)).isFalse();
        writer.finish();
        assertThat(delivered(2)).isFalse();
        assertThat(delivered(3)).isTrue();
    }

    private boolean delivered(long after) {
        return new ResumeLog() {
            @Override
            public Writer create(String streamId, Session owner, java.util.function.Consumer<String> cancel) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
                return log.subscribe(streamId, owner, after, listener);
            }

            @Override
            public void cancel(String streamId, Session owner, String reason) {}

            @Override
            public void close() {}
        }.isDelivered("s", ALICE, after);
    }

    @Test
    void cancelReachesTheWriterOnceAndOnlyWhileItWrites() {
        var writer = stream("s", 1);
        log.cancel("s", ALICE, "first");
        log.cancel("s", ALICE, "second");
        writer.finish();
        log.cancel("s", ALICE, "third");
        assertThat(cancels).containsExactly("first");
    }

    @Test
    void whoHasClosedIsToldNothing() {
        var writer = stream("s", 1);
        var told = new Told();
        var subscription = log.subscribe("s", ALICE, 0, told);
        subscription.close();
        writer.append("debug", "{}");
        writer.finish();
        assertThat(told.what).containsExactly(1L);
    }

    @Test
    void aListenerThatThrowsHurtsNobodyElse() {
        var writer = stream("s", 0);
        log.subscribe("s", ALICE, 0, new ResumeLog.Listener() {
            @Override
            public void events(List<RelayEvent> events) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void end(End end) {}
        });
        var told = new Told();
        log.subscribe("s", ALICE, 0, told);
        writer.append("debug", "{}");
        writer.append("debug", "{}");
        assertThat(told.what).containsExactly(1L, 2L);
    }

    @Test
    void aListenerThatIsBusyHoldsNobodyUpAndGetsWhatItMissed() {
        var writer = stream("s", 1);
        var told = new Told() {
            @Override
            public void events(List<RelayEvent> events) {
                super.events(events);
                if (what.size() == 1) { // while it is told the first, two come: from its own thread, as it happens
                    writer.append("debug", "{}");
                    writer.append("debug", "{}");
                    what.add("between");
                }
            }
        };
        log.subscribe("s", ALICE, 0, told);
        assertThat(told.what).containsExactly(1L, "between", 2L, 3L);
    }

    @Test
    void aListenerThatIsBusyForTooLongIsExpired() {
        var writer = stream("s", 1);
        var told = new Told() {
            @Override
            public void events(List<RelayEvent> events) {
                super.events(events);
                for (int i = 0; i < 11 && what.size() == 1; i++) {
                    writer.append("debug", "{}");
                }
            }
        };
        log.subscribe("s", ALICE, 0, told);
        assertThat(told.what).containsExactly(1L, End.EXPIRED);
    }

    @Test
    void aClosedLogEndsItsStreamsAndTakesNoMore() {
        stream("s", 1);
        var told = new Told();
        log.subscribe("s", ALICE, 0, told);
        log.close();
        assertThat(told.what).containsExactly(1L, End.WRITER_LOST);
        assertRefused(Code.UNAVAILABLE, () -> stream("t", 0));
    }

    @Test
    void settingsThatMakeNoSenseAreRefusedByName() {
        var builder = MemoryResumeLog.builder();
        assertThatThrownBy(() -> builder.eventsPerStream(0)).hasMessageContaining("events");
        assertThatThrownBy(() -> builder.bytesPerStream(0)).hasMessageContaining("bytes");
        assertThatThrownBy(() -> builder.streams(-1)).hasMessageContaining("streams");
        assertThatThrownBy(() -> builder.retention(Duration.ofNanos(-1))).hasMessageContaining("afterEnd");
        stream("s", 0);
        assertThatThrownBy(() -> stream("s", 0)).hasMessageContaining("streamId");
    }
}
