package dev.sluice.spring;

import dev.sluice.opentelemetry.OpenTelemetryObserver;
import dev.sluice.relay.http.RequestContext;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Makes spans, if {@code sluice-opentelemetry} and a bean of OpenTelemetry are there. */
@AutoConfiguration(
        before = {SluiceClientAutoConfiguration.class, SluiceRelayAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
        })
@ConditionalOnClass({OpenTelemetryObserver.class, OpenTelemetry.class})
@ConditionalOnBean(OpenTelemetry.class)
public class SluiceTracingAutoConfiguration {

    /** Made by Spring. */
    public SluiceTracingAutoConfiguration() {}

    /** The spans of streams, runs, tools and watchers. */
    @Bean
    @ConditionalOnMissingBean
    OpenTelemetryObserver sluiceOpenTelemetryObserver(OpenTelemetry openTelemetry) {
        return OpenTelemetryObserver.of(openTelemetry);
    }

    /** The trace that a browser's request names, unless the server has begun a span for it. */
    @Bean
    @ConditionalOnMissingBean
    RequestContext sluiceRequestContext(OpenTelemetryObserver observer) {
        return head -> observer.fromHeaders(head::header);
    }
}
