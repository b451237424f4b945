package dev.sluice.tools;

import dev.sluice.StreamException;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts.Phase;
import dev.sluice.budget.Budget;
import dev.sluice.internal.LogLabels;
import dev.sluice.internal.resilience.RetryRules;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.tools.RunEvent.TurnReset;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back turns that broke off after they were shown, so that they are asked again: by the rules and with the delays of the
 * client's retries. Keeps their calls meanwhile. For the run's thread.
 */
final class TurnRetries {
    private static final Logger log = LoggerFactory.getLogger(TurnRetries.class);

    private final RunSettings settings;
    private final RunEventQueue queue;
    private final Transcript transcript;
    private final RunDeadline deadline;
    private final TimeSource time;
    private final KeptCalls kept = new KeptCalls();

    /** How often the present turn was asked again. */
    private int retries;

    private @Nullable StreamException previous;

    TurnRetries(RunSettings settings, RunEventQueue queue, Transcript transcript, RunDeadline deadline) {
        this.settings = settings;
        this.queue = queue;
        this.transcript = transcript;
        this.deadline = deadline;
        time = settings.lifetime().time();
    }

    /**
     * Takes back what a turn has said, keeps its calls, and waits until it is to be asked again.
     *
     * @throws StreamException the failure, if it may not be asked again; those before it are suppressed in it
     * @throws InterruptedException if the run has ended
     */
    void takeBack(Turn broken, StreamException failure) throws InterruptedException {
        if (broken.isLost() && !endsTheRun(failure)) {
            var unused = transcript.takeBack();
            return;
        }
        Optional<Duration> delay = broken.wasShown() ? delay(failure) : Optional.empty();
        if (previous != null && !failure.equals(previous)) {
            failure.addSuppressed(previous);
        }
        if (delay.isEmpty()) {
            throw failure;
        }
        previous = failure;
        retries++;
        broken.cancelBroken(failure);
        int turn = transcript.takeBack();
        log.info(
                "Turn {} of a run broke off with {} and is asked again in {} ms ({} of {})",
                turn,
                LogLabels.of(failure),
                delay.get().toMillis(),
                retries,
                settings.retryTurns());
        kept.addAll(broken.calls());
        boolean reported = queue.put(() -> {
            broken.calls().forEach(ToolCallTask::takeBack);
            return new TurnReset(turn, retries, failure);
        });
        if (!reported) {
            throw new InterruptedException(); // as the thread that ended the run has done, or is about to do
        }
        Duration left = deadline.remaining().orElse(delay.get()); // the consumer may have taken its time
        time.sleep(left.compareTo(delay.get()) < 0 ? left : delay.get());
    }

    /** Whether the failure ends the run, and not only this answer: a cancel, a limit, or the total time. */
    private static boolean endsTheRun(StreamException failure) {
        return failure instanceof Cancelled
                || failure instanceof LimitExceeded
                || (failure instanceof TimedOut late && late.phase() == Phase.TOTAL);
    }

    /** Goes on with the call that was made before, and is made again with this one; null if there is none. */
    @Nullable
    ToolCallTask resume(ToolUse use, boolean isCut) throws InterruptedException {
        return kept.resume(use, isCut);
    }

    /** These calls were made before, in another process, and may be made again in the turn that begins. */
    void keep(List<ToolCallTask> calls) {
        kept.addAll(calls);
    }

    /** The turn has come, with all of its calls. */
    void turnComplete() throws InterruptedException {
        kept.orphanAll("the turn was asked again and did not call the tool again, so it was stopped");
        retries = 0;
        previous = null;
    }

    /** The run ends: nothing is asked again. */
    void runEnds(String why) throws InterruptedException {
        kept.orphanAll(why);
    }

    /** How long to wait before the turn is asked again; empty if it may not be. */
    private Optional<Duration> delay(StreamException failure) {
        Budget budget = settings.budget();
        boolean may = retries < settings.retryTurns()
                && transcript.countedRequests() < settings.maxTurns()
                && RetryRules.mayHelp(failure)
                && !RetryRules.asksForTooLong(failure)
                && (budget == null || !budget.isExhausted())
                && !queue.isOver();
        if (!may) {
            return Optional.empty();
        }
        Duration delay = RetryRules.requestedDelay(failure)
                .orElseGet(() -> RetryRules.backoff(retries + 1, ThreadLocalRandom.current()));
        boolean inTime =
                deadline.remaining().filter(left -> left.compareTo(delay) <= 0).isEmpty();
        return inTime ? Optional.of(delay) : Optional.empty();
    }
}
