package dev.sluice.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.client.LlmClient;
import dev.sluice.observation.Observer;
import dev.sluice.opentelemetry.OpenTelemetryObserver;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.Session;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RequestContext;
import dev.sluice.test.InMemoryTransport;
import dev.sluice.test.server.Answer;
import dev.sluice.tools.RunEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** Which beans there are, and what the properties set. {@code examples/spring-boot} has them in a real server. */
class AutoConfigurationTest {
    private static final AutoConfigurations ALL = AutoConfigurations.of(
            SluiceClientAutoConfiguration.class,
            SluiceRelayAutoConfiguration.class,
            SluiceMetersAutoConfiguration.class,
            SluiceTracingAutoConfiguration.class);
    private static final RunFactory RUNS = asked -> {
        throw new IllegalStateException("nothing is run here");
    };

    private final ApplicationContextRunner program = new ApplicationContextRunner().withConfiguration(ALL);
    private final ApplicationContextRunner client =
            program.withPropertyValues("sluice.provider=claude", "sluice.api-key=sk-secret", "sluice.model=any");
    private final WebApplicationContextRunner server =
            new WebApplicationContextRunner().withConfiguration(ALL).withBean(RunFactory.class, () -> RUNS);

    @Test
    void withoutAProviderAndARunFactoryThereIsNothing() {
        program.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(Provider.class)
                .doesNotHaveBean(LlmClient.class)
                .doesNotHaveBean(Relay.class)
                .doesNotHaveBean(RelayEndpoint.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude", "gemini", "openai", "OpenAI"})
    void theProviderIsTheOneThatIsNamed(String name) {
        client.withPropertyValues("sluice.provider=" + name, "sluice.base-url=http://localhost:1/v1")
                .run(context -> assertThat(
                                context.getBean(LlmClient.class).provider().toString())
                        .containsIgnoringCase(name)
                        .doesNotContain("sk-secret"));
    }

    @Test
    void aServerOfOnesOwnNeedsNoKey() {
        program.withPropertyValues("sluice.provider=openai", "sluice.base-url=http://localhost:1/v1")
                .run(context -> assertThat(context).hasSingleBean(LlmClient.class));
    }

    @ParameterizedTest
    @CsvSource({"claude, ANTHROPIC_API_KEY", "gemini, GEMINI_API_KEY", "openai, OPENAI_API_KEY"})
    void withoutAKeyTheOneOfTheEnvironmentIsTaken(String provider, String variable) {
        program.withPropertyValues("sluice.provider=" + provider).run(context -> {
            if (System.getenv(variable) == null && System.getenv("GOOGLE_API_KEY") == null) {
                assertThat(context).getFailure().hasStackTraceContaining(variable);
            } else {
                assertThat(context).hasSingleBean(LlmClient.class);
            }
        });
    }

    @Test
    void theSettingsAreTheClients() {
        var transport = InMemoryTransport.answering(Answer.text("hello"));
        client.withBean(LlmClientCustomizer.class, () -> builder -> builder.transport(transport))
                .withPropertyValues(
                        "sluice.max-tokens=77",
                        "sluice.max-retries=0",
                        "sluice.max-concurrent=3",
                        "sluice.requests-per-minute=60",
                        "sluice.timeouts.total=1m",
                        "sluice.timeouts.idle=0s")
                .run(context -> {
                    assertThat(context.getBean(LlmClient.class).send("hi").text())
                            .isEqualTo("hello");
                    assertThat(transport.requests())
                            .singleElement()
                            .extracting(request -> new String(request.body(), StandardCharsets.UTF_8))
                            .asString()
                            .contains("\"model\":\"any\"", "\"max_tokens\":77");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sluice.provider=llama",
                "sluice.provider=",
                "sluice.timeouts.total=-1s",
                "sluice.max-retries=-1",
                "sluice.max-concurrent=0",
                "sluice.api-key=",
                "sluice.model="
            })
    void aWrongPropertyFailsAtTheStart(String property) {
        client.withPropertyValues(property).run(context -> assertThat(context).hasFailed());
    }

    @Test
    void theKeyIsInNoMessage() {
        client.run(context -> assertThat(context.getBean(SluiceProperties.class).toString())
                .contains("any")
                .doesNotContain("sk-secret"));
    }

    @Test
    void theApplicationsOwnClientIsTheOnlyOne() {
        LlmClient own =
                LlmClient.builder(Claude.builder().apiKey("own").build()).build();
        client.withBean(LlmClient.class, () -> own)
                .run(context -> assertThat(context)
                        .doesNotHaveBean(Provider.class)
                        .getBean(LlmClient.class)
                        .isSameAs(own));
    }

    @Test
    void aProviderOfTheApplicationsIsTaken() {
        Provider own = Claude.builder().apiKey("own").build();
        program.withBean(Provider.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(LlmClient.class).provider()).isSameAs(own));
    }

    @Test
    void customizersAndObserversAreUsed() {
        var called = new ArrayList<String>();
        client.withBean("a", LlmClientCustomizer.class, () -> builder -> {
                    builder.model("another");
                    called.add("client");
                })
                .withBean(Observer.class, () -> operation -> {
                    throw new IllegalStateException();
                })
                .withBean(RunFactory.class, () -> RUNS)
                .withBean("b", RelayCustomizer.class, () -> builder -> called.add("relay"))
                .withBean("c", RelayEndpointCustomizer.class, () -> builder -> called.add("endpoint"))
                .run(context -> {
                    assertThat(called).containsExactlyInAnyOrder("client", "relay", "endpoint");
                    LlmClient made = context.getBean(LlmClient.class);
                    assertThat(made.request().user("hi").build().model()).isEqualTo("another");
                    assertThat(made.observer()).isNotEqualTo(Observer.none());
                });
    }

    @Test
    void theRelayIsMounted() {
        server.withPropertyValues("sluice.relay.heartbeat=1s", "sluice.relay.abandon-after=2s")
                .run(context -> {
                    assertThat(context).hasSingleBean(Relay.class).hasSingleBean(RelayEndpoint.class);
                    var servlet = context.getBean(ServletRegistrationBean.class);
                    assertThat(servlet.getUrlMappings()).containsExactly("/assistant/*");
                    assertThat(servlet.isAsyncSupported()).isTrue();
                });
        server.withPropertyValues("sluice.relay.path=/a/b")
                .run(context -> assertThat(
                                context.getBean(ServletRegistrationBean.class).getUrlMappings())
                        .containsExactly("/a/b/*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a", "/a/", "/a/*"})
    void aWrongPathIsNamed(String path) {
        server.withPropertyValues("sluice.relay.path=" + path)
                .run(context ->
                        assertThat(context).hasFailed().getFailure().hasStackTraceContaining("sluice.relay.path"));
    }

    @Test
    void thePageMustBeThereToBeServed() {
        server.withPropertyValues("sluice.relay.page=true")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("sluice-relay-page"));
    }

    @Test
    void outsideOfAServerNothingIsMounted() {
        client.withBean(RunFactory.class, () -> RUNS)
                .run(context -> assertThat(context)
                        .hasSingleBean(RelayEndpoint.class)
                        .doesNotHaveBean(ServletRegistrationBean.class));
    }

    @Test
    void whereEventsAreKeptIsABean() {
        try (ResumeLog log = MemoryResumeLog.builder().build()) {
            server.withBean(ResumeLog.class, () -> log)
                    .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Relay.class));
        }
    }

