package dev.sluice.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class DeadlinesTest {
    private final FakeTime time = new FakeTime();
    private final List<Phase> fired = new ArrayList<>();

    private Deadlines with(Timeouts limits) {
        var deadlines = new Deadlines(time, limits, (TimedOut e) -> fired.add(e.phase()));
        deadlines.start();
        deadlines.beginRequest(e -> fired.add(e.phase()));
        return deadlines;
    }

    private static Timeouts only(Phase phase, long seconds) {
        return Timeouts.none().with(phase, Duration.ofSeconds(seconds));
    }

    private void pass(double seconds) {
        time.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    @Test
    void headersAreWaitedForUntilTheyCome() {
        with(only(Phase.HEADERS, 10));
        pass(9.999);
        assertThat(fired).isEmpty();
        pass(0.001);
        assertThat(fired).containsExactly(Phase.HEADERS);
    }

    @Test
    void theFirstEventIsWaitedForFromTheHeaders() {
        Deadlines deadlines = with(only(Phase.FIRST_EVENT, 10));
        pass(100);
        deadlines.headersArrived();
        deadlines.waiting();
        pass(9);
        assertThat(fired).isEmpty();
        pass(1);
        assertThat(fired).containsExactly(Phase.FIRST_EVENT);
    }

    // The response's head takes a place in the queue, and so do pings: the reader may wait for the consumer before
    // that.
    @Test
    void theFirstEventIsNotWaitedForWhileTheConsumerIs() {
        Deadlines deadlines = with(only(Phase.FIRST_EVENT, 10));
        deadlines.headersArrived();
        pass(1000);
        deadlines.waiting();
        pass(6);
        deadlines.received(); // a ping
        pass(1000);
        deadlines.waiting();
        pass(3.9);
        assertThat(fired).isEmpty();
        pass(0.1);
        assertThat(fired).containsExactly(Phase.FIRST_EVENT);
    }

    @Test
    void afterTheFirstEventItsLimitIsOver() {
        Deadlines deadlines = with(only(Phase.FIRST_EVENT, 10));
        deadlines.headersArrived();
        pass(9);
        deadlines.content();
        pass(100);
        assertThat(fired).isEmpty();
        assertThat(time.scheduled()).as("and nothing waits").isZero();
    }

    @Test
    void idleIsTheLongestSilenceWhateverBrokeTheOnesBefore() {
        Deadlines deadlines = with(only(Phase.IDLE, 10));
        deadlines.headersArrived();
        for (int i = 0; i < 20; i++) {
            deadlines.waiting();
            pass(9);
            deadlines.received();
        }
        assertThat(fired).isEmpty();
        deadlines.waiting();
        pass(9.999);
        assertThat(fired).isEmpty();
        pass(0.001);
        assertThat(fired).containsExactly(Phase.IDLE);
    }

    @Test
    void whileTheReaderDoesNotWaitTheServerIsNotSilent() {
        Deadlines deadlines = with(only(Phase.IDLE, 10).with(Phase.STALL, Duration.ofSeconds(10)));
        deadlines.headersArrived();
        deadlines.waiting();
        deadlines.received();
        deadlines.content();
        pass(1000); // blocked on a full queue
        deadlines.content();
        deadlines.waiting();
        pass(9.9);
        assertThat(fired).isEmpty();
        pass(0.1);
        assertThat(fired).hasSize(1);
    }

    // bytes that bring nothing to show do not count
    @Test
    void stallIsTheLongestTimeWithoutContentThoughBytesCome() {
        Deadlines deadlines = with(only(Phase.STALL, 10));
        deadlines.headersArrived();
        deadlines.content();
        for (int i = 0; i < 9; i++) {
            deadlines.waiting();
            pass(1);
            deadlines.received();
        }
        deadlines.waiting();
        assertThat(fired).isEmpty();
        pass(1);
        assertThat(fired).containsExactly(Phase.STALL);
    }

    @Test
    void aPingThatWaitsForTheConsumerDoesNotCountAsStall() {
        Deadlines deadlines = with(only(Phase.STALL, 10));
        deadlines.headersArrived();
        deadlines.content();
        deadlines.waiting();
        pass(4);
        deadlines.received();
        pass(1003); // a ping, blocked on a full queue
        deadlines.waiting();
        pass(5.9);
        assertThat(fired).isEmpty();
        pass(0.1);
        assertThat(fired).containsExactly(Phase.STALL);
    }

    @Test
    void stallIsNotMissedThoughTheTimerLooksWhileTheReaderIsBusy() {
        Deadlines deadlines = with(only(Phase.STALL, 10));
        deadlines.headersArrived();
        deadlines.content();
        deadlines.waiting();
        pass(9.9);
        deadlines.received();
        pass(0.2); // the timer looks
        deadlines.waiting();
        pass(0.2);
        assertThat(fired).containsExactly(Phase.STALL);
    }

    @Test
    void stallDoesNotRunBeforeTheFirstEvent() {
        Deadlines deadlines = with(only(Phase.STALL, 10));
        deadlines.headersArrived();
        deadlines.waiting();
        pass(1000);
        assertThat(fired).isEmpty();
    }

    @Test
    void totalRunsFromTheStartWhateverHappens() {
        Deadlines deadlines = with(only(Phase.TOTAL, 10));
        pass(3);
        deadlines.headersArrived();
        pass(3);
        deadlines.content();
        pass(3.999);
        assertThat(fired).isEmpty();
        pass(0.001);
        assertThat(fired).containsExactly(Phase.TOTAL);
    }

    @Test
    void ofSeveralLimitsTheNearestFiresAndOfTheRequestOnlyThat() {
        Deadlines deadlines = with(new Timeouts(
                Duration.ZERO,
                Duration.ofSeconds(50),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                Duration.ZERO,
                Duration.ofSeconds(40)));
        deadlines.headersArrived();
        deadlines.waiting();
        pass(39);
        assertThat(fired).containsExactly(Phase.IDLE);
        pass(1000);
        assertThat(fired).containsExactly(Phase.IDLE, Phase.TOTAL);
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void aPhaseWithAShorterLimitIsNotMissed() {
        Deadlines deadlines = with(only(Phase.HEADERS, 1000).with(Phase.FIRST_EVENT, Duration.ofSeconds(1)));
        pass(5);
        deadlines.headersArrived();
        deadlines.waiting();
        pass(1);
        assertThat(fired).containsExactly(Phase.FIRST_EVENT);
    }

    @Test
    void afterTheStopNothingFiresAndNothingWaits() {
        Deadlines deadlines = with(Timeouts.defaults());
        deadlines.stop();
        assertThat(time.scheduled()).isZero();
        deadlines.headersArrived();
        pass(100_000);
        assertThat(fired).isEmpty();
    }

    @Test
    void withoutLimitsNothingIsScheduled() {
        Deadlines deadlines = with(Timeouts.none());
        deadlines.headersArrived();
        deadlines.content();
        assertThat(time.scheduled()).isZero();
        with(only(Phase.TOTAL, Long.MAX_VALUE));
        pass(1_000_000);
        assertThat(fired).isEmpty();
    }

    @Test
    void betweenTwoRequestsOnlyTheWholeHasALimit() {
        Deadlines deadlines = with(Timeouts.defaults().with(Phase.TOTAL, Duration.ofHours(1)));
        deadlines.headersArrived();
        deadlines.waiting();
        deadlines.received();
        deadlines.pause();
        pass(3599);
        assertThat(fired).isEmpty();
        pass(1);
        assertThat(fired).containsExactly(Phase.TOTAL);
    }

    @Test
    void everyRequestHasTheWholeTimeOfItsPhases() {
        Deadlines deadlines = with(only(Phase.HEADERS, 10));
        pass(9);
        deadlines.pause();
        deadlines.beginRequest(e -> fired.add(e.phase()));
        pass(9.9);
        assertThat(fired).isEmpty();
        pass(0.1);
        assertThat(fired).containsExactly(Phase.HEADERS);
        deadlines.pause();
        deadlines.beginRequest(e -> fired.add(e.phase()));
        pass(10);
        assertThat(fired).containsExactly(Phase.HEADERS, Phase.HEADERS);
    }

    @Test
    void theWholeIsLimitedThoughARequestMetALimitOfItsOwn() {
        with(only(Phase.HEADERS, 10).with(Phase.TOTAL, Duration.ofSeconds(15)));
        pass(100);
        assertThat(fired).containsExactly(Phase.HEADERS, Phase.TOTAL);
    }

    @Test
    void aRequestIsToldOfItsOwnLimitsOnly() {
        var deadlines = new Deadlines(time, only(Phase.HEADERS, 10), (TimedOut e) -> fired.add(e.phase()));
        List<String> told = new ArrayList<>();
        deadlines.beginRequest(e -> told.add("first"));
        pass(9);
        deadlines.pause();
        deadlines.beginRequest(e -> told.add("second"));
        pass(10);
        assertThat(told).containsExactly("second");
        assertThat(fired).isEmpty();
    }
}
