package dev.sluice.budget;

import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The prices of a model's tokens, per million and in any currency. No prices come with this library: they change, and
 * depend on the contract. The price lists of the providers name all of them.
 *
 * <p>Tokens are all that is counted. Other charges of a provider, such as each web search, are not. All tokens are
 * counted at these prices, including those of another model that took part in the answer.
 *
 * @param input prompt tokens that no cache is involved in
 * @param output tokens of answers, thinking included
 * @param cacheRead prompt tokens taken from a cache; with Claude commonly a tenth of {@code input}
 * @param cacheWrite5m prompt tokens written to a cache, except those kept for an hour; with Claude commonly a quarter more than
 *     {@code input}
 * @param cacheWrite1h prompt tokens written to a cache that keeps them for an hour; with Claude commonly twice {@code input}
 */
public record Prices(
        BigDecimal input, BigDecimal output, BigDecimal cacheRead, BigDecimal cacheWrite5m, BigDecimal cacheWrite1h) {

    /** Checks that no price is negative. */
    public Prices {
        check("input", input);
        check("output", output);
        check("cacheRead", cacheRead);
        check("cacheWrite5m", cacheWrite5m);
        check("cacheWrite1h", cacheWrite1h);
    }

    /** Prices with one price for every write to a cache. If both lifetimes are used, name the higher price. */
    public Prices(BigDecimal input, BigDecimal output, BigDecimal cacheRead, BigDecimal cacheWrite) {
        this(input, output, cacheRead, cacheWrite, cacheWrite);
    }

    /**
     * The prices for requests that use no cache. Should there be cached tokens all the same, they count as other input:
     * those read cost less in truth, and those written more.
     */
    public static Prices uncached(BigDecimal input, BigDecimal output) {
        return new Prices(input, output, input, input);
    }

    /** Prices by name. {@code input} and {@code output} are required. */
    public static Builder builder() {
        return new Builder();
    }

    /** The cost of the tokens that are {@linkplain Usage#billed() paid for}: exact, not rounded. */
    public BigDecimal cost(Usage usage) {
        Usage billed = usage.billed();
        long hour = billed.cacheWrite1hTokens();
        return price(input, billed.inputTokens())
                .add(price(output, billed.outputTokens()))
                .add(price(cacheRead, billed.cacheReadTokens()))
                .add(price(cacheWrite5m, billed.cacheWriteTokens() - hour))
                .add(price(cacheWrite1h, hour));
    }

    private static BigDecimal price(BigDecimal perMillion, long tokens) {
        return perMillion.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
    }

    private static void check(String name, BigDecimal price) {
        if (Objects.requireNonNull(price, name).signum() < 0) {
            throw new IllegalArgumentException(name + ": " + price + ", must be at least 0");
        }
    }

    /** Collects {@link Prices}, each per million tokens. Not for use by several threads. */
    public static final class Builder {
        private @Nullable BigDecimal input;
        private @Nullable BigDecimal output;
        private @Nullable BigDecimal cacheRead;
        private @Nullable BigDecimal cacheWrite5m;
        private @Nullable BigDecimal cacheWrite1h;

        private Builder() {}

        /** The price of prompt tokens that no cache is involved in. Required. */
        public Builder input(BigDecimal price) {
            input = price;
            return this;
        }

        /** The price of tokens of answers, thinking included. Required. */
        public Builder output(BigDecimal price) {
            output = price;
            return this;
        }

        /** The price of prompt tokens taken from a cache; that of {@link #input} unless set. */
        public Builder cacheRead(BigDecimal price) {
            cacheRead = price;
            return this;
        }

        /** The price of prompt tokens written to a cache for five minutes; that of {@link #input} unless set. */
        public Builder cacheWrite5m(BigDecimal price) {
            cacheWrite5m = price;
            return this;
        }

        /** The price of prompt tokens written to a cache for an hour; that of {@link #cacheWrite5m} unless set. */
        public Builder cacheWrite1h(BigDecimal price) {
            cacheWrite1h = price;
            return this;
        }

        /**
         * The prices.
         *
         * @throws IllegalStateException if {@code input} or {@code output} is not set
         * @throws IllegalArgumentException if a price is negative
         */
        public Prices build() {
            if (input == null || output == null) {
                throw new IllegalStateException((input == null ? "input" : "output") + ": prices need one");
            }
            BigDecimal write = cacheWrite5m == null ? input : cacheWrite5m;
            return new Prices(
                    input,
                    output,
                    cacheRead == null ? input : cacheRead,
                    write,
                    cacheWrite1h == null ? write : cacheWrite1h);
        }
    }
}
