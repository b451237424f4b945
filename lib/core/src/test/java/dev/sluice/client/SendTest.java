package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.Limits;
import dev.sluice.StreamController;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Budget.TokenCount;
import dev.sluice.budget.Prices;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.WholeAnswer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An answer that is not streamed is the message that it would have been streamed as. */
@Timeout(30)
class SendTest {
    private static final Script FINE = Script.json(200, WholeAnswer.of(answer("Rivers ", "run.")), "request-id", "r1");

    static Stream<String> wholeTranscripts() {
        return Json.readObject(new String(Script.transcriptBytes("expected.json"), StandardCharsets.UTF_8))
                .keySet()
                .stream()
                .filter(name -> name.startsWith("claude-"))
                .filter(name -> !name.contains("truncated") && !name.contains("overloaded"));
    }

    @ParameterizedTest
    @MethodSource("wholeTranscripts")
    void itIsTheMessageThatTheStreamEndsWith(String name) {
        Script whole = Script.json(200, WholeAnswer.ofTranscript(name));
        try (var fixture = ClientFixture.with(Script.transcript(name, 1000), whole);
                var stream = fixture.stream()) {
            Message streamed = stream.finalMessage();
            assertThat(streamed.content()).isNotEmpty();
            assertThat(fixture.client.send(ClientFixture.REQUEST)).isEqualTo(streamed);
        }
    }

    @Test
    void itIsNotAskedForAsAStream() {
        try (var fixture = ClientFixture.with(FINE)) {
            assertThat(fixture.client.send(ClientFixture.REQUEST).text()).isEqualTo("Rivers run.");
            var request = fixture.peer.requests().getFirst();
            assertThat(request.path()).isEqualTo("/v1/messages");
            assertThat(Json.readObject(request.bodyText())).doesNotContainKey("stream");
        }
    }

    @Test
    void theConnectionServesTheNextOne() {
        try (var fixture = ClientFixture.with(FINE)) {
            for (int i = 0; i < 3; i++) {
                assertThat(fixture.client.send(ClientFixture.REQUEST).text()).isEqualTo("Rivers run.");
            }
            assertThat(fixture.peer.connections()).isEqualTo(1);
            await().until(() -> fixture.client.running() == 0);
        }
    }