    /** Boot's graceful shutdown of the server has the phase 1,024 before the last. A higher one is stopped first. */
    @Test
    void theRelayIsShutDownBeforeTheServer() {
        server.run(context -> {
            RelayShutdown shutdown = context.getBean(RelayShutdown.class);
            assertThat(shutdown.getPhase()).isGreaterThan(Integer.MAX_VALUE - 1024);
            assertThat(shutdown.isPauseable())
                    .as("it could not be started again")
                    .isFalse();
            assertThat(shutdown.isRunning()).isTrue();
            shutdown.stop();
            assertThat(shutdown.isRunning()).isFalse();
            Relay relay = context.getBean(Relay.class);
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(() -> relay.start(new Session("s"), new NoRun()));
        });
    }

    @Test
    void aRegistryMeasures() {
        var registry = new SimpleMeterRegistry();
        server.withBean(MeterRegistry.class, () -> registry)
                .run(context -> assertThat(registry.getMeters())
                        .anyMatch(meter -> meter.getId().getName().startsWith("sluice.relay.")));
        server.run(context -> assertThat(context).doesNotHaveBean(RelayCustomizer.class));
        server.withClassLoader(new FilteredClassLoader(MeterRegistry.class, OpenTelemetry.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Relay.class));
    }

    @Test
    void openTelemetryMakesSpans() {
        server.withBean(OpenTelemetry.class, OpenTelemetry::noop)
                .run(context -> assertThat(context)
                        .hasSingleBean(OpenTelemetryObserver.class)
                        .hasSingleBean(RequestContext.class));
        server.run(context -> assertThat(context).doesNotHaveBean(RequestContext.class));
    }

    /** The metadata that editors read is made of the properties; {@code docs/spring-boot.md} is written by hand. */
    @Test
    void thePageHasThePropertiesThatThereAre() throws IOException {
        String metadata;
        try (var file = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(metadata).contains("The model of requests that name none.");
        String properties = metadata.substring(metadata.indexOf("\"properties\""));
        String page = Files.readString(Path.of("../../docs/spring-boot.md")).replace("`, `.", "`, `sluice.timeouts.");
        assertThat(names(page, "`(sluice\\.[a-z.-]+)`"))
                .containsExactlyInAnyOrderElementsOf(names(properties, "\"name\": \"(sluice\\.[a-z.-]+)\""));
    }

    private static Set<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Never begun. */
    private static final class NoRun implements RunSource {
        @Override
        public Iterator<RunEvent> iterator() {
            return List.<RunEvent>of().iterator();
        }

        @Override
        public void cancel(String reason) {}

        @Override
        public void close() {}
    }
}
