package dev.sluice.telemetry;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.client.StreamMetrics;
import dev.sluice.client.StreamReport;
import dev.sluice.internal.LogLabels;
import dev.sluice.message.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

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
    private static final Duration[] SECONDS =
            durations(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

    /** Those that the convention has for a server's time per output token. */
    private static final Duration[] PER_TOKEN =
            durations(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5);

    private static final double[] TOKENS =
            DoubleStream.iterate(1, bound -> bound * 4).limit(14).toArray();

    private final MeterProvider<Timer> duration;
    private final MeterProvider<Timer> timeToFirstChunk;
    private final MeterProvider<Timer> timeToFirstToken;
    private final MeterProvider<Timer> timePerOutputToken;
    private final MeterProvider<DistributionSummary> tokens;
    private final MeterProvider<Counter> cacheRead;
    private final MeterProvider<Counter> cacheWrite;
    private final MeterProvider<Counter> reasoning;
    private final MeterProvider<Counter> ends;
    private final MeterProvider<Counter> retries;
    private final MeterProvider<Counter> continuations;

    private StreamMeters(MeterRegistry registry) {
        duration = timer(registry, "gen_ai.client.operation.duration", "Whole streams, retries included", SECONDS);
        timeToFirstChunk = timer(
                registry,
                "gen_ai.client.operation.time_to_first_chunk",
                "From the start to the first event that is no ping",
                SECONDS);
        timeToFirstToken = timer(
                registry, "sluice.client.stream.time_to_first_token", "From the start to the first words", SECONDS);
        timePerOutputToken = timer(
                registry,
                "sluice.client.stream.time_per_output_token",
                "The time from the first content to the last event, by output tokens",
                PER_TOKEN);
        // No base unit: the convention's is an annotation, which leaves no trace in Prometheus' names.
        tokens = DistributionSummary.builder("gen_ai.client.token.usage")
                .description("Tokens of one stream")
                .serviceLevelObjectives(TOKENS)
                .withRegistry(registry);
        cacheRead = counter(
                registry, "gen_ai.client.inference.usage.cache_read.input_tokens", "Input tokens taken from a cache");
        cacheWrite = counter(
                registry, "gen_ai.client.inference.usage.cache_write.input_tokens", "Input tokens written to a cache");
        reasoning = counter(
                registry, "gen_ai.client.inference.usage.reasoning.output_tokens", "Output tokens that were thinking");
        ends = counter(registry, "sluice.client.stream.end", "Streams that have ended");
        retries = counter(registry, "sluice.client.stream.retries", "Requests that were sent again");
        continuations =
                counter(registry, "sluice.client.stream.continuations", "Answers that broke off and were continued");
    }

    /** Meters in the given registry, where they appear with the first stream. */
    public static StreamMeters in(MeterRegistry registry) {
        return new StreamMeters(Objects.requireNonNull(registry, "registry"));
    }

    /** Counts one stream; called by the client when it has ended. */
    @Override
    public void accept(StreamReport report) {
        Tags tags = tags(report);
        times(report, tags);
        tokens(report.usage().billed(), tags);
        ends.withTags(tags.and("cause", LogLabels.of(report.end()))).increment();
        // Also when there were none: a counter that is there is one to alert on.
        retries.withTags(tags).increment(report.metrics().retries());
        continuations.withTags(tags).increment(report.metrics().continuations());
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

    /** The provider's report, for every end of the stream: it is paid for. Nothing if the provider has said nothing. */
    private void tokens(Usage usage, Tags tags) {
        if (usage.totalTokens() == 0) {
            return;
        }
        tokens.withTags(tags.and("gen_ai.token.type", "input")).record((double) usage.totalInputTokens());
        tokens.withTags(tags.and("gen_ai.token.type", "output")).record((double) usage.outputTokens());
        Tags modality = tags.and("gen_ai.token.modality", "unknown");
        cacheRead.withTags(modality).increment((double) usage.cacheReadTokens());
        cacheWrite.withTags(modality).increment((double) usage.cacheWriteTokens());
        reasoning.withTags(modality).increment((double) usage.thinkingTokens());
    }

    private static Tags tags(StreamReport report) {
        URI server = report.server();
        return Tags.of(
                Tag.of("gen_ai.operation.name", "chat"),
                Tag.of("gen_ai.provider.name", provider(report.provider())),
                Tag.of("gen_ai.request.model", LogLabels.of(report.requestedModel())),
                Tag.of("gen_ai.response.model", LogLabels.of(report.model())),
                Tag.of("server.address", Objects.requireNonNullElse(server.getHost(), LogLabels.NONE)),
                Tag.of("server.port", port(server)));
    }

    /** The convention's word for a provider; its own name where there is none. */
    private static String provider(String name) {
        return switch (name) {
            case "claude" -> "anthropic";
            case "openai-responses" -> "openai"; // one vendor, whichever of its APIs
            case "gemini", "gemini-interactions" -> "gcp.gemini";
            default -> LogLabels.of(name);
        };
    }

    private static String port(URI server) {
        int port = server.getPort();
        return String.valueOf(port >= 0 ? port : "http".equals(server.getScheme()) ? 80 : 443);
    }

    private static MeterProvider<Timer> timer(
            MeterRegistry registry, String name, String description, Duration... buckets) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(buckets)
                .withRegistry(registry);
    }

    private static MeterProvider<Counter> counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).withRegistry(registry);
    }

    private static Duration[] durations(double... seconds) {
        return DoubleStream.of(seconds)
                .mapToObj(bound -> Duration.ofNanos(Math.round(bound * 1e9)))
                .toArray(Duration[]::new);
    }
}
