package dev.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException.Truncated;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import dev.sluice.observation.Observer;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import dev.sluice.telemetry.StreamMeters.Conventions;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.FileNotFoundException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The meters of runs and tools. */
class RunMetersTest {
    private static final MessageRequest REQUEST =
            MessageRequest.builder().model("claude-sonnet-5").user("Hi").build();
    private static final Operation.Run RUN = new Operation.Run("claude", Optional.of("guide"), REQUEST);
    private static final Operation.ToolCall CALL = new Operation.ToolCall(
            new ToolUse("a", "depth", "{}", Map.of()), ToolDefinition.of("depth", "Tells how deep", "{}"));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @ParameterizedTest
    @CsvSource({
        "V1_41, sluice.client.run.duration, sluice.client.tool.duration",
        "DEVELOPMENT, gen_ai.invoke_agent.duration, gen_ai.execute_tool.duration"
    })
    void aRunAndEachToolAreTimedUnderTheNamesOfOneGeneration(Conventions names, String runs, String tools) {
        Observer meters = StreamMeters.ofRuns(registry, names);
        run(meters, new Completed());
        tool(meters, ToolFailure.NONE, Optional.empty());
        tool(meters, ToolFailure.THROWN, Optional.of(new FileNotFoundException("no such river")));
        tool(meters, ToolFailure.REPORTED, Optional.empty());
        tool(meters, ToolFailure.STOPPED, Optional.empty());
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .filteredOn(name -> !name.endsWith(".histogram")) // the buckets
                .containsOnly(runs, tools, "sluice.client.run.turns");
        assertThat(tags(registry.get(runs).meter()))
                .isEqualTo(Map.of(
                        "gen_ai.request.model", "claude-sonnet-5",
                        "gen_ai.agent.name", "guide",
                        "error.type", "none"));
        assertThat(registry.get(runs).timer().totalTime(TimeUnit.SECONDS)).isEqualTo(5);
        assertThat(registry.get("sluice.client.run.turns").summary().totalAmount())
                .isEqualTo(3);
        assertThat(registry.get(tools).timers())
                .extracting(timer -> tags(timer).get("error.type"))
                .containsExactlyInAnyOrder("none", "java.io.FileNotFoundException", "tool_error", "stopped");
        assertThat(registry.get(tools).timers()).allSatisfy(timer -> {
            assertThat(tags(timer)).containsEntry("gen_ai.tool.name", "depth");
            assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(2);
        });
    }

    @Test
    void aFailedRunHasItsErrorAndOneWithoutANameNone() {
        Observer meters = StreamMeters.ofRuns(registry);
        meters.start(new Operation.Run("claude", Optional.empty(), REQUEST))
                .end(new Outcome.Run(new Failed(new Truncated("cut")), 1, Usage.NONE, Duration.ofSeconds(1)));
        assertThat(tags(registry.get("sluice.client.run.duration").meter()))
                .containsEntry("error.type", "Truncated")
                .containsEntry("gen_ai.agent.name", "none");
    }

    @Test
    void whatIsNoRunIsNotObserved() {
        Observer meters = StreamMeters.ofRuns(registry);
        assertThat(meters.start(new Operation.Chat("claude", URI.create("http://x"), REQUEST, true)))
                .isSameAs(Observation.none());
        assertThat(meters.start(new Operation.Watch(true, Optional.empty()))).isSameAs(Observation.none());
        assertThat(meters.start(RUN)).isNotSameAs(Observation.none());
    }

    private static void run(Observer meters, EndReason end) {
        meters.start(RUN).end(new Outcome.Run(end, 3, Usage.NONE, Duration.ofSeconds(5)));
    }

    private static void tool(Observer meters, ToolFailure failure, Optional<Throwable> cause) {
        meters.start(CALL).end(new Outcome.ToolCall(failure, cause, Duration.ofSeconds(2)));
    }

    private static Map<String, String> tags(Meter meter) {
        return meter.getId().getTags().stream().collect(Collectors.toMap(Tag::getKey, Tag::getValue));
    }
}
