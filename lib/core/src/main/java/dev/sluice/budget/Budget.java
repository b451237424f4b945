package dev.sluice.budget;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What may be spent on answers: tokens, money or both. It is counted as events arrive, whether they are consumed yet or not;
 * a stream that exhausts it is stopped, and so is every other stream of the same budget with its next event. A request that
 * waits, for a permit, a rate limit, a retry or a continuation, is refused at once; none is sent any more.
 *
 * <p>What was spent by then is spent. One stream exceeds its budget by what one event reports at most. Answers that run
 * when the budget is exhausted exceed it by what each of them still reports: a stream its next event, and a {@code send} all
 * of its answer. So with n requests at once the bound is n answers; a bulkhead sets n.
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
 */
public final class Budget {
    private record Alert(BigDecimal fraction, Consumer<Budget> alert) {}

    private final List<BudgetLimit> ceilings;

    /** Lowest first, so that they fall due in this order. */
    private final List<Alert> alerts;

    /** Held for a few instructions, and never while the caller's code runs. */
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final Map<BudgetMeter, Consumer<LimitReached>> waiting = new LinkedHashMap<>();
    private final TokenCalibration calibration = new TokenCalibration();
    private Usage input = Usage.NONE;
    private long output;
    private long estimates;
    private int alertsDue;
    // The counts of output tokens at which something happens, while the input is what it is.
    private long exhaustedWith;
    private long nextAlertWith;

    private Budget(Builder builder, List<BudgetLimit> ceilings) {
        this.ceilings = ceilings;
        alerts = builder.alerts.stream()
                .sorted(Comparator.comparing(Alert::fraction))
                .toList();
        lookAhead();
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
        return locked(() -> new TokenCount(output, estimates > 0));
    }

    /** The tokens of all prompts so far, those of caches included, as the provider has told them. */
    public long inputTokens() {
        return locked(() -> input.totalInputTokens());
    }

    /**
     * What has been spent so far, exact and not rounded; empty if the budget has no prices. As much an estimate as
     * {@link #outputTokens()} is.
     */
    public Optional<BigDecimal> cost() {
        return locked(() -> limitOnCost().map(limit -> limit.prices().cost(spent())));
    }

    /** The prices that every stream is counted at; empty if the budget has no limit on costs. */
    public Optional<Prices> prices() {
        return limitOnCost().map(BudgetLimit.Cost::prices);
    }

    /** What may still be spent, at least 0; empty if the budget has no limit on costs. */
    public Optional<BigDecimal> remainingCost() {
        return locked(() -> limitOnCost()
                .map(limit ->
                        limit.most().subtract(limit.prices().cost(spent())).max(BigDecimal.ZERO)));
    }

    /**
     * How many tokens of output exhaust this budget if no more input is paid for: by the limit on tokens or by that on
     * costs, whichever is nearer. {@link Long#MAX_VALUE} if no number does, which is so where output costs nothing.
     */
    public long remainingOutputTokens() {
        return locked(
                () -> exhaustedWith == BudgetLimit.NEVER ? BudgetLimit.NEVER : Math.max(0, exhaustedWith - output));
    }

    /** Whether a limit is reached. A provider's figure that is below the estimate can take this back. */
    public boolean isExhausted() {
        return exhausted().isPresent();
    }

    /** Numbers only. */
    @Override
    public String toString() {
        return locked(() -> "Budget[" + output + " output tokens" + (estimates > 0 ? " by estimate, " : ", ")
                + input.totalInputTokens() + " input tokens"
                + cost().map(cost -> ", cost " + cost.toPlainString()).orElse("") + "; at most "
                + ceilings.stream().map(Object::toString).collect(Collectors.joining(", "))
                + "]");
    }

    /** Begins to count a stream. */
    public BudgetMeter open() {
        return locked(() -> new BudgetMeter(this, calibration.ratios()));
    }

    /** The limit that is reached, if one is. */
    Optional<LimitReached> exhausted() {
        return locked(this::limitReached);
    }

    /**
     * Notes a request that waits to be sent. A repetition does nothing.
     *
     * @param refuse called once if the budget is exhausted before {@link #admit}: at once on this thread, or on the thread
     *     of the stream that exhausts it. Must not block
     */
    void await(BudgetMeter tab, Consumer<LimitReached> refuse) {
        locked(() -> {
                    Optional<LimitReached> limit = tab.refusal().or(this::limitReached);
                    limit.ifPresentOrElse(tab::refused, () -> waiting.put(tab, refuse));
                    return limit;
                })
                .ifPresent(refuse);
    }

    /** Ends the wait of a request: it may be sent if no limit is returned. */
    Optional<LimitReached> admit(BudgetMeter tab) {
        return locked(() -> waiting.remove(tab) == null ? tab.refusal() : limitReached());
    }

