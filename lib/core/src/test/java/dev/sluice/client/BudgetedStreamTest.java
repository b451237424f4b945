package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamController;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Budget.TokenCount;
import dev.sluice.budget.Prices;
import dev.sluice.test.peer.Script;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream that is paid for from a budget, as its caller sees it. */
@Timeout(30)
class BudgetedStreamTest {
    private static final String TEN_TOKENS = "four".repeat(10);
    private static final Script ENDLESS = Script.stream().sse(begin()).repeat(textEvent(), Long.MAX_VALUE);

    private static String textEvent() {
        return text(0, TEN_TOKENS);
    }

    @Test
    void theLoopEndsWhereTheBudgetDoesAndTheServerIsStopped() {
        Budget budget = Budget.outputTokens(100);
        try (var fixture = ClientFixture.with(ENDLESS);
                var stream = fixture.client.stream(ClientFixture.REQUEST, budget)) {
            stream.done();
            assertThat(stream.endReason()).contains(new LimitReached(Limit.OUTPUT_TOKENS, 100));
            assertThat(stream.snapshot().text()).hasSize(10 * TEN_TOKENS.length());
            assertThat(budget.outputTokens()).isEqualTo(new TokenCount(101, true));
            fixture.peer.awaitGone(Duration.ofSeconds(5));
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOfSatisfying(
                            LimitExceeded.class,
                            e -> assertThat(e.partial().text()).startsWith("four"));
        }
    }

    @Test
    void whatOneStreamSpendsTheNextOneLacks() {
        Budget session = Budget.outputTokens(25);
        Script tenTokens = Script.stream(answer(TEN_TOKENS.split("(?<=\\G....)")));
        try (var fixture = ClientFixture.with(tenTokens)) {
            for (int question = 1; question <= 2; question++) {
                try (var stream = fixture.client.stream(ClientFixture.REQUEST, session)) {
                    stream.done();
                    assertThat(stream.endReason()).containsInstanceOf(Completed.class);
                }
            }
            assertThat(session.outputTokens()).isEqualTo(new TokenCount(20, false));
            try (var stopped = fixture.client.stream(ClientFixture.REQUEST, session)) {
                stopped.done();
                assertThat(stopped.endReason()).contains(new LimitReached(Limit.OUTPUT_TOKENS, 25));
            }
            try (var refused = fixture.client.stream(ClientFixture.REQUEST, session)) {
                assertThat(refused).isEmpty();
                assertThat(refused.endReason()).contains(new LimitReached(Limit.OUTPUT_TOKENS, 25));
                assertThatThrownBy(refused::response).isInstanceOf(LimitExceeded.class);
            }
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    @Test
    void anAlertIsToldBetweenTheHandlersAndTheNextEvent() {
        List<String> told = new ArrayList<>();
        Budget budget = Budget.builder()
                .maxCost(new BigDecimal("0.001"), Prices.uncached(BigDecimal.ONE, BigDecimal.TEN))
                .alertAt(0.1, spent -> told.add("alert"))
                .build();
        try (var fixture = ClientFixture.with(Script.stream(answer(TEN_TOKENS, TEN_TOKENS)));
                var stream = fixture.client.stream(ClientFixture.REQUEST, budget)) {
            stream.on(Signal.TEXT, (delta, soFar) -> told.add("text"));
            stream.text().forEach(text -> told.add("next"));
            assertThat(told).containsExactly("text", "alert", "next", "text", "next");
        }
    }

    @Test
    void anAlertThatThrowsEndsTheStreamAsAHandlerDoes() {
        Budget budget = Budget.builder()
                .maxOutputTokens(100)
                .alertAt(0.1, spent -> {
                    throw new IllegalStateException("too much");
                })
                .build();
        try (var fixture = ClientFixture.with(ENDLESS);
                var stream =
                        fixture.client.stream(ClientFixture.REQUEST, StreamController.withCancellation(), budget)) {
            assertThatThrownBy(stream::done)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("too much");
            assertThat(stream.endReason()).containsInstanceOf(Cancelled.class);
        }
    }
}
