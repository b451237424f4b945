package dev.sluice.internal.budget;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all streams of one budget have spent, and which requests wait for it. For any thread; nothing here blocks.
 *
 * <p>One lock guards all that changes. It is held for a few instructions, and never while the caller's code runs or a request
 * is refused.
 */
public final class BudgetLedger {
    /**
     * What is called when a part of a limit is reached.
     *
     * @param fraction the part: more than 0, and at most 1
     * @param callback called by the thread that consumes the stream
     */
    public record Alert(BigDecimal fraction, Runnable callback) {}

    /**
     * What has been spent so far, at one moment.
     *
     * @param input the input of all streams
     * @param output the output tokens of all streams
     * @param estimated whether a part of the output is an estimate
     * @param remainingOutputTokens how many output tokens exhaust the budget; {@link BudgetLimit#NEVER} if no number does
     * @param limit the limit that is reached, if one is
     */
    public record Spent(
            Usage input, long output, boolean estimated, long remainingOutputTokens, Optional<LimitReached> limit) {

        /** Input and output together. */
        public Usage usage() {
            return input.plus(Usage.of(0, output));
        }
    }

    private final List<BudgetLimit> limits;

    /** Lowest first, so that they fall due in this order. */
    private final List<Alert> alerts;

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

    /** A ledger with nothing spent. */
    public BudgetLedger(List<BudgetLimit> limits, List<Alert> alerts) {
        this.limits = List.copyOf(limits);
        this.alerts =
                alerts.stream().sorted(Comparator.comparing(Alert::fraction)).toList();
        recomputeThresholds();
    }

    /** Begins to count a stream. */
    public BudgetMeter open() {
        return locked(() -> new BudgetMeter(this, calibration.ratios()));
    }

    /** What has been spent so far. */
    public Spent spent() {
        return locked(() -> new Spent(
                input,
                output,
                estimates > 0,
                exhaustedWith == BudgetLimit.NEVER ? BudgetLimit.NEVER : Math.max(0, exhaustedWith - output),
                limitReached()));
    }

    /**
     * Notes a request that waits to be sent. A repetition does nothing.
     *
     * @param refuse called once if the budget is exhausted before {@link #admit}: at once on this thread, or on the thread
     *     of the stream that exhausts it. Must not block
     */
    void await(BudgetMeter meter, Consumer<LimitReached> refuse) {
        locked(() -> {
                    Optional<LimitReached> limit = meter.refusal().or(this::limitReached);
                    limit.ifPresentOrElse(meter::refused, () -> waiting.put(meter, refuse));
                    return limit;
                })
                .ifPresent(refuse);
    }

    /** Ends the wait of a request: it may be sent if no limit is returned. */
    Optional<LimitReached> admit(BudgetMeter meter) {
        return locked(() -> waiting.remove(meter) == null ? meter.refusal() : limitReached());
    }

    /** Forgets a request that waits no more. */
    void forget(BudgetMeter meter) {
        locked(() -> waiting.remove(meter));
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
            recomputeThresholds();
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
                due.add(alerts.get(alertsDue).callback());
                alertsDue++;
                recomputeThresholds();
            }
            limit = limitReached();
            if (limit.isPresent() && !waiting.isEmpty()) {
                LimitReached reached = limit.get();
                waiting.keySet().forEach(meter -> meter.refused(reached));
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

    private void recomputeThresholds() {
        exhaustedWith = reachedWith(BigDecimal.ONE);
        nextAlertWith = alertsDue == alerts.size()
                ? BudgetLimit.NEVER
                : reachedWith(alerts.get(alertsDue).fraction());
    }

    private long reachedWith(BigDecimal fraction) {
        return limits.stream()
                .mapToLong(each -> each.part(fraction).reachedWith(input))
                .min()
                .orElseThrow();
    }

    private Optional<LimitReached> limitReached() {
        if (output < exhaustedWith) {
            return Optional.empty();
        }
        return limits.stream()
                .filter(each -> each.reachedWith(input) <= output)
                .map(BudgetLimit::end)
                .findFirst();
    }

    private <T extends @Nullable Object> T locked(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }
}
