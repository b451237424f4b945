package dev.sluice.telemetry;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meters of real streams. */
@Timeout(30)
class MeteredStreamsTest {
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "No"));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void aRetriedStreamIsOneOperationWithOneRetry() {
        metered(stream -> assertThat(stream.finalText()).isEqualTo("one two"), OVERLOADED, script());
        assertEnded("completed");
        assertThat(count("sluice.client.stream.retries")).isEqualTo(1);
        assertThat(registry.get("gen_ai.client.operation.duration")
                        .tag("error.type", "none")
                        .timer()
                        .totalTime(TimeUnit.NANOSECONDS))
                .isPositive();
        assertThat(registry.get("sluice.client.stream.time_to_first_token")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(tokens("input")).isEqualTo(10);
        assertThat(tokens("output")).isEqualTo(2);
    }

    @Test
    void aCancelledStreamIsNoErrorAndItsTokensCount() {
        metered(
                stream -> {
                    var events = stream.iterator();
                    for (int i = 0; i < 3; i++) {
                        events.next();
                    }
                    stream.cancel("enough");
                },
                Script.stream().sse(begin("one ", "two")).stall());
        assertEnded("cancelled");
        assertThat(registry.get("gen_ai.client.operation.duration")
                        .timer()
                        .getId()
                        .getTag("error.type"))
                .isEqualTo("none");
        assertThat(tokens("input")).isEqualTo(10);
    }

    @Test
    void aFailedStreamIsAnErrorOfItsType() {
        metered(
                stream -> assertThatThrownBy(stream::finalMessage).isInstanceOf(ApiError.class),
                Script.json(400, errorJson("invalid_request_error", "No")));
        assertEnded("ApiError");
        assertThat(registry.get("gen_ai.client.operation.duration")
                        .timer()
                        .getId()
                        .getTag("error.type"))
                .isEqualTo("invalid_request_error");
        assertThat(count("sluice.client.stream.retries")).isZero();
        assertThat(registry.find("gen_ai.client.token.usage").meters()).isEmpty();
    }

    private static Script script() {
        return Script.stream(answer("one ", "two"));
    }

    private void metered(Consumer<MessageStream> consumer, Script... scripts) {
        var quick = RetryConfig.from(RetryDefaults.config())
                .intervalFunction(attempt -> 1L)
                .build();
        try (var peer = ScriptedPeer.serving(scripts);
                var client = LlmClient.builder(Claude.builder()
                                .apiKey("test-key")
                                .baseUrl(peer.uri("").toString())
                                .build())
                        .resilience(Resilience.builder()
                                .retry(Retry.of("quick", quick))
                                .build())
                        .onEnd(StreamMeters.in(registry))
                        .build();
                var stream = client.stream(MessageRequest.builder()
                        .model("claude-sonnet-5")
                        .maxTokens(100)
                        .user("Tell me about rivers")
                        .build())) {
            consumer.accept(stream);
            Awaitility.await()
                    .until(() ->
                            registry.find("sluice.client.stream.continuations").counter() != null); // the last of them
        }
    }

    private void assertEnded(String cause) {
        assertThat(registry.find("sluice.client.stream.end").counters())
                .singleElement()
                .satisfies(counter -> {
                    assertThat(counter.getId().getTag("cause")).isEqualTo(cause);
                    assertThat(counter.count()).isEqualTo(1);
                });
    }

    private double count(String name) {
        return registry.get(name).counter().count();
    }

    private double tokens(String type) {
        return registry.get("gen_ai.client.token.usage")
                .tag("gen_ai.token.type", type)
                .summary()
                .totalAmount();
    }
}
