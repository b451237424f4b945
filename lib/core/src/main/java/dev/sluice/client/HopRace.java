package dev.sluice.client;

import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.TimeSource;
import dev.sluice.client.StreamReport.Hop.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks one provider after the other until one says something, and a second one beside one that is silent for too long. The first that
 * has content wins. An error never does, and an answer without content only if there is no other. For one thread, which waits here; an
 * interrupt ends every wait.
 */
final class HopRace {
    private final Function<Reason, @Nullable FailoverHop> starter;
    private final @Nullable HedgeDelay hedge;
    private final TimeSource time;
    private final FailoverFailures failures;

    /** What is asked now: two at most. */
    private final List<FailoverHop> running = new ArrayList<>(2);

    /** Those that had said nothing when it was time to ask another one beside them. */
    private final List<FailoverHop> slow = new ArrayList<>(2);

    /** Hops that have content or have ended, and those that are {@link Slow}. */
    private final BlockingQueue<Object> news = new LinkedBlockingQueue<>();

    private TimeSource.@Nullable Scheduled timer;

    private record Slow(FailoverHop hop) {}

    /**
     * A race that has not begun.
     *
     * @param starter starts the next provider's stream; null if there is none left
     * @param hedge when a second one is asked beside it; null if never
     * @param failures takes the failures
     */
    HopRace(
            Function<Reason, @Nullable FailoverHop> starter,
            @Nullable HedgeDelay hedge,
            TimeSource time,
            FailoverFailures failures) {
        this.starter = starter;
        this.hedge = hedge;
        this.time = time;
        this.failures = failures;
    }

    /**
     * Runs it. The others have been given up when it returns.
     *
     * @return the winner; or one that ended otherwise than by a failure: complete without content, at a limit, or cancelled. Null if
     *     all failed
     */
    @Nullable
    FailoverHop run(Reason reason) throws InterruptedException {
        FailoverHop without = null;
        boolean mayAskNext = true;
        try {
            begin(reason);
            while (!running.isEmpty()) {
                switch (news.take()) {
                    case Slow(FailoverHop hop) -> slow.add(hop);
                    case FailoverHop hop
                    when hop.hasSpoken() -> {
                        running.forEach(this::note);
                        running.remove(hop);
                        return hop;
                    }
                    case FailoverHop hop -> {
                        running.remove(hop);
                        if (hop.end() instanceof Failed(StreamException failure)) {
                            failures.add(hop.member, failure);
                            mayAskNext &= FailoverRules.asksNext(failure);
                        } else if (without == null) {
                            without = hop;
                        }
                    }
                    default -> throw new IllegalStateException("no news");
                }
                if (without == null && mayAskNext && running.size() < 2 && slow.containsAll(running)) {
                    begin(running.isEmpty() ? Reason.FAILOVER : Reason.HEDGE);
                }
            }
            return without;
        } finally {
            stopTimer();
            for (FailoverHop loser : running) {
                loser.stop("another provider answered first");
            }
        }
    }

    private void begin(Reason reason) throws InterruptedException {
        FailoverHop hop = starter.apply(reason);
        if (hop == null) {
            return;
        }
        running.add(hop);
        if (hedge == null) {
            hop.readOpening();
            news.add(hop);
            return;
        }
        Thread.ofVirtual().name(hop.reader.thread.getName() + "-opening").start(() -> {
            try {
                hop.readOpening();
            } catch (InterruptedException e) { // by somebody who has no business with it
                hop.stop("the thread that waits for its first words was interrupted");
            }
            news.add(hop);
        });
        stopTimer();
        timer = time.schedule(hedge.delay(), () -> news.add(new Slow(hop)));
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Learns how long the first provider takes. */
    private void note(FailoverHop hop) {
        if (hedge != null && hop.reason == Reason.FIRST) {
            hedge.note(hop.asked());
        }
    }
}
