package dev.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts.Phase;
import dev.sluice.client.StreamMetrics;
import dev.sluice.client.StreamReport;
import dev.sluice.message.Usage;
import dev.sluice.telemetry.StreamMeters.Conventions;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names, tags, buckets and values of the meters, from reports. */
class StreamMetersTest {
    private static final Usage USAGE = new Usage(10, 250, 1000, 90, 40, Map.of());
    private static final StreamMetrics METRICS = metrics(Duration.ofMillis(300), Duration.ofMillis(800), 50, 2, 1);
    private static final StreamMetrics NOTHING_HEARD = metrics(null, null, 0, 0, 0);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StreamMeters meters = StreamMeters.in(registry);

    @Test
    void aCompletedStreamFillsEveryMeterOnce() {
        meters.accept(report(new Completed(), METRICS, USAGE));
        assertThat(timer("gen_ai.client.operation.duration").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(5800);
        assertThat(timer("gen_ai.client.operation.time_to_first_chunk").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(300);
        assertThat(timer("sluice.client.stream.time_to_first_token").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(800);
        assertThat(timer("sluice.client.stream.time_per_output_token").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(20);
        assertThat(tokens("input").totalAmount()).isEqualTo(1100); // cached ones are input too
        assertThat(tokens("output").totalAmount()).isEqualTo(250);
        assertThat(count("sluice.client.tokens.cache_read")).isEqualTo(1000);
        assertThat(count("sluice.client.tokens.cache_write")).isEqualTo(90);
        assertThat(count("sluice.client.tokens.reasoning")).isEqualTo(40);
        assertThat(count("sluice.client.stream.end")).isEqualTo(1);
        assertThat(count("sluice.client.stream.retries")).isEqualTo(2);
        assertThat(count("sluice.client.stream.continuations")).isEqualTo(1);
        assertThat(count("sluice.client.stream.resumes")).isEqualTo(3);
        assertThat(ours()).hasSize(13);
    }

    @Test
    void everyPassOfTheModelIsCounted() {
        var summary = new Usage.Iteration("compaction", "", false, Usage.of(5000, 300));
        var answer = new Usage.Iteration("message", "m", true, USAGE);
        meters.accept(report(
                new Completed(), METRICS, new Usage(10, 250, 1000, 90, 0, 40, List.of(summary, answer), Map.of())));
        assertThat(tokens("input").totalAmount()).isEqualTo(6100);
        assertThat(tokens("output").totalAmount()).isEqualTo(550);
    }

    @Test
    void theTagsAreTheConventions() {
        meters.accept(report(new Completed(), METRICS, USAGE));
        Map<String, String> common = Map.of(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", "anthropic",
                "gen_ai.request.model", "claude-sonnet-5",
                "gen_ai.response.model", "claude-sonnet-5-20260901",
                "server.address", "api.example.com",
                "server.port", "443");
        assertThat(ours()).allSatisfy(meter -> assertThat(tags(meter)).containsAllEntriesOf(common));
        assertThat(own("gen_ai.client.operation.duration", common)).containsExactly(Map.of("error.type", "none"));
        assertThat(own("gen_ai.client.operation.time_to_first_chunk", common)).containsExactly(Map.of());
        assertThat(own("gen_ai.client.token.usage", common))
                .containsExactlyInAnyOrder(Map.of("gen_ai.token.type", "input"), Map.of("gen_ai.token.type", "output"));
        assertThat(own("sluice.client.tokens.cache_read", common)).containsExactly(Map.of());
        assertThat(own("sluice.client.stream.end", common)).containsExactly(Map.of("cause", "completed"));
        assertThat(own("sluice.client.stream.retries", common)).containsExactly(Map.of());
    }

    @Test
    void theBucketsAreTheConventions() {
        meters.accept(report(new Completed(), METRICS, USAGE));
        double[] seconds = {0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
        for (String name : List.of("gen_ai.client.operation.duration", "gen_ai.client.operation.time_to_first_chunk")) {
            assertThat(Arrays.stream(timer(name).takeSnapshot().histogramCounts())
                            .mapToDouble(bucket -> bucket.bucket(TimeUnit.SECONDS)))
                    .as(name)
                    .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : Double.compare(a, b))
                    .containsExactly(Arrays.stream(seconds).boxed().toArray(Double[]::new));
        }
        assertThat(Arrays.stream(tokens("input").takeSnapshot().histogramCounts())
                        .mapToDouble(CountAtBucket::bucket))
                .containsExactly(
                        1.0,
                        4.0,
                        16.0,
                        64.0,
                        256.0,
                        1024.0,
                        4096.0,
                        16384.0,
                        65536.0,
                        262144.0,
                        1048576.0,
                        4194304.0,
                        16777216.0,
                        67108864.0);
    }

    @Test
    void anEndIsCountedByItsCauseAndAFailureIsAnErrorToo() {
        List<EndReason> ends = List.of(
                new Completed(),
                new Completed(),
                new Cancelled("a secret reason"),
                new LimitReached(Limit.CHUNKS, 20),
                new Failed(new ApiError(529, "overloaded_error", "secret", null, null, "secret", true)),
                new Failed(new TimedOut(Phase.IDLE, Duration.ofSeconds(20))),
                new Failed(new CircuitOpen("secret", null)));
        ends.forEach(end -> meters.accept(report(end, METRICS, USAGE)));
        assertThat(timer("sluice.client.stream.time_per_output_token").count()).isEqualTo(2); // the completed ones
        assertThat(byTag("sluice.client.stream.end", "cause"))
                .containsOnly(
                        Map.entry("completed", 2.0),
                        Map.entry("cancelled", 1.0),
                        Map.entry("limit", 1.0),
                        Map.entry("ApiError", 1.0),
                        Map.entry("TimedOut", 1.0),
                        Map.entry("CircuitOpen", 1.0));
        assertThat(byTag("gen_ai.client.operation.duration", "error.type"))
                .containsOnly(
                        Map.entry("none", 4.0),
                        Map.entry("overloaded_error", 1.0),
                        Map.entry("TimedOut.idle", 1.0),
                        Map.entry("CircuitOpen", 1.0));
        assertThat(registry.getMetersAsString()).doesNotContain("secret");
    }

    @Test
    void whatWasNotHeardIsNotMeasuredAndNotCountedAsNothing() {
        meters.accept(report(new Failed(new CircuitOpen("open", null)), NOTHING_HEARD, Usage.NONE));
        assertThat(ours())
                .extracting(meter -> meter.getId().getName())
                .containsExactlyInAnyOrder(
                        "gen_ai.client.operation.duration",
                        "sluice.client.stream.end",
                        "sluice.client.stream.retries",
                        "sluice.client.stream.continuations",
                        "sluice.client.stream.resumes");
    }

    @Test
    void providersAndServersHaveTheConventionsWords() {
        for (String server : List.of("http://localhost", "http://localhost:8080", "https://[::1]")) {
            String provider = server.contains("8080") ? "gemini-interactions" : "gemini";
            meters.accept(new StreamReport(
                    provider, URI.create(server), "two words", null, null, new Completed(), METRICS, USAGE));
        }
        assertThat(registry.find("sluice.client.stream.end").counters())
                .extracting(counter -> tags(counter))
                .allSatisfy(tags -> assertThat(tags)
                        .containsEntry("gen_ai.provider.name", "gcp.gemini")
                        .containsEntry("gen_ai.request.model", "_OTHER")
                        .containsEntry("gen_ai.response.model", "none"))
                .extracting(tags -> tags.get("server.address") + " " + tags.get("server.port"))
                .containsExactlyInAnyOrder("localhost 80", "localhost 8080", "[::1] 443");
        meters.accept(new StreamReport(
                "ollama", URI.create("http://localhost"), "m", null, null, new Completed(), METRICS, USAGE));
        assertThat(byTag("sluice.client.stream.end", "gen_ai.provider.name")).containsEntry("ollama", 1.0);
    }

    /** Without those that the registry adds, one for each bucket. */
    private List<Meter> ours() {
        return registry.getMeters().stream()
                .filter(meter -> !meter.getId().getName().endsWith(".histogram"))
                .toList();
    }

    private Timer timer(String name) {
        return registry.get(name).timer();
    }

    private DistributionSummary tokens(String type) {
        return registry.get("gen_ai.client.token.usage")
                .tag("gen_ai.token.type", type)
                .summary();
    }

    @ParameterizedTest
    @EnumSource(Conventions.class)
    void noTwoGenerationsAreMixed(Conventions names) {
        StreamMeters.in(registry, names).accept(report(new Completed(), METRICS, USAGE));
        List<String> found =
                ours().stream().map(meter -> meter.getId().getName()).toList();
        String[] counters = {
            "gen_ai.client.inference.usage.input_tokens",
            "gen_ai.client.inference.usage.output_tokens",
            "gen_ai.client.inference.usage.cache_read.input_tokens",
            "gen_ai.client.inference.usage.cache_write.input_tokens",
            "gen_ai.client.inference.usage.reasoning.output_tokens",
            "gen_ai.client.inference.operation.input_tokens",
            "gen_ai.client.inference.operation.output_tokens"
        };
        if (names == Conventions.V1_41) {
            assertThat(found).contains("gen_ai.client.token.usage").doesNotContain(counters);
        } else {
            assertThat(found).contains(counters).doesNotContain("gen_ai.client.token.usage");
            assertThat(registry.get(counters[0])
                            .tag("gen_ai.token.modality", "unknown")
                            .counter()
                            .count())
                    .isEqualTo(1100);
            assertThat(count(counters[4])).isEqualTo(40);
            assertThat(registry.get(counters[6]).summary().totalAmount()).isEqualTo(250);
        }
    }

    private double count(String name) {
        return registry.get(name).counter().count();
    }

    /** Counts by the value of a tag. */
    private Map<String, Double> byTag(String name, String tag) {
        return registry.find(name).meters().stream()
                .collect(Collectors.groupingBy(
                        meter -> tags(meter).get(tag),
                        Collectors.summingDouble(
                                meter -> meter.measure().iterator().next().getValue())));
    }

    /** The tags of a meter's that not all have. */
    private List<Map<String, String>> own(String name, Map<String, String> common) {
        return registry.find(name).meters().stream()
                .map(meter -> {
                    Map<String, String> own = tags(meter);
                    own.keySet().removeAll(common.keySet());
                    return own;
                })
                .toList();
    }

    private static Map<String, String> tags(Meter meter) {
        return meter.getId().getTags().stream().collect(Collectors.toMap(Tag::getKey, Tag::getValue));
    }

    private static StreamReport report(EndReason end, StreamMetrics metrics, Usage usage) {
        return new StreamReport(
                "claude",
                URI.create("https://api.example.com"),
                "claude-sonnet-5",
                "claude-sonnet-5-20260901",
                "req_1",
                end,
                metrics,
                usage);
    }

    private static StreamMetrics metrics(
            Duration firstEvent, Duration firstText, double tokensPerSecond, int retries, int continuations) {
        return new StreamMetrics(
                firstEvent,
                firstEvent,
                firstText,
                Duration.ofMillis(5800),
                312,
                48_211,
                Duration.ofMillis(16),
                Duration.ofMillis(90),
                Duration.ofMillis(240),
                250,
                tokensPerSecond,
                retries,
                continuations,
                0,
                3);
    }
}
