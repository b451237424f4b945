package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason;
import dev.sluice.budget.Prices;
import dev.sluice.client.BackgroundCancelTest.Wire;
import dev.sluice.client.StreamReport.Hop;
import dev.sluice.message.Usage;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each provider of a failover used and cost, and that none works on for nobody. */
@Timeout(30)
class FailoverCostsTest {
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "Overloaded"));

    private static Hop firstHop(FailoverFixture fixture) {
        await().until(() -> !fixture.wholes.isEmpty());
        return fixture.wholes.getFirst().hops().getFirst();
    }

    @Test
    void anEstimateKeepsWhatTheProviderSaidOfItsCache() {
        String cached = String.join("", begin("many words ".repeat(10))).replace("\"output_tokens\":1", """
            "output_tokens":1,"cache_creation_input_tokens":1000,"cache_creation":\
            {"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":1000}\
            """);
        try (var fixture =
                new FailoverFixture().claude(Script.stream().sse(cached).cut()).claude(OVERLOADED)) {
            Prices prices = Prices.builder()
                    .input(BigDecimal.ONE)
                    .output(BigDecimal.ONE)
                    .cacheWrite5m(BigDecimal.ONE)
                    .cacheWrite1h(BigDecimal.valueOf(1000))
                    .build();
            fixture.build(settings -> settings.prices(fixture.clients.getFirst(), prices));
            try (var stream = fixture.stream()) {
                ClientFixture.collect(stream);
            }
            Hop hop = firstHop(fixture);
            assertThat(hop.estimated()).isTrue();
            assertThat(hop.usage().outputTokens()).isGreaterThan(20);
            assertThat(hop.usage().cacheWriteTokens()).isEqualTo(1000);
            assertThat(hop.usage().cacheWrite1hTokens()).isEqualTo(1000);
            assertThat(hop.cost()).isGreaterThan(BigDecimal.ONE);
        }
    }

    @Test
    void aWholeAnswerOfAProviderThatSaysNoTokensIsEstimated() {
        String words = "data:"
                + " {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-5.4\",\"choices\":"
                + "[{\"index\":0,\"delta\":{\"content\":\"" + "many words ".repeat(10)
                + "\"},\"finish_reason\":\"stop\"}]}\n\n";
        try (var fixture = new FailoverFixture()
                        .openAi(Script.stream().sse(words, "data: [DONE]\n\n").end())
                        .claude(OVERLOADED)
                        .build();
                var stream = fixture.stream()) {
            stream.done();
            Hop hop = firstHop(fixture);
            assertThat(hop.estimated()).isTrue();
            assertThat(hop.usage().inputTokens()).isPositive();
            assertThat(hop.usage().outputTokens()).isBetween(20L, 40L);
        }
    }

    @Test
    void aRequestThatWasNeverSentCostsNothing() {
        var open = new CountDownLatch(1);
        var wholes = new CopyOnWriteArrayList<StreamReport>();
        try (var first = ScriptedPeer.serving(
                        Script.stream().gate(open).sse(answer("A")).end());
                var second = ScriptedPeer.serving(Script.stream().stall());
                var a = ClientFixture.client(first.uri(""), settings -> {});
                var b = ClientFixture.client(
                        second.uri(""),
                        settings -> settings.model("claude-sonnet-5")
                                .resilience(
                                        Resilience.builder().maxConcurrent(1).build()));
                var both = Failover.builder(a, b)
                        .hedgeAfter(Duration.ofMillis(1))
                        .onEnd(wholes::add)
                        .build();
                var busy = b.stream(FailoverFixture.REQUEST)) {
            second.awaitRequest(1);
            try (var stream = both.stream(FailoverFixture.REQUEST)) {
                await().until(() -> b.running() == 2); // the hedge waits for its place
                open.countDown();
                assertThat(stream.finalText()).isEqualTo("A");
            }
            await().until(() -> !wholes.isEmpty());
            Hop hedge = wholes.getFirst().hops().getLast();
            assertThat(hedge.end()).isInstanceOf(EndReason.Cancelled.class);
            assertThat(hedge.usage()).isEqualTo(Usage.NONE);
            assertThat(hedge.estimated()).isFalse();
            assertThat(second.requests()).hasSize(1);
            assertThat(busy.isEnded()).isFalse();
        }
    }

    /** Once before the first words, and once after them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerInTheBackgroundThatAnotherProviderReplacesIsCancelled(boolean mid) {
        Wire wire = Wire.RESPONSES;
        String begun =
                mid ? wire.begun() : wire.begun().substring(0, wire.begun().indexOf("\n\n") + 2);
        try (var first = ScriptedPeer.answering(request -> request.path().endsWith("/cancel")
                        ? Script.json(200, "{}")
                        : Script.stream().sse(begun).cut());
                var second = ScriptedPeer.serving(Script.stream(answer("Rivers", " run.")));
                var a = ClientFixture.client(
                        wire.at(first.uri("")), settings -> settings.resilience(Resilience.none()));
                var b = ClientFixture.client(second.uri(""), settings -> settings.model("claude-sonnet-5"));
                var both = Failover.builder(a, b).midAnswer().build();
                var stream = both.stream(FailoverFixture.REQUEST.toBuilder()
                        .put("background", true)
                        .build())) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            a.close(); // waits for it
            List<String> paths =
                    first.requests().stream().map(ReceivedRequest::path).toList();
            assertThat(paths).containsExactly(wire.path, wire.cancel());
        }
    }
}
