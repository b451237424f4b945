package dev.sluice.client;

import static dev.sluice.client.UsageEvents.end;
import static dev.sluice.client.UsageEvents.start;
import static dev.sluice.client.UsageEvents.text;
import static dev.sluice.client.UsageEvents.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.budget.Budget;
import dev.sluice.budget.Meters;
import dev.sluice.budget.Prices;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts: called when a part of a limit is first reached. */
class BudgetAlertsTest {
    private final List<String> called = new ArrayList<>();

    private Budget.Builder alerting(double... fractions) {
        Budget.Builder builder = Budget.builder();
        for (double fraction : fractions) {
            builder.alertAt(
                    fraction,
                    b -> called.add(fraction + " at " + b.outputTokens().tokens()));
        }
        return builder;
    }

    /** As a stream does it. */
    private static void count(BudgetMeter tab, StreamEvent event) {
        tab.count(event);
        tab.runAlerts();
    }

    @Test
    void anAlertIsCalledWhenItsPartIsFirstReached() {
        BudgetMeter tab = Meters.open(alerting(0.5).maxOutputTokens(9).build());
        count(tab, text(4));
        assertThat(called).isEmpty();
        count(tab, text(1)); // 4.5 is reached with the fifth
        assertThat(called).containsExactly("0.5 at 5");
        count(tab, text(4));
        assertThat(called).hasSize(1);
    }

    @Test
    void alertsAreCalledFromTheLowestOn() {
        BudgetMeter tab =
                Meters.open(alerting(1, 0.8, 0.1, 0.5).maxOutputTokens(100).build());
        count(tab, text(80));
        assertThat(called).containsExactly("0.1 at 80", "0.5 at 80", "0.8 at 80");
        count(tab, text(20));
        assertThat(called).hasSize(4).last().isEqualTo("1.0 at 100");
    }

    @Test
    void anAlertIsCalledForWhicheverLimitIsNearer() {
        Prices prices = Prices.uncached(BigDecimal.ONE, new BigDecimal("5"));
        BudgetMeter tab = Meters.open(alerting(0.5)
                .maxOutputTokens(1000)
                .maxCost(new BigDecimal("0.001"), prices)
                .build());
        count(tab, start(450, 9));
        assertThat(called).isEmpty();
        count(tab, text(1)); // 450 and 5 times 10 are the half of 1000
        assertThat(called).containsExactly("0.5 at 10");
    }

    @Test
    void inputAloneCanCallAnAlert() {
        Prices prices = Prices.uncached(BigDecimal.ONE, new BigDecimal("5"));
        BudgetMeter tab = Meters.open(
                alerting(0.5).maxCost(new BigDecimal("0.001"), prices).build());
        count(tab, start(500, 0));
        assertThat(called).containsExactly("0.5 at 0");
    }

    @Test
    void anEstimateThatProvesTooHighDoesNotCallAnAlertTwice() {
        Budget budget = alerting(0.5).maxOutputTokens(100).build();
        BudgetMeter tab = Meters.open(budget);
        count(tab, start(100, 1));
        count(tab, text(60));
        count(tab, usage(Usage.of(100, 20)));
        count(tab, text(400));
        count(Meters.open(budget), start(100, 80));
        assertThat(called).containsExactly("0.5 at 61");
    }

    @Test
    void theLastEventOfAnAnswerCallsAlertsToo() {
        BudgetMeter tab = Meters.open(alerting(1).maxOutputTokens(10).build());
        count(tab, start(100, 1));
        count(tab, end(100, 30));
        assertThat(called).containsExactly("1.0 at 30");
    }

    @Test
    void anAlertBelongsToTheEventThatMadeItDueHoweverFarAheadTheCountIs() {
        BudgetMeter tab = Meters.open(alerting(0.5, 0.9).maxOutputTokens(10).build());
        List<StreamEvent> received = List.of(text(4), text(1), text(1), text(4));
        received.forEach(tab::count);
        assertThat(called).isEmpty();
        List<Integer> calledAfter = new ArrayList<>();
        for (StreamEvent event : received) {
            if (tab.hasAlerts(event)) {
                tab.runAlerts(event);
            }
            calledAfter.add(called.size());
        }
        assertThat(calledAfter).containsExactly(0, 1, 1, 2);
    }

    @Test
    void anAlertOfAnEventThatNobodyConsumesIsCalledAtTheEnd() {
        BudgetMeter tab = Meters.open(alerting(0.5).maxOutputTokens(10).build());
        tab.count(text(5));
        tab.close();
        tab.runAlerts();
        assertThat(called).containsExactly("0.5 at 5");
    }

    @Test
    void anAlertThatThrowsDoesNotSilenceTheOthers() {
        var first = new IllegalStateException("first");
        BudgetMeter tab = Meters.open(Budget.builder()
                .maxOutputTokens(10)
                .alertAt(0.1, b -> {
                    throw first;
                })
                .alertAt(0.2, b -> called.add("second"))
                .build());
        tab.count(text(5));
        assertThatThrownBy(tab::runAlerts).isSameAs(first);
        assertThat(called).containsExactly("second");
        tab.runAlerts();
    }

    @Test
    void otherThreadsCanAskTheBudgetWhileAnAlertRuns() {
        Budget budget = Budget.builder()
                .maxOutputTokens(10)
                .alertAt(0.5, b -> {
                    var other = CompletableFuture.supplyAsync(b::outputTokens).orTimeout(10, TimeUnit.SECONDS);
                    called.add("other saw " + other.join().tokens());
                })
                .build();
        count(Meters.open(budget), text(5));
        assertThat(called).containsExactly("other saw 5");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, 1.01, Double.NaN})
    void aPartThatIsNoneIsRefused(double fraction) {
        assertThatThrownBy(() -> alerting(fraction))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fraction: " + fraction + ", must be more than 0 and at most 1");
    }
}
