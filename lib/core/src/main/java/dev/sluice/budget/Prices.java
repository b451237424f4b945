package dev.sluice.budget;

import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.Objects;

/**
 * What a model's tokens cost, per million and in any currency. No prices come with this library: they change, and depend
 * on the contract. The price lists of the providers name all four.
 *
 * <p>Tokens are all that is counted. What a provider charges for besides, such as each web search, is not.
 *
 * @param input prompt tokens that no cache is involved in
 * @param output tokens of answers, thinking included
 * @param cacheRead prompt tokens taken from a cache; with Claude commonly a tenth of {@code input}
 * @param cacheWrite prompt tokens written to a cache; with Claude commonly a quarter more than {@code input}, and more for
 *     a cache that is kept longer: where both are used, name the higher price
 */
public record Prices(BigDecimal input, BigDecimal output, BigDecimal cacheRead, BigDecimal cacheWrite) {

    /** Checks that no price is negative. */
    public Prices {
        check("input", input);
        check("output", output);
        check("cacheRead", cacheRead);
        check("cacheWrite", cacheWrite);
    }

    /**
     * The prices for requests that use no cache. Should there be cached tokens all the same, they count as other input:
     * those read cost less in truth, and those written more.
     */
    public static Prices uncached(BigDecimal input, BigDecimal output) {
        return new Prices(input, output, input, input);
    }

    /** What the tokens cost: exact, not rounded. */
    public BigDecimal cost(Usage usage) {
        return price(input, usage.inputTokens())
                .add(price(output, usage.outputTokens()))
                .add(price(cacheRead, usage.cacheReadTokens()))
                .add(price(cacheWrite, usage.cacheWriteTokens()));
    }

    private static BigDecimal price(BigDecimal perMillion, long tokens) {
        return perMillion.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
    }

    private static void check(String name, BigDecimal price) {
        if (Objects.requireNonNull(price, name).signum() < 0) {
            throw new IllegalArgumentException(name + ": " + price + ", must be at least 0");
        }
    }
}
