package dev.sluice.internal.budget;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.function.Function;

/**
 * A most that may be spent. It is asked once for the count of output tokens that it is reached with, so that each of the
 * many small steps of an answer is one comparison of numbers.
 */
public sealed interface BudgetLimit {
    /** More tokens than there ever are. */
    long NEVER = Long.MAX_VALUE;

    /** The least count of output tokens that reaches it, with this input; {@link #NEVER} if none does. */
    long reachedWith(Usage input);

    /** A part of it. */
    BudgetLimit part(BigDecimal fraction);

    /** The end of a stream that meets it. */
    LimitReached end();

    /**
     * So many tokens of output.
     *
     * @param most how many
     */
    record Tokens(long most) implements BudgetLimit {
        @Override
        public long reachedWith(Usage input) {
            return most;
        }

        @Override
        public BudgetLimit part(BigDecimal fraction) {
            return new Tokens(roundedUp(fraction.multiply(BigDecimal.valueOf(most))));
        }

        @Override
        public LimitReached end() {
            return new LimitReached(Limit.OUTPUT_TOKENS, most);
        }

        @Override
        public String toString() {
            return most + " output tokens";
        }
    }

    /**
     * So much money.
     *
     * @param most how much
     * @param prices says what usage costs
     * @param outputPrice the price of a million output tokens
     */
    record Cost(BigDecimal most, Function<Usage, BigDecimal> prices, BigDecimal outputPrice) implements BudgetLimit {
        @Override
        public long reachedWith(Usage input) {
            BigDecimal left = most.subtract(prices.apply(input));
            if (left.signum() <= 0) {
                return 0;
            }
            if (outputPrice.signum() == 0) {
                return NEVER;
            }
            return roundedUp(left.movePointRight(6).divide(outputPrice, 0, RoundingMode.CEILING));
        }

        @Override
        public BudgetLimit part(BigDecimal fraction) {
            return new Cost(most.multiply(fraction), prices, outputPrice);
        }

        @Override
        public LimitReached end() {
            return new LimitReached(Limit.COST_MICROS, roundedUp(most.movePointRight(6)));
        }

        @Override
        public String toString() {
            return "cost " + most.toPlainString();
        }
    }

    private static long roundedUp(BigDecimal number) {
        return number.setScale(0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(NEVER))
                .longValueExact();
    }
}