    @Test
    void aQueueThatIsSmallerThanTheAnswerIsNoLimit() {
        try (var fixture = ClientFixture.with(settings -> settings.queueCapacity(1), FINE)) {
            assertThat(fixture.client.send(ClientFixture.REQUEST).text()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void eachAnswerIsReportedOnce() {
        List<StreamReport> reports = new CopyOnWriteArrayList<>();
        Script overloaded = Script.json(529, errorJson("overloaded_error", "Overloaded"));
        Script refused = Script.json(400, errorJson("invalid_request_error", "no"));
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                                Resilience.builder().retry(FastRetries.quick()).build())
                        .onEnd(reports::add),
                overloaded,
                FINE,
                refused)) {
            fixture.client.send(ClientFixture.REQUEST);
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST)).isInstanceOf(ApiError.class);
            await().until(() -> reports.size() == 2 && fixture.client.running() == 0);
            StreamReport fine = reports.getFirst();
            assertThat(fine.end()).isEqualTo(new Completed());
            assertThat(fine.requestedModel()).isEqualTo("claude-sonnet-5");
            assertThat(fine.requestId()).isEqualTo("r1");
            assertThat(fine.usage().outputTokens()).isEqualTo(2);
            assertThat(fine.metrics().retries()).isEqualTo(1);
            assertThat(fine.metrics().bytes()).isPositive();
            assertThat(fine.metrics().tokensPerSecond())
                    .as("nobody saw it grow")
                    .isZero();
            assertThat(reports.getLast().end()).isInstanceOf(Failed.class);
        }
    }

    @Test
    void aFailureIsThrownWhereItWasAskedForAndNamesTheRequest() {
        Script refused = Script.json(400, errorJson("invalid_request_error", "no"), "request-id", "r9");
        try (var fixture = ClientFixture.with(refused)) {
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST))
                    .isInstanceOfSatisfying(ApiError.class, e -> {
                        assertThat(e.requestId()).contains("r9");
                        assertThat(e.partial()).isEqualTo(Message.EMPTY);
                        assertThat(e.getStackTrace())
                                .anyMatch(at -> at.getClassName().equals(SendTest.class.getName()));
                    });
        }
    }

    @Test
    void aBodyLargerThanTheLimitsIsNotRead() {
        String body = WholeAnswer.of(answer("x".repeat(1 << 20)));
        for (Limits limits : List.of(new Limits(100, 1 << 20, 0), new Limits(8 << 20, 16 << 20, 1 << 20))) {
            try (var fixture = ClientFixture.with(settings -> settings.limits(limits), Script.json(200, body))) {
                assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST))
                        .isInstanceOfSatisfying(
                                LimitExceeded.class, e -> assertThat(e.value()).isEqualTo(1 << 20));
            }
        }
        Limits fits = new Limits(1, body.length(), body.length());
        try (var fixture = ClientFixture.with(settings -> settings.limits(fits), Script.json(200, body))) {
            assertThat(fixture.client.send(ClientFixture.REQUEST).text()).hasSize(1 << 20);
        }
    }

    @Test
    void aBodyWithoutAnEndMeetsTheLimit() {
        Script endless =
                Script.empty().head(200, "content-type", "application/json").repeat("[".repeat(999), 1 << 30);
        try (var fixture = ClientFixture.with(endless)) {
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST))
                    .isInstanceOfSatisfying(
                            LimitExceeded.class, e -> assertThat(e.limit()).isEqualTo(Limits.Limit.EVENT_BYTES));
        }
    }

    @Test
    void aPageAStreamAndWhatIsCompressedAreNoAnswers() {
        Script page = Script.whole(200, "text/html; charset=utf-8", "<h1>Sign in</h1>");
        Script stream = Script.stream(answer("Rivers run."));
        Script gzip = Script.json(200, "{}", "content-encoding", "gzip");
        try (var fixture = ClientFixture.with(page, stream, gzip)) {
            assertRejected(fixture, "text/html", "Sign in");
            assertRejected(fixture, "text/event-stream", "instead of JSON");
            assertRejected(fixture, "gzip", "compression");
        }
    }

    private static void assertRejected(ClientFixture fixture, String... words) {
        assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void aTypeThatIsNotGivenIsNoReasonToRejectIt() {
        Script untyped = Script.empty()
                .head(200, "x-request-id", "req")
                .sse(WholeAnswer.of(answer("Rivers run.")))
                .end();
        try (var fixture = ClientFixture.with(untyped)) {
            assertThat(fixture.client.send(ClientFixture.REQUEST).text()).isEqualTo("Rivers run.");
        }
    }

    @Test
    void anAnswerThatMayTakeTooLongMustBeStreamed() {
        var request = ClientFixture.REQUEST.toBuilder().maxTokens(64_000).build();
        try (var fixture = ClientFixture.with(Script.stream(answer("a")))) {
            assertThatThrownBy(() -> fixture.client.send(request))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("maxTokens: 64000", "stream it");
            assertThat(fixture.peer.connections()).isZero();
            try (var stream = fixture.client.stream(request)) {
                assertThat(stream.finalText()).isEqualTo("a");
            }
        }
    }

    @Test
    void aProviderThatOnlyStreamsIsAskedForAStream() {
        try (var peer = ScriptedPeer.serving(Script.stream(answer("Rivers run.")));
                var client = LlmClient.builder(
                                MisbehavingParts.streaming(peer.uri("").toString()))
                        .build()) {
            assertThat(client.send(ClientFixture.REQUEST).text()).isEqualTo("Rivers run.");
            assertThatThrownBy(() -> client.countTokens(ClientFixture.REQUEST))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("foreign does not count tokens");
            assertThatThrownBy(client::models)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("foreign does not list models");
        }
    }

    @Test
    void anAnswerWithAToolCallIsOne() {
        Script call = Script.json(200, WholeAnswer.of(toolCall("toolu_1", "weather", "{\"city\":", " \"Porto\"}")));
        try (var fixture = ClientFixture.with(call)) {
            Message message = fixture.client.send(ClientFixture.REQUEST);
            assertThat(message.toolUses().getFirst().inputAsMap()).containsEntry("city", "Porto");
        }
    }

    @Test
    void aLimitOnChunksIsRefusedForThereAreNone() {
        try (var fixture = ClientFixture.with(FINE)) {
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, StreamController.withChunkLimit(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("chunks");
        }
    }

    @Test
    void aControllerSteersOneRequest() {
        var controller = StreamController.withCancellation();
        try (var fixture = ClientFixture.with(FINE)) {
            fixture.client.send(ClientFixture.REQUEST, controller);
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, controller))
                    .isInstanceOf(IllegalStateException.class);
            controller.cancel();
            assertThat(controller.isCancelled()).as("after the end").isFalse();
        }
    }

    @Test
    void whatIsSentIsPaidForAndReturnedThoughItExhaustsTheBudget() {
        List<String> told = new ArrayList<>();
        var budget = Budget.builder()
                .maxCost(new BigDecimal("0.00002"), Prices.uncached(BigDecimal.ONE, BigDecimal.TEN))
                .alertAt(1, spent -> told.add("spent"))
                .build();
        try (var fixture = ClientFixture.with(FINE)) {
            assertThat(fixture.client.send(ClientFixture.REQUEST, budget).text())
                    .isEqualTo("Rivers run.");
            assertThat(budget.outputTokens()).isEqualTo(new TokenCount(2, false));
            assertThat(budget.inputTokens()).isEqualTo(10);
            assertThat(told).containsExactly("spent");
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, budget))
                    .isInstanceOf(LimitExceeded.class);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }
}
