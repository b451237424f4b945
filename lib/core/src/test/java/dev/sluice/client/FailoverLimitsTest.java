package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.signature;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.thinkingStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason;
import dev.sluice.Limits;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.budget.Budget;
import dev.sluice.message.Usage;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What bounds and stops a stream holds for all its providers together. */
@Timeout(30)
class FailoverLimitsTest {
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "first words"));
    private static final Script BROKEN =
            Script.stream().sse(begin("One, ", "t")).cut();
    private static final Script SILENT =
            Script.stream().sse(begin("One, t", "w")).stall();

    /** A stream in mid-answer of its second provider. */
    private static void inHopTwo(FailoverFixture fixture, MessageStream stream) {
        stream.await(Signal.TEXT);
        fixture.peers.getLast().awaitRequest(1);
    }

    private static FailoverFixture secondIsSilent() {
        return new FailoverFixture().claude(BROKEN).claude(SILENT).midAnswer();
    }

    @Test
    void totalSpansAllProviders() {
        var controller = StreamController.withTimeout(Duration.ofMillis(300));
        try (var fixture =
                        new FailoverFixture().claude(OVERLOADED).claude(SILENT).build();
                var stream = fixture.client.stream(FailoverFixture.REQUEST, controller)) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOfSatisfying(TimedOut.class, late -> {
                assertThat(late.phase()).isEqualTo(Timeouts.Phase.TOTAL);
                assertThat(late.limit()).isEqualTo(Duration.ofMillis(300));
            });
            assertThat(failure).hasMessageContaining("first words");
            assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(ApiError.class);
            fixture.peers.getLast().awaitGone(Duration.ofSeconds(5));
        }
    }

    @Test
    void aCancelInTheSecondProvidersPartFreesTheLoopAtOnce() {
        try (var fixture = secondIsSilent();
                var stream = fixture.stream()) {
            inHopTwo(fixture, stream);
            stream.cancel("enough");
            stream.done();
            assertThat(stream.endReason()).contains(new EndReason.Cancelled("enough"));
            fixture.peers.getLast().awaitGone(Duration.ofSeconds(5));
            await().until(() -> fixture.client.running() == 0);
        }
    }

    @Test
    void anInterruptOfTheConsumerStopsAllAndIsThrown() {
        try (var fixture = secondIsSilent();
                var stream = fixture.stream()) {
            inHopTwo(fixture, stream);
            Thread.currentThread().interrupt();
            assertThatThrownBy(stream::done).isInstanceOf(StreamException.Cancelled.class);
            assertThat(Thread.interrupted()).isTrue();
            fixture.peers.getLast().awaitGone(Duration.ofSeconds(5));
        }
    }

    @Test
    void itsCloseStopsItsStreamsAndLeavesTheClientsOpen() {
        try (var fixture = new FailoverFixture()
                        .claude(BROKEN)
                        .claude(SILENT, Script.stream(answer("B")))
                        .midAnswer();
                var stream = fixture.stream()) {
            inHopTwo(fixture, stream);
            fixture.client.close();
            assertThatThrownBy(stream::done)
                    .isInstanceOf(StreamException.Cancelled.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(fixture::stream).isInstanceOf(IllegalStateException.class);
            assertThat(fixture.clients.getLast().stream(FailoverFixture.REQUEST).finalText())
                    .isEqualTo("B");
        }
    }

    @Test
    void aLimitOnEventsCountsThoseOfAllProviders() {
        var controller = StreamController.withChunkLimit(5);
        try (var fixture = new FailoverFixture().claude(BROKEN).claude(SILENT).midAnswer();
                var stream = fixture.client.stream(FailoverFixture.REQUEST, controller)) {
            assertThat(ClientFixture.collect(stream).events()).hasSize(5);
            assertThat(stream.endReason()).contains(new EndReason.LimitReached(Limits.Limit.CHUNKS, 5));
        }
    }

    @Test
    void aBudgetCountsWhatEachProviderUsesOnce() {
        Budget budget = Budget.outputTokens(1_000);
        try (var fixture = new FailoverFixture()
                        .claude(BROKEN)
                        .claude(Script.stream(answer("One, ", "two.")))
                        .midAnswer();
                var stream = fixture.client.stream(FailoverFixture.REQUEST, budget)) {
            Usage whole = stream.finalMessage().usage();
            await().until(() -> fixture.wholes.size() == 1 && fixture.parts.size() == 2);
            long parts = fixture.parts.stream()
                    .mapToLong(part -> part.usage().totalInputTokens())
                    .sum();
            assertThat(budget.inputTokens()).isEqualTo(parts).isEqualTo(whole.totalInputTokens());
            assertThat(fixture.wholes.getFirst().usage()).isEqualTo(whole);
        }
    }

    @Test
    void alertsOfABudgetAreCalledOnTheConsumersThread() {
        List<Thread> told = new CopyOnWriteArrayList<>();
        Budget budget = Budget.builder()
                .maxOutputTokens(1000)
                .alertAt(0.1, spent -> told.add(Thread.currentThread()))
                .build();
        try (var fixture = new FailoverFixture()
                        .claude(OVERLOADED)
                        .claude(Script.stream(answer("many words ".repeat(60), "end")))
                        .build();
                var stream = fixture.client.stream(FailoverFixture.REQUEST, budget)) {
            stream.done();
            assertThat(told).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void anAlertThatThrowsKeepsNoOtherFromBeingCalled() {
        List<String> told = new CopyOnWriteArrayList<>();
        Budget budget = Budget.builder()
                .maxOutputTokens(1000)
                .alertAt(0.1, spent -> {
                    told.add("0.1");
                    throw new IllegalStateException("an alert's");
                })
                .alertAt(0.2, spent -> told.add("0.2"))
                .build();
        Script begun = Script.stream()
                .sse(
                        messageStart().replace("\"output_tokens\":1", "\"output_tokens\":150"),
                        error("overloaded_error", "Overloaded"))
                .end();
        try (var fixture = new FailoverFixture()
                        .claude(begun)
                        .claude(begun)
                        .claude(OVERLOADED)
                        .build();
                var stream = fixture.client.stream(FailoverFixture.REQUEST, budget)) {
            assertThatThrownBy(stream::done).isNotNull();
            assertThat(told).containsExactly("0.1", "0.2");
        }
    }

    @Test
    void aSlowConsumerMakesTheSecondProviderWait() {
        String piece = text(0, "x".repeat(1000));
        var flood = Script.stream().sse(begin("One, t")).repeat(piece, 1 << 18);
        try (var fixture = new FailoverFixture().claude(BROKEN).claude(flood).midAnswer();
                var stream = fixture.stream()) {
            inHopTwo(fixture, stream);
            assertThat(whenStuck(fixture)).isLessThan(32 << 20);
            assertThat(stream.isEnded()).isFalse();
        }
    }

    @Test
    void aSmallQueueHoldsBackWhatComesBeforeTheFirstWordsToo() {
        Script begun = Script.stream()
                .sse(messageStart(), ping(), textStart(0), error("overloaded_error", "Overloaded"))
                .end();
        try (var fixture = new FailoverFixture()
                        .claude(settings -> settings.queueCapacity(1), begun)
                        .claude(Script.stream(answer("B")))
                        .build();
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("B");
        }
    }

    /** Events that bring nothing to show, each of a quarter of a megabyte. */
    static List<String> wordless() {
        String filling = "x".repeat(1 << 18);
        return List.of(event("news", "{\"type\":\"news\",\"more\":\"" + filling + "\"}"), signature(0, filling));
    }

    @ParameterizedTest
    @MethodSource("wordless")
    void aProviderThatSaysNothingForEverIsMadeToWait(String piece) {
        var flood = Script.stream().sse(messageStart(), thinkingStart(0)).repeat(piece, 1 << 10);
        try (var fixture =
                        new FailoverFixture().claude(flood).claude(OVERLOADED).build();
                var stream = fixture.stream()) {
            assertThat(whenStuck(fixture)).isLessThan(32 << 20);
            assertThat(stream.isEnded()).isFalse();
        }
    }

    /** How many bytes the last provider that is asked has written when it can write no more. */
    private static long whenStuck(FailoverFixture fixture) {
        long[] written = {-1};
        await().pollInterval(Duration.ofMillis(300)).until(() -> {
            long now =
                    fixture.peers.stream().mapToLong(ScriptedPeer::bytesWritten).sum();
            boolean stuck = written[0] == now && written[0] > 0;
            written[0] = now;
            return stuck;
        });
        return written[0];
    }

    @Test
    void ifAllFailTheLastFailureSaysWhatEachProviderSaid() {
        var busy = Script.json(503, errorJson("api_error", "second words"));
        var down = Script.json(500, errorJson("api_error", "third words"));
        try (var fixture = new FailoverFixture()
                        .claude(OVERLOADED)
                        .claude(busy)
                        .claude(down)
                        .build();
                var stream = fixture.stream()) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            ApiError.class, error -> assertThat(error.status()).isEqualTo(500));
            assertThat(failure.getMessage()).containsSubsequence("third words", "first words", "second words");
            assertThat(failure.getSuppressed()).hasSize(2);
            assertThat(stream.metrics().failovers()).isEqualTo(2);
        }
    }

    @Test
    void aCancelledControllerAsksNobodyAndTellsTheFirstClient() {
        var controller = StreamController.withCancellation();
        controller.cancel("before");
        try (var fixture =
                        new FailoverFixture().claude(OVERLOADED).claude(SILENT).build();
                var stream = fixture.client.stream(FailoverFixture.REQUEST, controller)) {
            stream.done();
            assertThat(stream.endReason()).contains(new EndReason.Cancelled("before"));
            await().until(() -> fixture.parts.size() == 1 && fixture.wholes.size() == 1);
            assertThat(fixture.requests()).containsExactly(0, 0);
            await().until(() -> fixture.clients.getFirst().running() == 0);
        }
    }

    @Test
    void sendIsAnsweredByTheNextProviderToo() {
        try (var fixture = new FailoverFixture()
                .claude(OVERLOADED)
                .claude(Script.stream(answer("B")))
                .build()) {
            assertThat(fixture.client.send(FailoverFixture.REQUEST).text()).isEqualTo("B");
            assertThatThrownBy(() -> fixture.client.send(FailoverFixture.REQUEST, StreamController.withChunkLimit(3)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatCannotWorkIsRefusedWhenItIsBuilt() {
        try (var fixture = new FailoverFixture()
                        .claude(OVERLOADED)
                        .openAi(OVERLOADED)
                        .build();
                var noModel = ClientFixture.client(fixture.peers.getFirst().uri(""), settings -> {})) {
            LlmClient first = fixture.clients.getFirst();
            assertThatThrownBy(() -> LlmClient.failover(first, noModel))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("client 2 (claude): has no model");
            assertThatThrownBy(() -> LlmClient.failover(first)).hasMessageContaining("needs another");
            assertThatThrownBy(() -> LlmClient.failover(first, first)).hasMessageContaining("twice");
            assertThatThrownBy(() -> LlmClient.failover(first, fixture.client))
                    .hasMessageContaining("is a failover itself");
        }
    }
}
