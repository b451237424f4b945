package dev.sluice.spring;

import dev.sluice.client.LlmClient;
import dev.sluice.observation.Observer;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.context.annotation.Bean;

/** Makes the client of the properties {@code sluice.…}, unless the application has one. */
@AutoConfiguration
@EnableConfigurationProperties(SluiceProperties.class)
public class SluiceClientAutoConfiguration {

    /** Made by Spring. */
    public SluiceClientAutoConfiguration() {}

    /** The provider that {@code sluice.provider} names. */
    @Bean
    @ConditionalOnMissingBean({Provider.class, LlmClient.class})
    @ConditionalOnProperty("sluice.provider")
    Provider sluiceProvider(SluiceProperties properties) {
        SluiceProperties.Vendor vendor = properties.provider();
        if (vendor == null) {
            throw new IllegalStateException("sluice.provider is empty");
        }
        if (properties.apiKey() == null && properties.baseUrl() == null) {
            return ofTheEnvironment(vendor);
        }
        PropertyMapper map = PropertyMapper.get();
        return switch (vendor) {
            case CLAUDE -> {
                var builder = Claude.builder();
                map.from(properties::apiKey).to(builder::apiKey);
                map.from(properties::baseUrl).to(url -> builder.baseUrl(url));
                yield builder.build();
            }
            case GEMINI -> {
                var builder = Gemini.builder();
                map.from(properties::apiKey).to(builder::apiKey);
                map.from(properties::baseUrl).to(url -> builder.baseUrl(url));
                yield builder.build();
            }
            case OPENAI -> {
                var builder = OpenAi.builder();
                map.from(properties::apiKey).to(builder::apiKey);
                map.from(properties::baseUrl).to(url -> builder.baseUrl(url));
                yield builder.build();
            }
        };
    }

    private static Provider ofTheEnvironment(SluiceProperties.Vendor vendor) {
        return switch (vendor) {
            case CLAUDE -> Claude.fromEnvironment();
            case GEMINI -> Gemini.fromEnvironment();
            case OPENAI -> OpenAi.fromEnvironment();
        };
    }

    /** The client of the provider. Spring closes it at the end. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(Provider.class)
    LlmClient llmClient(
            Provider provider,
            SluiceProperties properties,
            ObjectProvider<Observer> observers,
            ObjectProvider<LlmClientCustomizer> customizers) {
        LlmClient.Builder builder = LlmClient.builder(provider).timeouts(timeouts(properties.timeouts()));
        PropertyMapper map = PropertyMapper.get();
        map.from(properties::model).to(builder::model);
        map.from(properties::maxTokens).to(builder::maxTokens);
        map.from(properties::maxRetries).to(builder::maxRetries);
        map.from(properties::maxConcurrent).to(builder::maxConcurrent);
        map.from(properties::requestsPerMinute).to(builder::requestsPerMinute);
        observers.orderedStream().forEach(builder::observer);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    private static dev.sluice.Timeouts timeouts(SluiceProperties.Timeouts limits) {
        dev.sluice.Timeouts.Builder builder = dev.sluice.Timeouts.builder();
        PropertyMapper map = PropertyMapper.get();
        map.from(limits::connect).to(builder::connect);
        map.from(limits::headers).to(builder::headers);
        map.from(limits::firstEvent).to(builder::firstEvent);
        map.from(limits::idle).to(builder::idle);
        map.from(limits::stall).to(builder::stall);
        map.from(limits::total).to(builder::total);
        return builder.build();
    }
}
