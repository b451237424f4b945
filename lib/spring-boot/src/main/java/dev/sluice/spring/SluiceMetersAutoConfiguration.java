package dev.sluice.spring;

import dev.sluice.relay.metrics.RelayMeters;
import dev.sluice.telemetry.StreamMeters;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Measures the client and the relay, if there is a registry of meters. */
@AutoConfiguration(
        before = {SluiceClientAutoConfiguration.class, SluiceRelayAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public class SluiceMetersAutoConfiguration {

    /** Made by Spring. */
    public SluiceMetersAutoConfiguration() {}

    /** The meters of streams, runs and tools. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    LlmClientCustomizer sluiceStreamMeters(MeterRegistry registry) {
        return builder -> builder.onEnd(StreamMeters.in(registry)).observer(StreamMeters.ofRuns(registry));
    }

    /** The meters of the relay. A listener that another customizer sets replaces them. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    RelayCustomizer sluiceRelayMeters(MeterRegistry registry) {
        return builder -> builder.listener(RelayMeters.in(registry));
    }
}
