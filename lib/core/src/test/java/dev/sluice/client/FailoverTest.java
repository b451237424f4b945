package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.StreamException;
import dev.sluice.client.StreamReport.Hop;
import dev.sluice.client.StreamReport.Hop.Reason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream that several providers may answer, as its caller sees it. */
@Timeout(30)
class FailoverTest {
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "Overloaded"));
    private static final Script BROKEN =
            Script.stream().sse(begin("One, ", "t")).cut();

    @Test
    void theNextProviderAnswersIfTheFirstRefuses() {
        try (var fixture = new FailoverFixture()
                        .claude(OVERLOADED)
                        .openAi(chat("Rivers run."))
                        .build();
                var stream = fixture.stream()) {
            Message message = stream.finalMessage();
            assertThat(message.text()).isEqualTo("Rivers run.");
            assertThat(message.provider()).isEqualTo("openai");
            assertThat(message.parts()).containsExactly(new Message.Part("openai", "gpt-5.4", 0, 0));
            assertThat(stream.metrics().failovers()).isOne();
            assertThat(fixture.requests()).containsExactly(1, 1);
            await().until(() -> !fixture.wholes.isEmpty());
            StreamReport whole = fixture.wholes.getFirst();
            assertThat(whole.provider()).isEqualTo("openai");
            assertThat(whole.hops()).map(Hop::reason).containsExactly(Reason.FIRST, Reason.FAILOVER);
            assertThat(whole.hops()).map(Hop::answered).containsExactly(false, true);
        }
    }

    @Test
    void theNextProviderGoesOnWhereTheFirstBrokeOff() {
        try (var fixture = new FailoverFixture()
                        .claude(BROKEN)
                        .openAi(chat("One, ", "two."))
                        .midAnswer();
                var stream = fixture.stream()) {
            List<StreamEvent> events = new ArrayList<>();
            stream.forEach(events::add);
            Message message = stream.finalMessage();
            assertThat(message.text()).isEqualTo("One, two.");
            assertThat(message.provider()).isEqualTo("claude");
            assertThat(message.parts())
                    .containsExactly(
                            new Message.Part("claude", "claude-sonnet-5", 0, 0),
                            new Message.Part("openai", "gpt-5.4", 0, 6));
            assertThat(events).filteredOn(MessageStart.class::isInstance).hasSize(1);
            assertThat(fixture.peers.getLast().requests().getFirst().bodyText())
                    .contains("<last_words>One, t</last_words>")
                    .contains("gpt-5.4");
        }
    }

    @Test
    void unlessItIsWantedAnAnswerThatBreaksOffFails() {
        try (var fixture = new FailoverFixture()
                        .claude(BROKEN)
                        .openAi(chat("One, two."))
                        .build();
                var stream = fixture.stream()) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(StreamException.ConnectionFailed.class);
            assertThat(failure.partial().text()).isEqualTo("One, t");
            assertThat(fixture.requests()).containsExactly(1, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatCameBeforeAnEventThatIsOutOfOrderIsShown(boolean mid) {
        String all = String.join("", begin("One, ", "two, ")) + text(7, "astray");
        try (var fixture = new FailoverFixture()
                        .claude(Script.stream().sse(all).stall())
                        .claude(OVERLOADED)
                        .build(settings -> {
                            if (mid) {
                                settings.midAnswer();
                            }
                        });
                var stream = fixture.stream()) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(StreamException.ProtocolError.class);
            assertThat(failure.partial().text()).isEqualTo("One, two, ");
            assertThat(failure.requestId()).isPresent();
        }
    }

    @Test
    void aFailureNamesTheRequestOfTheProviderThatFailed() {
        Script broken = Script.empty()
                .head(200, "content-type", "text/event-stream", "request-id", "req_first")
                .sse(begin("One, ", "t"))
                .cut();
        Script astray = Script.empty()
                .head(200, "content-type", "text/event-stream", "request-id", "req_second")
                .sse(answer("Something else."));
        try (var fixture = new FailoverFixture().claude(broken).claude(astray).midAnswer();
                var stream = fixture.stream()) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(StreamException.ConnectionFailed.class);
            assertThat(failure.requestId()).contains("req_first");
            assertThat(failure.partial().text()).isEqualTo("One, t");
        }
    }

    @Test
    void whatIsMeantForOneProviderIsNotSentToTheNext() {
        try (var fixture = new FailoverFixture()
                        .claude(OVERLOADED)
                        .claude(Script.stream(answer("Rivers run.")))
                        .build();
                var stream = fixture.client.stream(FailoverFixture.REQUEST.toBuilder()
                        .model("claude-haiku-5")
                        .header("x-tenant-key", "kingfisher-0123")
                        .put("novelty", true)
                        .serviceTier("auto")
                        .build())) {
            stream.done();
            var first = fixture.peers.getFirst().requests().getFirst();
            var next = fixture.peers.getLast().requests().getFirst();
            assertThat(first.bodyText()).contains("claude-haiku-5", "novelty", "service_tier");
            assertThat(next.bodyText())
                    .contains("\"claude-sonnet-5\"")
                    .doesNotContain("claude-haiku-5", "novelty", "service_tier");
            assertThat(first.header("x-tenant-key")).isEqualTo("kingfisher-0123");
            assertThat(next.header("x-tenant-key")).isNull();
        }
    }

    static Script chat(String... pieces) {
        var script = Script.stream();
        for (String piece : pieces) {
            script = script.sse("data: " + """
                {"id":"chat-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.4","choices":[{"index":0,\
                "delta":{"content":"%s"},"finish_reason":null}]}\
                """.formatted(piece) + "\n\n");
        }
        return script.sse("data: " + """
            {"id":"chat-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.4","choices":[{"index":0,\
            "delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":4,"total_tokens":24}}\
            """ + "\n\n").sse("data: [DONE]\n\n").end();
    }
}