    /** Forgets a request that waits no more. */
    void forget(BudgetMeter tab) {
        locked(() -> waiting.remove(tab));
    }

    /** How many requests wait, for tests that see them go. */
    public int waiting() {
        return locked(waiting::size);
    }

    /** Replaces the input of one stream. */
    void chargeInput(Usage before, Usage now) {
        locked(() -> {
            input = new Usage(
                    input.inputTokens() + now.inputTokens() - before.inputTokens(),
                    0,
                    input.cacheReadTokens() + now.cacheReadTokens() - before.cacheReadTokens(),
                    input.cacheWriteTokens() + now.cacheWriteTokens() - before.cacheWriteTokens(),
                    input.cacheWrite1hTokens() + now.cacheWrite1hTokens() - before.cacheWrite1hTokens(),
                    0,
                    List.of(),
                    Map.of());
            lookAhead();
            return null;
        });
    }

    /**
     * Adds to the output, or takes back. Refuses all requests that wait if a limit is reached.
     *
     * @param more by how many tokens a stream's count has changed
     * @param moreEstimates by how many the counts that are estimates have changed
     * @param due takes the alerts that fall due by this
     * @return the limit that is reached, if one is
     */
    Optional<LimitReached> chargeOutput(long more, int moreEstimates, Queue<Runnable> due) {
        Optional<LimitReached> limit;
        List<Consumer<LimitReached>> refused = List.of();
        lock.lock();
        try {
            output += more;
            estimates += moreEstimates;
            while (output >= nextAlertWith) {
                Consumer<Budget> alert = alerts.get(alertsDue).alert();
                due.add(() -> alert.accept(this));
                alertsDue++;
                lookAhead();
            }
            limit = limitReached();
            if (limit.isPresent() && !waiting.isEmpty()) {
                LimitReached reached = limit.get();
                waiting.keySet().forEach(tab -> tab.refused(reached));
                refused = List.copyOf(waiting.values());
                waiting.clear();
            }
        } finally {
            lock.unlock();
        }
        for (Consumer<LimitReached> refuse : refused) {
            limit.ifPresent(refuse);
        }
        return limit;
    }

    /** Learns what content of these weights was in truth; see {@link TokenCalibration#add}. Says what to reckon with now. */
    TokenCalibration.Ratios calibrate(long words, long thinking, long tokens, long thinkingTokens) {
        return locked(() -> {
            calibration.add(words, thinking, tokens, thinkingTokens);
            return calibration.ratios();
        });
    }

    private void lookAhead() {
        exhaustedWith = reachedWith(BigDecimal.ONE);
        nextAlertWith = alertsDue == alerts.size()
                ? BudgetLimit.NEVER
                : reachedWith(alerts.get(alertsDue).fraction());
    }

    private long reachedWith(BigDecimal fraction) {
        return ceilings.stream()
                .mapToLong(each -> each.part(fraction).reachedWith(input))
                .min()
                .orElseThrow();
    }

    private Optional<LimitReached> limitReached() {
        if (output < exhaustedWith) {
            return Optional.empty();
        }
        return ceilings.stream()
                .filter(each -> each.reachedWith(input) <= output)
                .map(BudgetLimit::end)
                .findFirst();
    }

    private Optional<BudgetLimit.Cost> limitOnCost() {
        return ceilings.stream()
                .filter(BudgetLimit.Cost.class::isInstance)
                .map(BudgetLimit.Cost.class::cast)
                .findFirst();
    }

    private Usage spent() {
        return input.plus(Usage.of(0, output));
    }

    private <T extends @Nullable Object> T locked(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    /** Collects the limits of a {@link Budget}. Not for use by several threads. */
    public static final class Builder {
        private final List<Alert> alerts = new ArrayList<>();
        private BudgetLimit.@Nullable Tokens tokens;
        private BudgetLimit.@Nullable Cost cost;

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
            cost = new BudgetLimit.Cost(maxCost, Objects.requireNonNull(prices, "prices"));
            return this;
        }

        /**
         * Calls {@code alert} when this part of a limit, whichever it is, is first reached: once in the budget's life,
         * whatever becomes of an estimate. It is called like a handler, by the thread that consumes the stream whose count
         * reached it, after the handlers of that event; what it throws ends that stream. A stream that is closed before that
         * event was consumed calls it at its end. The budget's figures may be ahead of the consumer by then.
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
            List<BudgetLimit> ceilings = Stream.<BudgetLimit>of(tokens, cost)
                    .filter(Objects::nonNull)
                    .toList();
            if (ceilings.isEmpty()) {
                throw new IllegalStateException("budget: has no limit; set maxOutputTokens or maxCost");
            }
            return new Budget(this, ceilings);
        }
    }
}
