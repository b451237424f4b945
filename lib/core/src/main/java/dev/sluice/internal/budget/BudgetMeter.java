package dev.sluice.internal.budget;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.internal.CallbackErrors;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds one stream's usage to its budget: the wire's last report, and an estimate of the events after it. It also
 * decides whether the stream's next request may be sent. For the thread that reads the stream, except the alerts, which
 * are for the one that consumes it.
 *
 * <p>The estimate is made with what was known when the meter was opened or the wire last spoke, so that it only grows until
 * the wire speaks again.
 */
public final class BudgetMeter {
    /** An answer may be as short as this and still have been in its first figure as a whole, so that the last repeats it. */
    private static final long SHORT = 16;

    /** Sums of what is no more than this do not overflow. */
    private static final long MOST_TOKENS = 1L << 50;

    private final BudgetLedger ledger;
    private final Queue<Runnable> fallingDue = new ArrayDeque<>(1);
    private final Queue<DueAlert> dueAlerts = new ConcurrentLinkedQueue<>();
    private TokenCalibration.Ratios ratios;

    /** The last usage that the wire reported, all passes of the model included. */
    private Usage exact = Usage.NONE;

    /** The part of the output in {@code exact} that is the answer, which the estimate is compared with. */
    private long answered;

    private long answeredThinking;

    // What has come since, in quarters of a token.
    private long words;
    private long thinking;

    /** All words of this answer, in quarters of a token. */
    private long allWords;

    /** Tokens of answers that broke off, by estimate. */
    private long uncounted;

    // What the budget has been charged with.
    private long charged;
    private boolean chargedEstimate;

    private boolean started;
    private boolean whole;
    private boolean closed;

    /** Why the last request that waited was refused; guarded by the budget's lock. */
    private @Nullable LimitReached refusal;

    /** An alert and the event whose count made it due. */
    private record DueAlert(StreamEvent after, Runnable alert) {}

    BudgetMeter(BudgetLedger ledger, TokenCalibration.Ratios ratios) {
        this.ledger = ledger;
        this.ratios = ratios;
    }

    /**
     * Counts the next event that is received.
     *
     * @return the limit, if this stream or another has exhausted the budget and stopping this one saves anything. An
     *     answer that is complete is not stopped
     */
    public Optional<LimitReached> count(StreamEvent event) {
        if (closed) {
            return Optional.empty();
        }
        add(event);
        Optional<LimitReached> limit = charge(event);
        return whole ? Optional.empty() : limit;
    }

    /** Counts a non-streaming answer, without a limit: it is complete and must be paid for. */
    public void countWhole(List<StreamEvent> answer) {
        answer.forEach(this::add);
        var unused = charge(answer.getLast());
        close();
    }

    private void add(StreamEvent event) {
        switch (event) {
            case MessageStart start -> onMessageStart(start.message());
            case ContentBlockStart block -> add(block.block());
            case ContentBlockDelta delta -> add(delta.delta());
            case MessageDelta delta -> {
                boolean last = delta.stopReason() != null || delta.finishReason() != FinishReason.UNKNOWN;
                if (!last && delta.usage().billed().totalInputTokens() > exact.totalInputTokens()) {
                    keepUncounted(delta.usage().billed());
                }
                useReported(delta.usage());
                whole |= last;
            }
            case MessageStop stop -> whole = true;
            default -> {}
        }
    }

    /** The next request waits to be sent; see {@link BudgetLedger#await}. */
    public void await(Consumer<LimitReached> refuse) {
        ledger.await(this, refuse);
    }

    /** Whether the request that waited may be sent now; if not, the limit. */
    public Optional<LimitReached> admit() {
        return ledger.admit(this);
    }

    /** Notes why a request that waited is refused. Called under the budget's lock. */
    void refused(LimitReached limit) {
        refusal = limit;
    }

