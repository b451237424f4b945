package dev.sluice.budget;

import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.budget.BudgetLedger;
import dev.sluice.internal.budget.BudgetLedger.Spent;
import dev.sluice.internal.budget.BudgetLimit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Limits the cost of answers: tokens, money or both. It counts events as they arrive, also those that are not consumed
 * yet. A stream that exhausts it is stopped. Every other stream of the same budget is stopped with its next event. A
 * request that waits, for a permit, a rate limit, a retry or a continuation, is refused at once; none is sent any more.
 *
 * <p>The cost up to then is spent. One stream exceeds its budget by what one event reports at most. Answers that run
 * when the budget is exhausted exceed it by the rest that each of them still reports. For a stream this is its next
 * event, for a {@code send} all of its answer. So with n requests at once the bound is n answers; a bulkhead sets n.
 *
 * <p>A budget may be shared by many streams, one after another or at once: it is then that of the whole session. It is
 * never filled up again. All streams are counted at the same prices; models that cost differently need budgets of their own.
 *
 * <p>The count is the provider's wherever it says one, which Claude does as an answer begins and ends. In between, what has
 * come is estimated, and the estimate gives way to the provider's figure, be that higher or lower. Estimates learn from
 * such figures for as long as the budget lives. An answer that is cut never gets its figure, so that its estimate stays.
 * Thinking that is not shown is not seen before the provider's figure.
 *
 * <p>For use by any thread. Nothing here blocks.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="budget"}
 */
public final class Budget {
    static {
        InternalParts.share(Budget.class, BudgetLedger.class, budget -> budget.ledger);
    }

    private final List<BudgetLimit> limits;
    private final @Nullable BigDecimal maxCost;
    private final @Nullable Prices prices;
    private final BudgetLedger ledger;

    private Budget(Builder builder, List<BudgetLimit> limits) {
        this.limits = limits;
        maxCost = builder.maxCost;
        prices = builder.prices;
        ledger = new BudgetLedger(
                limits,
                builder.alerts.stream()
                        .map(each -> new BudgetLedger.Alert(
                                each.fraction(), () -> each.alert().accept(this)))
                        .toList());
    }

    /** A budget of so many tokens of answers, thinking included. */
    public static Budget outputTokens(long maxOutputTokens) {
        return builder().maxOutputTokens(maxOutputTokens).build();
    }

    /** A budget of so much money, for prompts and answers, in the currency of the prices. */
    public static Budget cost(BigDecimal maxCost, Prices prices) {
        return builder().maxCost(maxCost, prices).build();
    }

    /** A budget with nothing set; it needs at least one limit. */
    public static Builder builder() {
        return new Builder();
    }

    /** The tokens of all answers so far, thinking included. */
    public TokenCount outputTokens() {
        Spent spent = ledger.spent();
        return new TokenCount(spent.output(), spent.estimated());
    }

    /** The tokens of all prompts so far, those of caches included, as the provider has reported them. */
    public long inputTokens() {
        return ledger.spent().input().totalInputTokens();
    }

    /**
     * The cost so far, exact and not rounded; empty if the budget has no prices. As much an estimate as
     * {@link #outputTokens()} is.
     */
    public Optional<BigDecimal> cost() {
        return cost(ledger.spent());
    }

    private Optional<BigDecimal> cost(Spent spent) {
        return Optional.ofNullable(prices).map(known -> known.cost(spent.usage()));
    }

    /** The prices at which costs are counted; empty if the budget has no limit on costs. */
    public Optional<Prices> prices() {
        return Optional.ofNullable(prices);
    }

    /** The cost that is left, at least 0; empty if the budget has no limit on costs. */
    public Optional<BigDecimal> remainingCost() {
        return Optional.ofNullable(maxCost)
                .flatMap(most -> cost().map(cost -> most.subtract(cost).max(BigDecimal.ZERO)));
    }

