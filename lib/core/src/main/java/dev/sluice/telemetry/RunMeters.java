package dev.sluice.telemetry;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Failed;
import dev.sluice.internal.GenAiNames;
import dev.sluice.internal.LogLabels;
import dev.sluice.observation.Observer;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.telemetry.StreamMeters.Conventions;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * The meters of a client's runs and of each tool in them: {@link StreamMeters#ofRuns}. The
 * turns of a run are streams, which {@link StreamMeters} counts. Safe for use by any thread; does not block.
 */
final class RunMeters implements Observer {
    /** Those that the convention has for an agent. */
    private static final Duration[] RUN_SECONDS =
            Meters.durations(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6);

    private final MeterProvider<Timer> runs;
    private final MeterProvider<DistributionSummary> turns;
    private final MeterProvider<Timer> tools;

    RunMeters(MeterRegistry registry, Conventions names) {
        boolean released = names == Conventions.V1_41;
        runs = Meters.timer(
                registry,
                released ? "sluice.client.run.duration" : "gen_ai.invoke_agent.duration",
                "Whole runs, tools included",
                RUN_SECONDS);
        turns = DistributionSummary.builder("sluice.client.run.turns")
                .description("Requests to the model of one run")
                .withRegistry(registry);
        tools = Meters.timer(
                registry,
                released ? "sluice.client.tool.duration" : "gen_ai.execute_tool.duration",
                "Calls of tools that ran",
                Meters.SECONDS);
    }

    /** Times the operation if it is a run or a tool's call. */
    @Override
    public Observation start(Operation operation) {
        return switch (operation) {
            case Operation.Run run -> new MeteredRun(this, run);
            case Operation.ToolCall call -> new MeteredTool(this, call);
            case Operation.Chat chat -> Observation.none();
            case Operation.Watch watch -> Observation.none();
        };
    }

    private record MeteredRun(RunMeters meters, Operation.Run run) implements Observation {
        @Override
        public void end(Outcome outcome) {
            if (outcome instanceof Outcome.Run ended) {
                Tags tags = Tags.of(
                        "gen_ai.request.model", LogLabels.of(run.request().model()),
                        "gen_ai.agent.name", run.name().orElse(LogLabels.NONE));
                meters.runs.withTags(tags.and("error.type", error(ended.end()))).record(ended.duration());
                meters.turns.withTags(tags).record(ended.turns());
            }
        }

        private static String error(EndReason end) {
            return end instanceof Failed(var failure) ? LogLabels.of(failure) : LogLabels.NONE;
        }
    }

    private record MeteredTool(RunMeters meters, Operation.ToolCall call) implements Observation {
        @Override
        public void end(Outcome outcome) {
            if (outcome instanceof Outcome.ToolCall ended) {
                Tags tags = Tags.of(
                        "gen_ai.tool.name", call.call().name(),
                        "gen_ai.tool.type", "function",
                        "error.type", GenAiNames.errorType(ended));
                meters.tools.withTags(tags).record(ended.duration());
            }
        }
    }
}
