package dev.sluice.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PricesTest {
    private static final BigDecimal TINY = new BigDecimal("0.00000000001");

    private static BigDecimal of(String number) {
        return new BigDecimal(number);
    }

    @Test
    void everyKindOfTokenHasItsPricePerMillion() {
        var prices = new Prices(of("3"), of("15"), of("0.30"), of("3.75"));
        assertThat(prices.cost(new Usage(1_000_000, 0, 0, 0, 0, Map.of()))).isEqualByComparingTo("3");
        assertThat(prices.cost(new Usage(0, 1_000_000, 0, 0, 0, Map.of()))).isEqualByComparingTo("15");
        assertThat(prices.cost(new Usage(0, 0, 1_000_000, 0, 0, Map.of()))).isEqualByComparingTo("0.3");
        assertThat(prices.cost(new Usage(0, 0, 0, 1_000_000, 0, Map.of()))).isEqualByComparingTo("3.75");
        assertThat(prices.cost(new Usage(11, 7, 5, 3, 7, Map.of()))).isEqualByComparingTo("0.00015075");
    }

    @Test
    void aCostIsNotRounded() {
        var prices = new Prices(BigDecimal.ZERO, TINY, BigDecimal.ZERO, BigDecimal.ZERO);
        assertThat(prices.cost(Usage.of(5, 1))).isEqualByComparingTo("0.00000000000000001");
    }

    @Test
    void withoutCachePricesCachedTokensCostWhatOtherInputCosts() {
        var prices = Prices.uncached(of("2"), of("8"));
        assertThat(prices.cost(new Usage(1, 0, 1, 1, 0, Map.of()))).isEqualByComparingTo("0.000006");
    }

    @Test
    void aNegativePriceIsRefusedByItsName() {
        BigDecimal zero = BigDecimal.ZERO;
        BigDecimal negative = of("-1");
        assertThatThrownBy(() -> new Prices(negative, zero, zero, zero))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("input: -1, must be at least 0");
        assertThatThrownBy(() -> new Prices(zero, negative, zero, zero)).hasMessageStartingWith("output: -1");
        assertThatThrownBy(() -> new Prices(zero, zero, negative, zero)).hasMessageStartingWith("cacheRead: -1");
        assertThatThrownBy(() -> new Prices(zero, zero, zero, negative)).hasMessageStartingWith("cacheWrite: -1");
    }
}