    /** Why the last request that waited was refused. Called under the budget's lock. */
    Optional<LimitReached> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** Whether {@link #runAlerts} has something to do after this event. */
    @SuppressWarnings("ReferenceEquality") // this very event, and not one before it with the same words
    public boolean hasAlerts(StreamEvent after) {
        DueAlert next = dueAlerts.peek();
        return next != null && next.after() == after;
    }

    /** Calls the alerts that fell due by the count of this event. Throws what the first of them throws, last. */
    public void runAlerts(StreamEvent after) {
        runAlertsWhile(() -> hasAlerts(after));
    }

    /** Calls the alerts that fell due by all that was counted. Throws what the first of them throws, last. */
    public void runAlerts() {
        runAlertsWhile(() -> !dueAlerts.isEmpty());
    }

    private void runAlertsWhile(BooleanSupplier isDue) {
        var callbacks = new CallbackErrors();
        while (isDue.getAsBoolean()) {
            callbacks.run(dueAlerts.remove().alert());
        }
        callbacks.throwFirst();
    }

    /** Ends the counting, and the wait. Counts stay, and an estimate stays an estimate. */
    public void close() {
        closed = true;
        ledger.forget(this);
    }

    private void onMessageStart(Message message) {
        if (started) {
            return; // a repetition
        }
        started = true;
        whole = message.stopReason() != null || message.finishReason() != FinishReason.UNKNOWN;
        useReported(message.usage());
        if (exact.outputTokens() == 0) {
            message.content().forEach(this::add);
        }
    }

    private void add(ContentBlock block) {
        addWords(TokenEstimator.ofWords(block));
        thinking += TokenEstimator.ofThinking(block);
    }

    private void add(Delta delta) {
        switch (delta) {
            case TextDelta text -> addWords(TokenEstimator.of(text.text()));
            case InputJsonDelta input -> addWords(TokenEstimator.of(input.partialJson()));
            case ThinkingDelta thought -> thinking += TokenEstimator.of(thought.thinking());
            default -> {}
        }
    }

    private void addWords(long quarters) {
        words += quarters;
        allWords += quarters;
    }

    /**
     * More input is paid for: the answer broke off and is continued. What came of it has no figure and will get none, so
     * that the estimate is all there will be.
     */
    private void keepUncounted(Usage said) {
        long told = Math.max(0, said.outputTokens() - exact.outputTokens());
        if (told < estimate()) {
            uncounted += estimate() - told;
            words = 0;
            thinking = 0;
        }
    }

    /** Takes the wire's word. Zeros are no word. */
    private void useReported(Usage said) {
        Usage billed = said.billed();
        Usage before = exact;
        if (billed.totalInputTokens() != 0) {
            exact = usage(billed, exact.outputTokens(), exact.thinkingTokens());
            ledger.chargeInput(before, exact);
        }
        if (isNewCount(billed)) {
            exact = usage(exact, billed.outputTokens(), billed.thinkingTokens());
            calibrate(bounded(said.outputTokens()), bounded(said.thinkingTokens()));
        }
    }

    /** Learns from the tokens of the answer: what else is paid for, such as a summary, is not among the words that came. */
    private void calibrate(long tokens, long thinkingTokens) {
        ratios = ledger.calibrate(words, thinking, tokens - answered, thinkingTokens - answeredThinking);
        answered = tokens;
        answeredThinking = thinkingTokens;
        words = 0;
        thinking = 0;
    }

    /**
     * Whether a count of output tokens is more than what a provider carries forward while it does not know better. A count that
     * is repeated is news if it covers all words of the answer: then it was that of the whole answer from the start.
     */
    private boolean isNewCount(Usage said) {
        long output = said.outputTokens();
        return output > 0 && (output != exact.outputTokens() || estimate() <= SHORT || coversAllWords(said));
    }

    private boolean coversAllWords(Usage said) {
        return said.outputTokens() - said.thinkingTokens() >= allWords / TokenEstimator.QUARTERS;
    }

    private long estimate() {
        return (long) Math.ceil((words * ratios.words() + thinking * ratios.thinking()) / TokenEstimator.QUARTERS);
    }

    private Optional<LimitReached> charge(StreamEvent event) {
        long used = exact.outputTokens() + uncounted + estimate();
        boolean estimated = words + thinking + uncounted > 0;
        long more = used - charged;
        int moreEstimates = Boolean.compare(estimated, chargedEstimate);
        charged = used;
        chargedEstimate = estimated;
        Optional<LimitReached> limit = ledger.chargeOutput(more, moreEstimates, fallingDue);
        for (Runnable alert = fallingDue.poll(); alert != null; alert = fallingDue.poll()) {
            dueAlerts.add(new DueAlert(event, alert));
        }
        return limit;
    }

    private static Usage usage(Usage input, long output, long thinking) {
        return new Usage(
                bounded(input.inputTokens()),
                bounded(output),
                bounded(input.cacheReadTokens()),
                bounded(input.cacheWriteTokens()),
                Math.min(bounded(input.cacheWrite1hTokens()), bounded(input.cacheWriteTokens())),
                bounded(thinking),
                List.of(),
                Map.of());
    }

    private static long bounded(long tokens) {
        return Math.clamp(tokens, 0, MOST_TOKENS);
    }
}
