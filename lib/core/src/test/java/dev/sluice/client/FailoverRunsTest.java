package dev.sluice.client;

import static dev.sluice.client.FailoverTest.chat;
import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.message.Message;
import dev.sluice.telemetry.StreamMeters;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run whose turns are answered by several providers, and what is counted of it. */
@Timeout(30)
class FailoverRunsTest {
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "Overloaded"));
    private static final Tool LEVEL = Tool.of("level", "the level", Gauge.class, (input, context) -> "2.4 m");

    record Gauge() {}

    @Test
    void eachTurnMayBeAnsweredByAnotherProvider() {
        try (var fixture = new FailoverFixture()
                        .claude(Script.stream(toolCall("call_1", "level", "{}")), OVERLOADED)
                        .openAi(chat("It is 2.4 m."))
                        .midAnswer();
                ToolLoop run = fixture.client.run(FailoverFixture.REQUEST, LEVEL)) {
            assertThat(run.finalMessage().text()).isEqualTo("It is 2.4 m.");
            assertThat(fixture.requests()).containsExactly(2, 1);
            assertThat(fixture.peers.getLast().requests().getFirst().bodyText())
                    .contains("\"tool_call_id\":\"call_1\"")
                    .contains("2.4 m");
            assertThat(run.conversation().messages()).map(Message::provider).contains("claude", "openai");
        }
    }

    @Test
    void aCallInTheSecondProvidersPartIsRunOnceAndBothCanTakeTheTurnBack() {
        String call = """
            {"id":"chat-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.4","choices":[{"index":0,"delta":\
            {"tool_calls":[{"index":0,"id":"call with a space","type":"function","function":\
            {"name":"level","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}\
            """;
        var second = Script.stream()
                .sse("data: " + call.replaceFirst("\"delta\":\\{", "\"delta\":{\"content\":\"Let me see.\",") + "\n\n")
                .sse("data: [DONE]\n\n")
                .end();
        try (var fixture = new FailoverFixture()
                        .claude(Script.stream().sse(begin("Let ", "me")).cut(), Script.stream(answer("It is 2.4 m.")))
                        .openAi(second)
                        .midAnswer();
                ToolLoop run = fixture.client.run(FailoverFixture.REQUEST, LEVEL)) {
            assertThat(run.finalMessage().text()).isEqualTo("It is 2.4 m.");
            String sent = fixture.peers.getFirst().requests().getLast().bodyText();
            assertThat(sent)
                    .contains("Let me see.")
                    .contains("\"id\":\"call_with_a_space\"")
                    .contains("\"tool_use_id\":\"call_with_a_space\"")
                    .doesNotContain("sluice_parts");
            Message mixed = run.conversation().messages().get(1);
            assertThat(mixed.parts()).map(Message.Part::provider).containsExactly("claude", "openai");
        }
    }

    @Test
    void theMetersCountEachFailoverAndNothingTwice() {
        var registry = new SimpleMeterRegistry();
        StreamMeters meters = StreamMeters.in(registry);
        try (var fixture = new FailoverFixture()
                .claude(
                        settings -> settings.onEnd(meters),
                        Script.stream().sse(begin("One, t")).cut(),
                        OVERLOADED)
                .openAi(settings -> settings.onEnd(meters), chat("One, two."), chat("Rivers run."))
                .build(settings -> settings.midAnswer().onEnd(meters))) {
            for (int i = 0; i < 2; i++) {
                try (var stream = fixture.stream()) {
                    stream.done();
                }
            }
            await().until(() -> fixture.wholes.size() == 2 && fixture.parts.size() == 4);
            for (String when : List.of("before_answer", "mid_answer")) {
                await().untilAsserted(() -> assertThat(registry.find("sluice.client.stream.failovers")
                                .tags("from", "anthropic", "to", "openai", "when", when)
                                .counters())
                        .singleElement()
                        .satisfies(counter ->
                                assertThat(counter.count()).isEqualTo(1))); // it is there before it has counted
            }
            await().untilAsserted(
                            () -> // a stream's listeners are called one after another, and the meters are not the first
                            assertThat(registry.find("sluice.client.stream.end").counters().stream()
                                            .mapToDouble(counter -> counter.count())
                                            .sum())
                                    .isEqualTo(4));
        }
    }
}
