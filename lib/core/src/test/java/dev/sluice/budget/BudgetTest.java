package dev.sluice.budget;

import static dev.sluice.client.UsageEvents.end;
import static dev.sluice.client.UsageEvents.start;
import static dev.sluice.client.UsageEvents.text;
import static dev.sluice.client.UsageEvents.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The limits of a budget, what is left of them, and the end that they make. */
class BudgetTest {
    /** A token of input costs a millionth, one of output five. */
    private static final Prices PRICES = Prices.uncached(new BigDecimal("1"), new BigDecimal("5"));

    private static final LimitReached TEN_TOKENS = new LimitReached(Limit.OUTPUT_TOKENS, 10);

    private static Budget cost(String most) {
        return Budget.cost(new BigDecimal(most), PRICES);
    }

    @Test
    void theEventThatReachesTheLimitOnTokensEndsTheStream() {
        Budget budget = Budget.outputTokens(10);
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(start(100, 1))).isEmpty();
        assertThat(tab.count(text(4))).isEmpty(); // 5
        assertThat(tab.count(text(4))).isEmpty(); // 9
        assertThat(tab.count(new Ping())).isEmpty();
        assertThat(budget.isExhausted()).isFalse();
        assertThat(tab.count(text(1))).contains(TEN_TOKENS);
        assertThat(budget.isExhausted()).isTrue();
        assertThat(Meters.limit(budget)).contains(TEN_TOKENS);
    }

    @Test
    void aStreamWithoutAnEndIsStoppedAtTheWiresWordToo() {
        BudgetMeter tab = Meters.open(Budget.outputTokens(10));
        assertThat(tab.count(start(100, 1))).isEmpty();
        assertThat(tab.count(usage(Usage.of(100, 10)))).contains(TEN_TOKENS);
    }

    // It is paid for: to stop it would save nothing.
    @Test
    void anAnswerThatIsMadeToItsEndIsNotStopped() {
        Budget budget = Budget.outputTokens(10);
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(start(100, 1))).isEmpty();
        assertThat(tab.count(text(4))).isEmpty();
        assertThat(tab.count(end(100, 12))).isEmpty();
        assertThat(budget.isExhausted()).isTrue();
        assertThat(tab.count(new MessageStop())).isEmpty();
        assertThat(Meters.limit(budget)).contains(TEN_TOKENS);
    }

    // some answers end without a word on their usage.
    @Test
    void itsLastEventDoesNotStopAnAnswerThatNobodySaidTheEndOf() {
        Budget budget = Budget.outputTokens(10);
        BudgetMeter tab = Meters.open(budget);
        BudgetMeter other = Meters.open(budget);
        assertThat(tab.count(text(1))).isEmpty();
        assertThat(other.count(text(20))).isPresent();
        assertThat(tab.count(new MessageStop())).isEmpty();
    }

    @Test
    void theEventThatReachesTheLimitOnCostsEndsTheStream() {
        Budget budget = cost("0.0002"); // 100 tokens of input are half of it, 20 of output the rest
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(start(100, 1))).isEmpty();
        assertThat(tab.count(text(18))).isEmpty();
        assertThat(budget.remainingOutputTokens()).isEqualTo(1);
        assertThat(budget.remainingCost())
                .hasValueSatisfying(left -> assertThat(left).isEqualByComparingTo("0.000005"));
        assertThat(tab.count(text(1))).contains(new LimitReached(Limit.COST_MICROS, 200));
        assertThat(budget.cost()).hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.0002"));
    }

    @Test
    void inputAloneCanReachTheLimitOnCosts() {
        Budget budget = cost("0.0001");
        assertThat(Meters.open(budget).count(start(100, 0))).contains(new LimitReached(Limit.COST_MICROS, 100));
        Budget notQuite = cost("0.0001");
        assertThat(Meters.open(notQuite).count(start(99, 0))).isEmpty();
    }

    @Test
    void cachedInputIsCountedAtItsOwnPrice() {
        var prices =
                new Prices(new BigDecimal("10"), new BigDecimal("50"), new BigDecimal("1"), new BigDecimal("12.5"));
        Budget budget = Budget.cost(BigDecimal.ONE, prices);
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(start(new Usage(100, 2, 1000, 40, 0, Map.of())))).isEmpty();
        assertThat(budget.inputTokens()).isEqualTo(1140);
        assertThat(budget.cost()).hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.0026"));
    }

    @Test
    void inputThatGrowsCountsOnce() {
        Budget budget = cost("1");
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(start(2210, 1))).isEmpty();
        assertThat(tab.count(end(9874, 20))).isEmpty();
        assertThat(budget.inputTokens()).isEqualTo(9874);
        assertThat(budget.cost()).hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.009974"));
    }

    @Test
    void ofTwoLimitsTheNearerOneHolds() {
        Budget.Builder both = Budget.builder().maxOutputTokens(10).maxCost(new BigDecimal("0.000030"), PRICES);
        Budget tokensFirst = both.build();
        assertThat(tokensFirst.remainingOutputTokens()).isEqualTo(6);
        assertThat(Meters.open(tokensFirst).count(text(6))).contains(new LimitReached(Limit.COST_MICROS, 30));
        Budget costFirst = both.maxCost(new BigDecimal("0.000055"), PRICES).build();
        assertThat(costFirst.remainingOutputTokens()).isEqualTo(10);
        assertThat(Meters.open(costFirst).count(text(10))).contains(TEN_TOKENS);
    }

    @Test
    void whereOutputIsFreeOnlyInputReachesTheLimitOnCosts() {
        Budget budget = Budget.cost(new BigDecimal("0.0001"), Prices.uncached(BigDecimal.ONE, BigDecimal.ZERO));
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(text(100_000))).isEmpty();
        assertThat(budget.remainingOutputTokens()).isEqualTo(Long.MAX_VALUE);
        assertThat(tab.count(start(100, 0))).isPresent();
        assertThat(budget.remainingOutputTokens()).isZero();
    }

    @Test
    void whatIsLeftIsNeverLessThanNothing() {
        Budget budget = Budget.builder()
                .maxOutputTokens(10)
                .maxCost(new BigDecimal("0.00001"), PRICES)
                .build();
        assertThat(Meters.open(budget).count(text(50))).isPresent();
        assertThat(budget.remainingOutputTokens()).isZero();
        assertThat(budget.remainingCost())
                .hasValueSatisfying(left -> assertThat(left).isEqualByComparingTo("0"));
    }

    @Test
    void aCostInPartsOfAMillionthEndsAsTheNextMillionth() {
        Budget budget = cost("0.0000125");
        assertThat(Meters.open(budget).count(text(2))).isEmpty();
        assertThat(Meters.open(budget).count(text(1))).contains(new LimitReached(Limit.COST_MICROS, 13));
    }

    @Test
    void aCostThatNoAnswerReachesIsALimitAllTheSame() {
        Budget budget = cost("1e40");
        assertThat(Meters.open(budget).count(text(10))).isEmpty();
        assertThat(budget.isExhausted()).isFalse();
    }

    @Test
    void withoutPricesThereIsNoCost() {
        assertThat(Budget.outputTokens(10).cost()).isEmpty();
        assertThat(Budget.outputTokens(10).remainingCost()).isEmpty();
    }

    @Test
    void itsTextIsOfNumbersOnly() {
        Budget budget = Budget.builder()
                .maxOutputTokens(10)
                .maxCost(new BigDecimal("0.5"), PRICES)
                .build();
        BudgetMeter tab = Meters.open(budget);
        tab.count(start(100, 1));
        assertThat(budget)
                .hasToString(
                        "Budget[1 output tokens, 100 input tokens, cost 0.000105; at most 10 output tokens, cost 0.5]");
        tab.count(text(2));
        assertThat(budget.toString()).startsWith("Budget[3 output tokens by estimate, ");
    }

    @Test
    void whatCannotBeALimitIsRefusedByItsName() {
        assertThatThrownBy(() -> Budget.outputTokens(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxOutputTokens: 0, must be at least 1");
        assertThatThrownBy(() -> cost("0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxCost: 0, must be more than 0");
        assertThatThrownBy(() -> Budget.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("budget: has no limit; set maxOutputTokens or maxCost");
    }
}
