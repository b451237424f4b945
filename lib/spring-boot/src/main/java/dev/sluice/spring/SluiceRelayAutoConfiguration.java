package dev.sluice.spring;

import dev.sluice.observation.Observer;
import dev.sluice.relay.Relay;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.http.RelayAuthenticator;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayEndpointBuilder;
import dev.sluice.relay.http.RequestContext;
import dev.sluice.relay.servlet.ServletRelay;
import jakarta.servlet.Servlet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes the relay, and mounts it in the servlet container if the application says by a {@link RunFactory} what is run. A relay lets
 * everybody who reaches it spend the application's tokens, so that a dependency alone opens nothing.
 */
@AutoConfiguration(after = SluiceClientAutoConfiguration.class)
@ConditionalOnBean(RunFactory.class)
@EnableConfigurationProperties(SluiceProperties.class)
public class SluiceRelayAutoConfiguration {

    /** Made by Spring. */
    public SluiceRelayAutoConfiguration() {}

    /** The relay. A {@link ResumeLog} bean keeps its events, if there is one. */
    @Bean
    @ConditionalOnMissingBean
    Relay sluiceRelay(
            SluiceProperties properties,
            ObjectProvider<ResumeLog> log,
            ObjectProvider<Observer> observers,
            ObjectProvider<RelayCustomizer> customizers) {
        Relay.Builder builder = Relay.builder();
        PropertyMapper map = PropertyMapper.get();
        map.from(properties.relay()::heartbeat).to(builder::heartbeat);
        map.from(properties.relay()::abandonAfter).to(builder::abandonAfter);
        log.ifUnique(builder::log);
        observers.orderedStream().reduce(Observer::and).ifPresent(builder::observer);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** The endpoint. A user who is signed in is a session; who is not gets one by a cookie. */
    @Bean
    @ConditionalOnMissingBean
    RelayEndpoint sluiceRelayEndpoint(
            Relay relay,
            RunFactory factory,
            SluiceProperties properties,
            ObjectProvider<RelayAuthenticator> authenticator,
            ObjectProvider<RequestContext> context,
            ObjectProvider<RelayEndpointCustomizer> customizers) {
        SluiceProperties.Relay settings = properties.relay();
        RelayEndpointBuilder builder = RelayEndpoint.builder(relay, factory)
                .authenticator(authenticator.getIfUnique(() -> RelayAuthenticator.userOr(RelayAuthenticator.cookie())))
                .allowedHosts(settings.allowedHosts().toArray(String[]::new))
                .allowedOrigins(settings.allowedOrigins().toArray(String[]::new))
                .trustedProxies(settings.trustedProxies());
        if (settings.page()) {
            builder.page();
            builder.suggestions(settings.suggestions().toArray(String[]::new));
        }
        context.ifUnique(builder::requestContext);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** Tells the clients before the web server stops. */
    @Bean
    @ConditionalOnMissingBean
    RelayShutdown sluiceRelayShutdown(RelayEndpoint endpoint, SluiceProperties properties) {
        return new RelayShutdown(endpoint, properties.relay().shutdownTimeout());
    }

    /** Where there is a servlet container. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(Servlet.class)
    static class Mounted {

        @Bean
        @ConditionalOnMissingBean(name = "sluiceRelayServlet")
        ServletRegistrationBean<ServletRelay> sluiceRelayServlet(RelayEndpoint endpoint, SluiceProperties properties) {
            SluiceProperties.Relay settings = properties.relay();
            var registration = new ServletRegistrationBean<>(
                    new ServletRelay(endpoint, settings.writeLimit()), settings.path() + "/*");
            registration.setName("sluiceRelay");
            return registration;
        }
    }
}
