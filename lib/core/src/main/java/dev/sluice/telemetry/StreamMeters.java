package dev.sluice.telemetry;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.client.StreamMetrics;
import dev.sluice.client.StreamReport;
import dev.sluice.internal.GenAiNames;
import dev.sluice.internal.LogLabels;
import dev.sluice.observation.Observer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The meters of a client's streams, each of which is counted once, when it has ended:
 * {@code LlmClient.builder(provider).onEnd(StreamMeters.in(registry))}.
 *
 * <p>Names, tags and buckets that begin with {@code gen_ai} are those of <a
 * href="https://github.com/open-telemetry/semantic-conventions-genai">OpenTelemetry's conventions for generative AI</a>; those
 * that begin with {@code sluice} are our own. Every meter always has the same tags, with {@code none} for what is not known,
 * because some registries insist on that. Safe for use by any thread; does not block.
 */
public final class StreamMeters implements Consumer<StreamReport> {
    /** Those that the convention has for a server's time per output token. */
    private static final Duration[] PER_TOKEN =
            Meters.durations(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5);

    private final MeterProvider<Timer> duration;
    private final MeterProvider<Timer> timeToFirstChunk;
    private final MeterProvider<Timer> timeToFirstToken;
    private final MeterProvider<Timer> timePerOutputToken;
    private final TokenMeters tokens;
    private final MeterProvider<Counter> ends;
    private final MeterProvider<Counter> retries;
    private final MeterProvider<Counter> continuations;
    private final FailoverMeters failovers;
    private final MeterProvider<Counter> resumes;

    private StreamMeters(MeterRegistry registry, Conventions names) {
        duration = Meters.timer(
                registry, "gen_ai.client.operation.duration", "Whole streams, retries included", Meters.SECONDS);
        timeToFirstChunk = Meters.timer(
                registry,
                "gen_ai.client.operation.time_to_first_chunk",
                "From the start to the first event that is no ping",
                Meters.SECONDS);
        timeToFirstToken = Meters.timer(
                registry,
                "sluice.client.stream.time_to_first_token",
                "From the start to the first words",
                Meters.SECONDS);
        timePerOutputToken = Meters.timer(
                registry,
                "sluice.client.stream.time_per_output_token",
                "The time from the first content to the last event, by output tokens",
                PER_TOKEN);
        tokens = TokenMeters.in(registry, names);
        ends = Meters.counter(registry, "sluice.client.stream.end", "Streams that have ended");
        retries = Meters.counter(registry, "sluice.client.stream.retries", "Requests that were sent again");
        continuations = Meters.counter(
                registry, "sluice.client.stream.continuations", "Answers that broke off and were continued");
        failovers = new FailoverMeters(registry);
        resumes = Meters.counter(
                registry, "sluice.client.stream.resumes", "Requests for the rest of an answer that the server keeps");
    }

    /** Meters in the given registry under the names of version 1.41; they appear with the first stream. */
    public static StreamMeters in(MeterRegistry registry) {
        return in(registry, Conventions.V1_41);
    }

    /** Meters under the names of the given generation of the conventions. */
    public static StreamMeters in(MeterRegistry registry, Conventions names) {
        return new StreamMeters(Objects.requireNonNull(registry, "registry"), Objects.requireNonNull(names, "names"));
    }

    /** Meters of runs under the names of version 1.41; see {@link #ofRuns(MeterRegistry, Conventions)}. */
    public static Observer ofRuns(MeterRegistry registry) {
        return ofRuns(registry, Conventions.V1_41);
    }

    /**
     * Times each run, and each call of a tool in it: {@code LlmClient.builder(provider).observer(StreamMeters.ofRuns(registry))}. The
     * meters appear with the first run. The turns of a run are streams, which {@link #in} counts. For any thread; does not block.
     *
     * @param names the generation of names, which should be that of the streams' meters
     */
    public static Observer ofRuns(MeterRegistry registry, Conventions names) {
        return new RunMeters(Objects.requireNonNull(registry, "registry"), Objects.requireNonNull(names, "names"));
    }

    /**
     * Counts one stream; called by the client when it has ended. Of the whole of a {@code Failover} it counts which providers were
     * asked in place of which, because the clients of that have counted the rest.
     */
    @Override
    public void accept(StreamReport report) {
        if (!report.hops().isEmpty()) {
            failovers.record(report);
            return;
        }
        Tags tags = tags(report);
        times(report, tags);
        tokens.record(report.usage().billed(), tags);
        ends.withTags(tags.and("cause", LogLabels.of(report.end()))).increment();
        // Also when there were none: a counter that is there is one to alert on.
        retries.withTags(tags).increment(report.metrics().retries());
        continuations.withTags(tags).increment(report.metrics().continuations());
        resumes.withTags(tags).increment(report.metrics().resumes());
    }

    private void times(StreamReport report, Tags tags) {
        StreamMetrics metrics = report.metrics();
        String error = report.end() instanceof Failed(var failure) ? LogLabels.of(failure) : LogLabels.NONE;
        duration.withTags(tags.and("error.type", error)).record(metrics.duration());
        if (metrics.timeToFirstEvent() != null) {
            timeToFirstChunk.withTags(tags).record(metrics.timeToFirstEvent());
        }
        metrics.timeToFirstToken()
                .ifPresent(time -> timeToFirstToken.withTags(tags).record(time));
        if (report.end() instanceof Completed && metrics.tokensPerSecond() > 0) { // before the end, few are reported
            timePerOutputToken.withTags(tags).record(Duration.ofNanos((long) (1e9 / metrics.tokensPerSecond())));
        }
    }

    private static Tags tags(StreamReport report) {
        URI server = report.server();
        return Tags.of(
                Tag.of("gen_ai.operation.name", "chat"),
                Tag.of("gen_ai.provider.name", GenAiNames.provider(report.provider())),
                Tag.of("gen_ai.request.model", LogLabels.of(report.requestedModel())),
                Tag.of("gen_ai.response.model", LogLabels.of(report.model())),
                Tag.of("server.address", Objects.requireNonNullElse(server.getHost(), LogLabels.NONE)),
                Tag.of("server.port", String.valueOf(GenAiNames.port(server))));
    }

    /**
     * Which generation of OpenTelemetry's names for generative AI the meters have. A registry should have one of them: a dashboard that
     * adds both counts everything twice.
     */
    public enum Conventions {
        /**
         * Version 1.41 of the conventions, the last that was released together with all others: {@code gen_ai.client.token.usage}. What it
         * has no name for begins with {@code sluice}.
         */
        V1_41,

        /**
         * The conventions' own repository, which has no release yet: {@code gen_ai.client.inference.usage.*}, {@code
         * gen_ai.invoke_agent.duration}, {@code gen_ai.execute_tool.duration}. Names may change there, and then here.
         */
        DEVELOPMENT
    }
}
