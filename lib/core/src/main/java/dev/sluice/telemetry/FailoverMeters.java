package dev.sluice.telemetry;

import dev.sluice.client.StreamReport;
import dev.sluice.client.StreamReport.Hop;
import dev.sluice.client.StreamReport.Hop.Reason;
import dev.sluice.internal.GenAiNames;
import dev.sluice.internal.LogLabels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** Counts which providers were asked in place of which, and beside which. */
final class FailoverMeters {
    private final MeterProvider<Counter> failovers;
    private final MeterProvider<Counter> hedges;

    FailoverMeters(MeterRegistry registry) {
        failovers = Meters.counter(
                registry, "sluice.client.stream.failovers", "Providers that were asked because another one had failed");
        hedges = Meters.counter(
                registry, "sluice.client.stream.hedges", "Providers that were asked because another one was slow");
    }

    void record(StreamReport whole) {
        for (int i = 1; i < whole.hops().size(); i++) {
            Hop from = whole.hops().get(i - 1);
            Hop to = whole.hops().get(i);
            Tags providers =
                    Tags.of("from", GenAiNames.provider(from.provider()), "to", GenAiNames.provider(to.provider()));
            if (to.reason() == Reason.HEDGE) {
                hedges.withTags(providers.and("won", String.valueOf(to.answered())))
                        .increment();
            } else {
                String when = to.reason() == Reason.CONTINUATION ? "mid_answer" : "before_answer";
                failovers
                        .withTags(providers.and("cause", LogLabels.of(from.end()), "when", when))
                        .increment();
            }
        }
    }
}
