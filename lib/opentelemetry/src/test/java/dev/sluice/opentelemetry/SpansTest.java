package dev.sluice.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Completed;
import dev.sluice.StreamException.ApiError;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Usage;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The spans of real runs and streams. */
@Timeout(60)
class SpansTest {
    private static final Script OVERLOADED =
            Script.json(529, ClaudeWire.errorJson("overloaded_error", "No"), "request-id", "req_1");

    private static final Tool DRIES = Tool.of("dries", "Fails", "{\"type\":\"object\"}", (input, context) -> {
        throw new IOException("no such river");
    });

    private static Tool depth(CopyOnWriteArrayList<String> current) {
        return Tool.of("depth", "Tells how deep", "{\"type\":\"object\"}", (input, context) -> {
            current.add(Span.current().getSpanContext().getSpanId());
            return "3 m";
        });
    }

    @Test
    void aRunIsAnAgentWithItsChatsAndItsTools() throws IOException {
        var current = new CopyOnWriteArrayList<String>();
        Script broken = Script.stream().sse(ClaudeWire.begin("One, ", "t")).cut();
        try (var traced = new TracedClient(
                settings -> settings.continuation(Continuation.upTo(1)),
                OVERLOADED,
                TracedClient.calls("a", "depth"),
                TracedClient.calls("b", "dries"),
                broken,
                TracedClient.says("One, ", "two."))) {
            try (ToolLoop run = ToolLoop.builder(traced.client, TracedClient.REQUEST)
                    .name("river guide")
                    .tools(depth(current), DRIES)
                    .startEarly(false)
                    .start()) {
                assertThat(run.finalText()).isEqualTo("One, two.");
            }
            assertThat(traced.spans(6)).hasSize(6);
            Golden.check("spans.json", SpanForm.of(traced.spans(6)));
            assertThat(current)
                    .containsExactly(traced.span("execute_tool depth").getSpanId());
        }
    }

    @Test
    void noSpanHoldsAWordOfTheConversation() {
        try (var traced = new TracedClient(
                settings -> {}, TracedClient.calls("a", "depth"), TracedClient.says("The Danube is deep"))) {
            try (ToolLoop run = ToolLoop.builder(traced.client, TracedClient.REQUEST)
                    .tools(depth(new CopyOnWriteArrayList<>()))
                    .start()) {
                run.done();
            }
            assertThat(traced.spans(4).toString()).doesNotContain("Danube", "Tell me about rivers", "3 m", "test-key");
        }
    }

    @Test
    void aStreamThatFailsIsAnErrorOfItsType() {
        try (var traced = new TracedClient(
                settings -> {}, Script.json(400, ClaudeWire.errorJson("invalid_request_error", "No")))) {
            try (var stream = traced.client.stream(TracedClient.REQUEST)) {
                assertThatThrownBy(stream::done).isInstanceOf(ApiError.class);
            }
            SpanData chat = traced.span("chat claude-sonnet-5");
            assertThat(chat.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(chat.getAttributes().get(GenAiAttributes.ERROR_TYPE)).isEqualTo("invalid_request_error");
            assertThat(chat.getAttributes().get(SluiceAttributes.END)).isEqualTo("ApiError");
        }
    }

    @Test
    void whatTheCallerStopsIsNoError() {
        try (var traced = new TracedClient(
                settings -> {}, Script.stream().sse(ClaudeWire.begin("one")).stall())) {
            try (var stream = traced.client.stream(TracedClient.REQUEST)) {
                stream.iterator().next();
            }
            SpanData chat = traced.span("chat claude-sonnet-5");
            assertThat(chat.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(chat.getAttributes().get(SluiceAttributes.END)).isEqualTo("cancelled");
        }
    }

    @Test
    void anAnswerThatIsNotStreamedIsAChatThatIsNot() {
        String whole = "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-5\","
            + "\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":3,\"output_tokens\":1,\"cache_read_input_tokens\":7,"
            + "\"cache_creation_input_tokens\":2}}";
        try (var traced = new TracedClient(settings -> {}, Script.json(200, whole))) {
            traced.client.send(MessageRequest.builder()
                    .model("claude-sonnet-5")
                    .maxTokens(10)
                    .user("Hi")
                    .build());
            SpanData chat = traced.span("chat claude-sonnet-5");
            assertThat(chat.getAttributes().get(GenAiAttributes.STREAM)).isNull();
            assertThat(chat.getAttributes().get(GenAiAttributes.RESPONSE_ID)).isEqualTo("msg_1");
            assertThat(chat.getAttributes().get(GenAiAttributes.INPUT_TOKENS)).isEqualTo(12);
            assertThat(chat.getAttributes().get(GenAiAttributes.CACHE_READ)).isEqualTo(7);
            assertThat(chat.getAttributes().get(GenAiAttributes.CACHE_CREATION)).isEqualTo(2);
            assertThat(chat.getAttributes().get(GenAiAttributes.STOP_SEQUENCES)).isNull();
        }
    }

    @Test
    void aToolThatIsStoppedIsAnErrorAndHasNoException() {
        Tool slow = Tool.of("slow", "Takes long", "{\"type\":\"object\"}", (input, context) -> {
                    Thread.sleep(Duration.ofMinutes(1));
                    return "never";
                })
                .timeout(Duration.ofMillis(20));
        try (var traced = new TracedClient(settings -> {}, TracedClient.calls("a", "slow"), TracedClient.says("ok"))) {
            try (ToolLoop run = traced.client.run(TracedClient.REQUEST, slow)) {
                run.done();
            }
            SpanData tool = traced.span("execute_tool slow");
            assertThat(tool.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(tool.getAttributes().get(GenAiAttributes.ERROR_TYPE)).isEqualTo("stopped");
            assertThat(tool.getEvents()).extracting(EventData::getName).isEmpty();
            assertThat(traced.span("invoke_agent").getAttributes().get(SluiceAttributes.TURNS))
                    .isEqualTo(2);
        }
    }

    /** As a provider of the application's own may report it, of a server whose name is not one of a host. */
    @Test
    void thinkingTokensAreReportedAndAnAddressThatIsNotKnownIsLeftOut() {
        var usage = new Usage(3, 9, 0, 0, 0, 7, List.of(), Map.of());
        try (var traced = new TracedClient(settings -> {})) {
            Observation chat = traced.observer.start(
                    new Operation.Chat("mine", URI.create("https://my_server"), TracedClient.REQUEST, true));
            chat.end(new Outcome.Chat(
                    new Completed(), null, null, FinishReason.STOP, usage, null, Duration.ofSeconds(1), 0, 0));
            var attributes = traced.span("chat claude-sonnet-5").getAttributes();
            assertThat(attributes.get(GenAiAttributes.REASONING)).isEqualTo(7);
            assertThat(attributes.get(GenAiAttributes.PROVIDER_NAME)).isEqualTo("mine");
            assertThat(attributes.get(GenAiAttributes.SERVER_PORT)).isEqualTo(443);
            assertThat(attributes.get(GenAiAttributes.SERVER_ADDRESS)).isNull();
            assertThat(attributes.get(GenAiAttributes.RESPONSE_MODEL)).isNull();
        }
    }
}
