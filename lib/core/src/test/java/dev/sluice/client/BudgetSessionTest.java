package dev.sluice.client;

import static dev.sluice.client.UsageEvents.end;
import static dev.sluice.client.UsageEvents.start;
import static dev.sluice.client.UsageEvents.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Budget.TokenCount;
import dev.sluice.budget.Meters;
import dev.sluice.budget.Prices;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One budget for several streams. */
@Timeout(60)
class BudgetSessionTest {
    private static final int THREADS = 4;
    private static final int STREAMS = 3000;
    private static final int ALERTS = 1000;

    @Test
    void streamsThatFollowEachOtherAddUp() {
        Budget budget = Budget.outputTokens(100);
        BudgetMeter first = Meters.open(budget);
        assertThat(first.count(start(30, 1))).isEmpty();
        assertThat(first.count(end(30, 60))).isEmpty();
        assertThat(first.count(new MessageStop())).isEmpty();
        first.close();
        assertThat(budget.remainingOutputTokens()).isEqualTo(40);
        BudgetMeter second = Meters.open(budget);
        assertThat(second.count(start(40, 1))).isEmpty();
        assertThat(second.count(end(40, 30))).isEmpty();
        assertThat(budget.outputTokens()).isEqualTo(new TokenCount(90, false));
        assertThat(budget.inputTokens()).isEqualTo(70);
    }

    @Test
    void aStreamIsStoppedAtItsNextEventWhenAnotherHasExhaustedTheBudget() {
        Budget budget = Budget.outputTokens(100);
        BudgetMeter one = Meters.open(budget);
        BudgetMeter other = Meters.open(budget);
        assertThat(one.count(text(10))).isEmpty();
        assertThat(other.count(text(90))).isPresent();
        assertThat(one.count(new Ping())).contains(new LimitReached(Limit.OUTPUT_TOKENS, 100));
    }

    @Test
    void anEstimateThatProvesTooHighGivesRoomToTheOthers() {
        Budget budget = Budget.outputTokens(100);
        BudgetMeter one = Meters.open(budget);
        BudgetMeter other = Meters.open(budget);
        assertThat(one.count(text(100))).isPresent();
        assertThat(one.count(end(10, 50))).isEmpty();
        assertThat(budget.isExhausted()).isFalse();
        assertThat(other.count(new Ping())).isEmpty();
        assertThat(budget.remainingOutputTokens()).isEqualTo(50);
    }

    @Test
    void manyStreamsAtOnceAddUpAndAlertOnce() throws Exception {
        var alerts = new AtomicInteger();
        long all = THREADS * STREAMS * 370L;
        Prices prices =
                new Prices(new BigDecimal("3"), new BigDecimal("15"), new BigDecimal("0.3"), new BigDecimal("3.75"));
        Budget.Builder builder = Budget.builder().maxOutputTokens(2 * all).maxCost(new BigDecimal("1000"), prices);
        for (int i = 1; i <= ALERTS; i++) {
            builder.alertAt(i / (2.0 * ALERTS), b -> alerts.incrementAndGet());
        }
        Budget budget = builder.build();
        var barrier = new CyclicBarrier(THREADS);
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    barrier.await();
                    for (int s = 0; s < STREAMS; s++) {
                        stream(budget);
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        assertThat(budget.outputTokens()).isEqualTo(new TokenCount(all, false));
        assertThat(budget.inputTokens()).isEqualTo(THREADS * STREAMS * (11 + 5 + 3));
        Usage spent = new Usage(THREADS * STREAMS * 11, all, THREADS * STREAMS * 5, THREADS * STREAMS * 3, 0, Map.of());
        assertThat(budget.cost()).hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo(prices.cost(spent)));
        assertThat(alerts).hasValue(ALERTS);
    }

    private static void stream(Budget budget) {
        BudgetMeter tab = Meters.open(budget);
        tab.count(start(new Usage(10, 1, 5, 2, 0, Map.of())));
        for (int i = 0; i < 300; i++) {
            tab.count(text(1));
            tab.runAlerts();
        }
        tab.count(end(new Usage(11, 370, 5, 3, 0, Map.of())));
        tab.runAlerts();
        tab.count(new MessageStop());
        tab.close();
    }
}
