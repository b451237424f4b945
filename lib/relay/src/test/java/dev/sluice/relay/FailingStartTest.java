package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A durable run that cannot begin, for want of a timer. */
@Timeout(60)
class FailingStartTest extends LostRuns {
    @Test
    void anErrorWhenARunIsToBeginKeepsNothing() throws Exception {
        var failing = new AtomicBoolean();
        var id = new AtomicReference<String>();
        var unsteady = new FakeTime() {
            @Override
            public Scheduled schedule(Duration delay, Runnable action) {
                if (failing.getAndSet(false)) {
                    throw new OutOfMemoryError("on purpose");
                }
                return super.schedule(delay, action);
            }
        };
        Relay relay = relay(
                shared,
                log,
                builder -> builder.time(unsteady).streamsPerSession(1).idleTimeout(Duration.ofMinutes(1)));
        assertThatThrownBy(() -> relay.start(Caller.of(ALICE), ASKED, request -> {
                    id.set(request.journal().orElseThrow().runId());
                    RunSource run = completing(request);
                    failing.set(true);
                    return run;
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(relay.running()).isZero();
        shared.claim(id.get()).close(); // HELD, if it is kept
        relay.start(Caller.of(ALICE), ASKED, LostRuns::completing); // TOO_MANY, if the place is kept
    }
}
