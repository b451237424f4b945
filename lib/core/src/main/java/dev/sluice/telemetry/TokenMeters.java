package dev.sluice.telemetry;

import dev.sluice.message.Usage;
import dev.sluice.telemetry.StreamMeters.Conventions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** Counts the tokens of a stream, under the names of one generation. */
interface TokenMeters {

    /**
     * Counts the tokens that are paid for.
     *
     * @param billed the provider's report, however the stream ended; zeros if there is none
     * @param tags those of all meters of the stream
     */
    void record(Usage billed, Tags tags);

    static TokenMeters in(MeterRegistry registry, Conventions names) {
        return switch (names) {
            case V1_41 ->
                new Histogram(
                        Meters.tokens(registry, "gen_ai.client.token.usage", "Tokens of one stream"),
                        Meters.counter(registry, "sluice.client.tokens.cache_read", "Input tokens taken from a cache"),
                        Meters.counter(registry, "sluice.client.tokens.cache_write", "Input tokens written to a cache"),
                        Meters.counter(registry, "sluice.client.tokens.reasoning", "Output tokens that were thinking"));
            case DEVELOPMENT ->
                new Counters(
                        Meters.tokens(
                                registry,
                                "gen_ai.client.inference.operation.input_tokens",
                                "Input tokens of one stream"),
                        Meters.tokens(
                                registry,
                                "gen_ai.client.inference.operation.output_tokens",
                                "Output tokens of one stream"),
                        Meters.counter(registry, USAGE + "input_tokens", "Input tokens, cached ones included"),
                        Meters.counter(registry, USAGE + "output_tokens", "Output tokens, thinking included"),
                        Meters.counter(registry, USAGE + "cache_read.input_tokens", "Input tokens taken from a cache"),
                        Meters.counter(registry, USAGE + "cache_write.input_tokens", "Input tokens written to a cache"),
                        Meters.counter(
                                registry, USAGE + "reasoning.output_tokens", "Output tokens that were thinking"));
        };
    }

    /** What the names of the counters begin with. */
    String USAGE = "gen_ai.client.inference.usage.";

    /** One histogram for both directions, and counters of our own for the rest. */
    record Histogram(
            MeterProvider<DistributionSummary> tokens,
            MeterProvider<Counter> cacheRead,
            MeterProvider<Counter> cacheWrite,
            MeterProvider<Counter> reasoning)
            implements TokenMeters {

        @Override
        public void record(Usage billed, Tags tags) {
            if (billed.totalTokens() == 0) {
                return;
            }
            tokens.withTags(tags.and("gen_ai.token.type", "input")).record((double) billed.totalInputTokens());
            tokens.withTags(tags.and("gen_ai.token.type", "output")).record((double) billed.outputTokens());
            cacheRead.withTags(tags).increment((double) billed.cacheReadTokens());
            cacheWrite.withTags(tags).increment((double) billed.cacheWriteTokens());
            reasoning.withTags(tags).increment((double) billed.thinkingTokens());
        }
    }

    /** A counter for each kind of tokens, and a histogram for each direction. An operation without tokens counts as zero. */
    record Counters(
            MeterProvider<DistributionSummary> inputs,
            MeterProvider<DistributionSummary> outputs,
            MeterProvider<Counter> input,
            MeterProvider<Counter> output,
            MeterProvider<Counter> cacheRead,
            MeterProvider<Counter> cacheWrite,
            MeterProvider<Counter> reasoning)
            implements TokenMeters {

        @Override
        public void record(Usage billed, Tags tags) {
            inputs.withTags(tags).record((double) billed.totalInputTokens());
            outputs.withTags(tags).record((double) billed.outputTokens());
            Tags modality = tags.and("gen_ai.token.modality", "unknown");
            input.withTags(modality).increment((double) billed.totalInputTokens());
            output.withTags(modality).increment((double) billed.outputTokens());
            cacheRead.withTags(modality).increment((double) billed.cacheReadTokens());
            cacheWrite.withTags(modality).increment((double) billed.cacheWriteTokens());
            reasoning.withTags(modality).increment((double) billed.thinkingTokens());
        }
    }
}
