package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.relay.RelayException.Code;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How much all streams may take together. */
class MemoryResumeLogRoomTest {
    private static final Session ALICE = new Session("alice");
    private static final String KILO = "x".repeat(1000 - 64); // with what is counted for an event, 1000 bytes

    private final FakeTime time = new FakeTime();
    private final MemoryResumeLog log =
            MemoryResumeLog.builder().bytes(10_000).time(time).build();

    private ResumeLog.Writer running(String id, int events) {
        ResumeLog.Writer writer = log.create(id, ALICE, reason -> {});
        for (int i = 0; i < events; i++) {
            writer.append("debug", KILO);
        }
        return writer;
    }

    private Code find(String id) {
        try {
            log.isDelivered(id, ALICE, 0);
            return null;
        } catch (RelayException e) {
            return e.code();
        }
    }

    @Test
    void theStreamsThatEndedLongestAgoGoWhenOneGrows() {
        running("a", 1).finish();
        running("b", 4).close();
        ResumeLog.Writer writer = running("c", 5);
        assertThat(log.streams()).as("just full").isEqualTo(3);
        writer.append("debug", KILO);
        assertThat(find("a")).isEqualTo(Code.EXPIRED);
        assertThat(find("b")).as("no more than must go").isNull();
        assertThat(find("c")).isNull();
    }

    @Test
    void theStreamsThatEndedLongestAgoGoWhenOneComes() {
        running("a", 5).finish();
        running("b", 5).finish();
        running("c", 0);
        assertThat(find("a")).isEqualTo(Code.EXPIRED);
        assertThat(find("b")).isNull();
    }

    @Test
    void thoseThatRunStayAndANewOneIsRefused() {
        ResumeLog.Writer first = running("a", 10);
        first.append("debug", KILO); // it goes on
        assertThatThrownBy(() -> running("b", 0))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(find("a")).isNull();
        first.finish();
        running("b", 1);
        assertThat(find("a")).isEqualTo(Code.EXPIRED);
    }

    @Test
    void theStreamsThatWereLeftLongestAgoGoWhenNoneHasEnded() {
        ResumeLog.Writer first = running("a", 4);
        var watched = new WatchedRun(event -> {});
        ResumeLog.Subscription watching = log.subscribe("a", ALICE, 0, watched);
        first.leave();
        running("b", 4).leave();
        running("c", 1).finish();
        running("d", 2);
        assertThat(find("c")).as("an ended stream is dropped first").isEqualTo(Code.EXPIRED);
        running("e", 1);
        assertThat(find("b")).as("it can be made again, so it has not expired").isEqualTo(Code.UNKNOWN);
        running("f", 4);
        assertThatThrownBy(() -> running("g", 0)).isInstanceOf(RelayException.class);
        assertThat(find("a")).as("it has a watcher").isNull();
        assertThat(watched.hasEnded()).isFalse();
        watching.close();
        running("g", 0);
        assertThat(find("a")).isEqualTo(Code.UNKNOWN);
        assertThatThrownBy(() -> first.append("debug", KILO)).isInstanceOf(RelayException.class);
    }

    @Test
    void aStreamThatWasTakenOverStays() {
        ResumeLog.Writer first = running("a", 10);
        first.leave();
        ResumeLog.Writer next = log.takeOver("a", ALICE, reason -> {}).orElseThrow();
        first.leave();
        assertThatThrownBy(() -> running("b", 0)).isInstanceOf(RelayException.class);
        next.leave();
        running("b", 0);
        assertThat(find("a")).isEqualTo(Code.UNKNOWN);
        assertThatThrownBy(() -> log.takeOver("a", ALICE, reason -> {}))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN));
    }

    @Test
    void aStreamThatHadEndedIsNotTakenOverWhenItIsDropped() {
        running("a", 10).finish();
        running("b", 0);
        assertThat(find("a")).isEqualTo(Code.EXPIRED);
        assertThat(log.takeOver("a", ALICE, reason -> {})).isEmpty();
    }

    @Test
    void whatAStreamHasDroppedItselfDoesNotCount() {
        var small = MemoryResumeLog.builder()
                .bytes(10_000)
                .eventsPerStream(2)
                .time(time)
                .build();
        for (String id : new String[] {"a", "b", "c", "d"}) {
            ResumeLog.Writer writer = small.create(id, ALICE, reason -> {});
            for (int i = 0; i < 100; i++) {
                writer.append("debug", KILO);
            }
        }
        assertThat(small.streams()).isEqualTo(4);
    }

    @Test
    void whatExpiresMakesRoom() {
        running("a", 10).finish();
        time.advance(Duration.ofMinutes(5));
        running("b", 9);
        running("c", 1);
        assertThat(log.streams()).isEqualTo(2);
    }

    @Test
    void aStreamThatWasDroppedIsHeldByNothing() {
        for (int i = 0; i < 100; i++) {
            running("s" + i, 5).finish();
        }
        assertThat(log.streams()).isEqualTo(2);
        assertThat(time.scheduled()).as("timers, each of which holds a stream").isEqualTo(2);
        log.close();
        assertThat(time.scheduled()).isZero();
    }
}
