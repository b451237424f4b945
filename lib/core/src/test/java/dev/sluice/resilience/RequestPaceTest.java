package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.test.peer.BlockingCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests are sent at even intervals. */
@Timeout(20)
class RequestPaceTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeTime time = new FakeTime();
    private final Resilience resilience =
            Resilience.builder().requestsPerMinute(60).build();

    @BeforeEach
    void oneWasSent() throws Exception {
        gate().beforeRequest();
    }

    private RequestGate gate() {
        return Gates.open(resilience, time);
    }

    private BlockingCall waiting() {
        RequestGate gate = gate();
        return BlockingCall.at(() -> {
            gate.beforeRequest();
            return "let out";
        });
    }

    @Test
    void whoGivesUpTakesNobodysTurn() throws Exception {
        List<BlockingCall> impatient = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            impatient.add(waiting());
        }
        for (BlockingCall call : impatient) {
            assertThat(call.interrupt().failsWithin(Duration.ofSeconds(5))).isInstanceOf(InterruptedException.class);
        }
        assertThat(time.scheduled()).isZero();
        WaitingThread next = WaitingThread.at(gate()::beforeRequest);
        WaitingThread.await(time, 1);
        time.advance(SECOND);
        next.returns();
    }

    @Test
    void oneIsSentInEachInterval() throws Exception {
        for (int i = 0; i < 3; i++) {
            WaitingThread next = WaitingThread.at(gate()::beforeRequest);
            WaitingThread.await(time, 1);
            time.advance(SECOND.minusMillis(1));
            assertThat(next.waits()).isTrue();
            time.advance(Duration.ofMillis(1));
            next.returns();
        }
    }

    @Test
    void whatWasNotUsedIsNotSavedUp() throws Exception {
        time.advance(Duration.ofMinutes(10));
        gate().beforeRequest();
        WaitingThread next = WaitingThread.at(gate()::beforeRequest);
        WaitingThread.await(time, 1);
        assertThat(next.waits()).isTrue();
        time.advance(SECOND);
        next.returns();
    }
}
