package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Meters;
import dev.sluice.budget.Prices;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.WholeAnswer;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Many requests at once on one budget: none is sent once it is exhausted, so that the answers that run exceed it at most. */
@Timeout(60)
class BudgetBehindGatesTest {
    private static final int ASKING = 100;
    private static final int ANSWER = 30;
    private static final int MOST = 300;

    /** How an answer is asked for. */
    enum Way {
        SEND,
        STREAM,
        RUN
    }

    static Stream<Arguments> waysAndPlaces() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(1, 5).map(places -> Arguments.of(way, places)));
    }

    private static String[] sse() {
        return new String[] {
            messageStart(),
            textStart(0),
            text(0, "four".repeat(ANSWER)),
            blockStop(0),
            messageDelta("end_turn", ANSWER),
            messageStop()
        };
    }

    private static Script answer(Way way) {
        return way == Way.SEND ? Script.json(200, WholeAnswer.of(sse())) : Script.stream(sse());
    }

    private static Bulkhead bulkhead(int places) {
        return Bulkhead.of(
                "places",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(places)
                        .maxWaitDuration(Duration.ofMinutes(5))
                        .build());
    }

    private static void ask(Way way, LlmClient client, Budget budget) {
        switch (way) {
            case SEND -> client.send(ClientFixture.REQUEST, budget);
            case STREAM -> {
                try (var stream = client.stream(ClientFixture.REQUEST, budget)) {
                    stream.finalMessage();
                }
            }
            case RUN -> {
                try (var run = ToolLoop.builder(client, ClientFixture.REQUEST)
                        .budget(budget)
                        .start()) {
                    run.finalMessage();
                }
            }
        }
    }

    /** How many were answered; all others were refused by this limit. */
    private static int askAll(Callable<Void> question, Limit refused) throws Exception {
        int answered = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<StreamException>> ends = new ArrayList<>();
            for (int i = 0; i < ASKING; i++) {
                ends.add(threads.submit(() -> {
                    try {
                        question.call();
                        return null;
                    } catch (StreamException e) {
                        return e;
                    }
                }));
            }
            for (Future<StreamException> end : ends) {
                if (end.get() == null) {
                    answered++;
                } else {
                    assertThat(end.get())
                            .isInstanceOfSatisfying(
                                    LimitExceeded.class,
                                    e -> assertThat(e.limit()).isEqualTo(refused));
                }
            }
        }
        return answered;
    }

    @ParameterizedTest
    @MethodSource("waysAndPlaces")
    void aBudgetOfTokensIsExceededByTheAnswersThatRunAtMost(Way way, int places) throws Exception {
        Bulkhead bulkhead = bulkhead(places);
        Budget budget = Budget.outputTokens(MOST);
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                        Resilience.builder().noRetry().bulkhead(bulkhead).build()),
                answer(way))) {
            int answered = askAll(
                    () -> {
                        ask(way, fixture.client, budget);
                        return null;
                    },
                    Limit.OUTPUT_TOKENS);
            int low = way == Way.SEND ? 0 : places * ANSWER; // an estimate may have been taken back
            assertThat(budget.outputTokens().tokens()).isBetween((long) MOST - low, (long) MOST + places * ANSWER);
            assertThat(answered)
                    .isBetween(way == Way.SEND ? MOST / ANSWER : 1, MOST / ANSWER + places - 1); // streams are stopped
            assertThat(fixture.peer.requests()).hasSizeLessThanOrEqualTo(MOST / ANSWER + places);
            Awaitility.await().until(() -> fixture.client.running() == 0);
        }
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(places);
        assertThat(Meters.waiting(budget)).isZero();
    }

    @ParameterizedTest
    @MethodSource("waysAndPlaces")
    void aBudgetOfMoneyIsExceededByTheAnswersThatRunAtMost(Way way, int places) throws Exception {
        Bulkhead bulkhead = bulkhead(places);
        BigDecimal most = new BigDecimal("0.003"); // of ten answers
        BigDecimal each = new BigDecimal("0.0003");
        Budget budget = Budget.cost(most, Prices.uncached(BigDecimal.ZERO, BigDecimal.TEN));
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                        Resilience.builder().noRetry().bulkhead(bulkhead).build()),
                answer(way))) {
            askAll(
                    () -> {
                        ask(way, fixture.client, budget);
                        return null;
                    },
                    Limit.COST_MICROS);
            Awaitility.await().until(() -> fixture.client.running() == 0);
        }
        BigDecimal running = each.multiply(BigDecimal.valueOf(places));
        assertThat(budget.cost().orElseThrow())
                .isBetween(way == Way.SEND ? most : most.subtract(running), most.add(running));
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(places);
    }

    @Test
    void answersThatNobodyReadsAreCountedAllTheSame() {
        Bulkhead bulkhead = bulkhead(1);
        Budget budget = Budget.outputTokens(MOST);
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                        Resilience.builder().noRetry().bulkhead(bulkhead).build()),
                answer(Way.STREAM))) {
            List<MessageStream> unread = Stream.generate(() -> fixture.client.stream(ClientFixture.REQUEST, budget))
                    .limit(ASKING)
                    .toList();
            Awaitility.await().until(() -> fixture.client.running() == 0);
            assertThat(budget.outputTokens().tokens()).isBetween((long) MOST, (long) MOST + ANSWER);
            assertThat(fixture.peer.requests()).hasSize(MOST / ANSWER);
            unread.forEach(MessageStream::done);
            assertThat(unread.stream().map(stream -> stream.snapshot().text().length()))
                    .filteredOn(length -> length == 4 * ANSWER)
                    .hasSize(MOST / ANSWER);
            assertThat(unread.stream().filter(MessageStream::isAborted)).hasSize(ASKING - MOST / ANSWER + 1);
        }
    }

    @Test
    void whatHasArrivedIsHandedOutThoughTheBudgetEndsTheStream() {
        Budget budget = Budget.outputTokens(MOST);
        String[] tooLong = Stream.concat(
                        Stream.of(messageStart(), textStart(0)),
                        Stream.generate(() -> text(0, "four".repeat(ANSWER))).limit(20))
                .toArray(String[]::new);
        try (var fixture = ClientFixture.with(Script.stream().sse(tooLong).stall());
                var stream = fixture.client.stream(ClientFixture.REQUEST, budget)) {
            Awaitility.await().until(() -> fixture.client.running() == 0);
            assertThat(stream.text().mapToInt(String::length).sum()).isEqualTo(4 * MOST);
            assertThat(stream.endReason()).contains(new LimitReached(Limit.OUTPUT_TOKENS, MOST));
        }
    }

    @Test
    void aRunWhoseToolExhaustsTheBudgetSendsNoSecondTurn() {
        Budget budget = Budget.outputTokens(100); // the call is estimated at 44
        Script calls = Script.stream(toolCall("a", "spend", "{\"n\":1}"));
        try (var fixture = ClientFixture.with(calls, answer(Way.SEND), answer(Way.SEND), answer(Way.STREAM))) {
            Tool spend = Tool.of("spend", "spends", "{\"type\":\"object\"}", (input, context) -> {
                fixture.client.send(ClientFixture.REQUEST, budget);
                fixture.client.send(ClientFixture.REQUEST, budget);
                return "spent";
            });
            try (var run = ToolLoop.builder(fixture.client, ClientFixture.REQUEST)
                    .tools(spend)
                    .startEarly(false)
                    .budget(budget)
                    .start()) {
                assertThatThrownBy(run::finalMessage)
                        .isInstanceOfSatisfying(
                                LimitExceeded.class, e -> assertThat(e.limit()).isEqualTo(Limit.OUTPUT_TOKENS));
            }
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    @Test
    void aRequestThatBeginsToWaitWhileTheBudgetIsBeingExhaustedIsRefusedOrSeesRoom() {
        for (int i = 0; i < 2_000; i++) {
            Budget budget = Budget.outputTokens(1);
            BudgetMeter spender = Meters.open(budget);
            BudgetMeter waiter = Meters.open(budget);
            var refused = new AtomicInteger();
            var spent = CompletableFuture.runAsync(() -> spender.count(UsageEvents.text(1)));
            waiter.await(limit -> refused.incrementAndGet());
            boolean sent = waiter.admit().isEmpty();
            spent.join();
            assertThat(refused).as("calls of one that was sent: %s", sent).hasValue(sent ? 0 : 1);
            waiter.close();
            assertThat(Meters.waiting(budget)).isZero();
        }
    }

    @Test
    void aRequestThatWasRefusedStaysSoThoughAnEstimateIsTakenBack() {
        Budget budget = Budget.outputTokens(100);
        BudgetMeter spender = Meters.open(budget);
        BudgetMeter waiter = Meters.open(budget);
        var refused = new ArrayList<LimitReached>();
        waiter.await(refused::add);
        spender.count(UsageEvents.text(100));
        spender.count(UsageEvents.end(1, 50));
        spender.count(new MessageStop());
        assertThat(budget.isExhausted()).isFalse();
        assertThat(waiter.admit()).contains(new LimitReached(Limit.OUTPUT_TOKENS, 100));
        assertThat(refused).hasSize(1);
    }
}
