package dev.sluice.relay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.relay.RelayListener.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RelayMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RelayMeters meters = RelayMeters.in(registry);

    private double count(String name) {
        return registry.get("sluice.relay." + name).counter().count();
    }

    private double gauge(String name) {
        return registry.get("sluice.relay." + name).gauge().value();
    }

    @Test
    void streamsAreCountedByTheirOutcome() {
        meters.started();
        meters.started();
        meters.ended(Outcome.TIMED_OUT, Duration.ofSeconds(3));
        assertThat(gauge("streams.running")).isEqualTo(1);
        assertThat(count("streams.started")).isEqualTo(2);
        for (Outcome outcome : Outcome.values()) {
            var ended = registry.get("sluice.relay.streams.ended")
                    .tag("outcome", outcome.name().toLowerCase(java.util.Locale.ROOT))
                    .timer();
            assertThat(ended.totalTime(TimeUnit.SECONDS)).isEqualTo(outcome == Outcome.TIMED_OUT ? 3 : 0);
        }
    }

    @Test
    void watchersAreCountedByWhyTheyLeft() {
        meters.attached(false);
        meters.attached(true);
        meters.left(Departure.SLOW);
        meters.paused();
        assertThat(gauge("watchers")).isEqualTo(1);
        assertThat(count("watchers.attached")).isEqualTo(2);
        assertThat(count("watchers.resumed")).isEqualTo(1);
        assertThat(count("watchers.paused")).isEqualTo(1);
        assertThat(registry.get("sluice.relay.watchers.left")
                        .tag("reason", "slow")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whatIsWrittenIsCountedAndTimedUnlessItIsAHeartbeat() {
        meters.written(3, 120, Duration.ofMillis(7));
        meters.written(0, 5, Duration.ZERO);
        meters.merged(10, 4);
        assertThat(count("events")).isEqualTo(3);
        assertThat(count("characters")).isEqualTo(125);
        assertThat(count("events.merged")).isEqualTo(6);
        var delivery = registry.get("sluice.relay.delivery").timer();
        assertThat(delivery.count()).isEqualTo(1);
        assertThat(delivery.max(TimeUnit.MILLISECONDS)).isEqualTo(7);
    }
}