    /**
     * How many tokens of output exhaust this budget if no more input is paid for. The nearer of the limits on tokens
     * and on costs counts. {@link Long#MAX_VALUE} if no number does, which is so where output costs nothing.
     */
    public long remainingOutputTokens() {
        return ledger.spent().remainingOutputTokens();
    }

    /** Whether a limit is reached. A provider's figure that is below the estimate can take this back. */
    public boolean isExhausted() {
        return ledger.spent().limit().isPresent();
    }

    /** Numbers only. */
    @Override
    public String toString() {
        Spent spent = ledger.spent();
        return "Budget[" + spent.output() + " output tokens" + (spent.estimated() ? " by estimate, " : ", ")
                + spent.input().totalInputTokens() + " input tokens"
                + cost(spent).map(cost -> ", cost " + cost.toPlainString()).orElse("") + "; at most "
                + limits.stream().map(Object::toString).collect(Collectors.joining(", "))
                + "]";
    }

    /** Collects the limits of a {@link Budget}. Not for use by several threads. */
    public static final class Builder {
        private record Alert(BigDecimal fraction, Consumer<Budget> alert) {}

        private final List<Alert> alerts = new ArrayList<>();
        private BudgetLimit.@Nullable Tokens tokens;
        private @Nullable BigDecimal maxCost;
        private @Nullable Prices prices;

        private Builder() {}

        /**
         * The most tokens that the answers may have, thinking included, all together.
         *
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxOutputTokens(long maxOutputTokens) {
            if (maxOutputTokens < 1) {
                throw new IllegalArgumentException("maxOutputTokens: " + maxOutputTokens + ", must be at least 1");
            }
            tokens = new BudgetLimit.Tokens(maxOutputTokens);
            return this;
        }

        /**
         * The most that prompts and answers may cost, all together.
         *
         * @param maxCost in the currency of the prices
         * @param prices what every stream of the budget is counted at
         * @throws IllegalArgumentException if {@code maxCost} is not more than 0
         */
        public Builder maxCost(BigDecimal maxCost, Prices prices) {
            if (Objects.requireNonNull(maxCost, "maxCost").signum() <= 0) {
                throw new IllegalArgumentException("maxCost: " + maxCost + ", must be more than 0");
            }
            this.maxCost = maxCost;
            this.prices = Objects.requireNonNull(prices, "prices");
            return this;
        }

        /**
         * Calls {@code alert} when this part of either limit is first reached: once in the budget's life, even if an
         * estimate is corrected later. It is called like a handler, after the handlers of the event whose count reached
         * it, on the thread that consumes that stream. An exception that it throws ends that stream. A stream that is
         * closed before that event was consumed calls it at its end. The budget's figures may be ahead of the consumer
         * by then.
         *
         * @param fraction more than 0, and at most 1: the whole limit
         * @throws IllegalArgumentException if the fraction is out of range
         */
        public Builder alertAt(double fraction, Consumer<Budget> alert) {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException("fraction: " + fraction + ", must be more than 0 and at most 1");
            }
            alerts.add(new Alert(BigDecimal.valueOf(fraction), Objects.requireNonNull(alert, "alert")));
            return this;
        }

        /**
         * The budget, with nothing spent.
         *
         * @throws IllegalStateException if it has no limit
         */
        public Budget build() {
            List<BudgetLimit> limits = new ArrayList<>();
            if (tokens != null) {
                limits.add(tokens);
            }
            if (maxCost != null && prices != null) {
                limits.add(new BudgetLimit.Cost(maxCost, prices::cost, prices.output()));
            }
            if (limits.isEmpty()) {
                throw new IllegalStateException("budget: has no limit; set maxOutputTokens or maxCost");
            }
            return new Budget(this, List.copyOf(limits));
        }
    }

    /**
     * A number of tokens, and how sure it is.
     *
     * @param tokens how many
     * @param estimated whether a part of it is an estimate, because the provider has not said, or will never say
     */
    public record TokenCount(long tokens, boolean estimated) {}
}
