package dev.sluice.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.List;
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
    void writesToACacheArePricedByHowLongTheyStay() {
        var prices = Prices.builder()
                .input(of("3"))
                .output(of("15"))
                .cacheRead(of("0.30"))
                .cacheWrite5m(of("3.75"))
                .cacheWrite1h(of("6"))
                .build();
        assertThat(prices).isEqualTo(new Prices(of("3"), of("15"), of("0.30"), of("3.75"), of("6")));
        var usage = new Usage(0, 0, 0, 1_000_000, 400_000, 0, List.of(), Map.of());
        assertThat(prices.cost(usage)).isEqualByComparingTo("4.65"); // 0.6 * 3.75 + 0.4 * 6
    }

    @Test
    void whatIsNotNamedCostsWhatItIsLikest() {
        var named = Prices.builder().input(of("3")).output(of("15"));
        assertThat(named.build()).isEqualTo(Prices.uncached(of("3"), of("15")));
        assertThat(named.cacheWrite5m(of("4")).build()).isEqualTo(new Prices(of("3"), of("15"), of("3"), of("4")));
        assertThatThrownBy(() -> Prices.builder().output(of("1")).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("input: prices need one");
        assertThatThrownBy(() -> Prices.builder().input(of("1")).build()).hasMessage("output: prices need one");
    }

    @Test
    void everyPassOfTheModelIsPaidFor() {
        var compaction = new Usage(150_000, 400, 0, 0, 0, Map.of());
        var answer = new Usage(600, 20, 1000, 300, 200, 0, List.of(), Map.of());
        var usage = new Usage(
                600,
                20,
                1000,
                300,
                200,
                0,
                List.of(
                        new Usage.Iteration("compaction", "", false, compaction),
                        new Usage.Iteration("message", "m", true, answer)),
                Map.of());
        var prices = new Prices(of("3"), of("15"), of("0.30"), of("3.75"), of("6"));
        // 150,600 * 3 + 420 * 15 + 1000 * 0.30 + 100 * 3.75 + 200 * 6, of a million
        assertThat(prices.cost(usage)).isEqualByComparingTo("0.459975");
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
        assertThatThrownBy(() -> new Prices(zero, zero, zero, negative)).hasMessageStartingWith("cacheWrite5m: -1");
        assertThatThrownBy(() -> new Prices(zero, zero, zero, zero, negative))
                .hasMessageStartingWith("cacheWrite1h: -1");
    }
}
