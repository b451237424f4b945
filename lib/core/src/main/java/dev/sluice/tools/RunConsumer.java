package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.StreamStops;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.Message;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.StreamError;
import java.lang.ref.Cleaner;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The consumer's side of a run: takes its queued events and calls the handlers. One thread at a time; a second one is
 * refused rather than made to wait.
 *
 * <p>The cleaner watches this object: a caller that can still consume holds it.
 */
final class RunConsumer {
    private static final Cleaner CLEANER = Cleaner.create();

    final RunTask run;
    final StreamController controller;
    final RunHandlers handlers = new RunHandlers();

    private final Cleaner.Cleanable abandoned;
    private final int maxEvents;
    /** Held while an event is taken and its handlers run. Only ever tried: a second consumer gets an exception. */
    private final ReentrantLock consuming = new ReentrantLock();

    /** Guarded by {@code consuming}. */
    private int handedOut;

    private volatile @Nullable EndReason deliveredEnd;

    RunConsumer(RunTask run, StreamController controller) {
        this.run = run;
        this.controller = controller;
        maxEvents = controller.maxChunks().orElse(0);
        abandoned = CLEANER.register(this, run::onAbandoned);
    }

    /** How it ended; empty while events may still be delivered. */
    Optional<EndReason> endReason() {
        EndReason known = deliveredEnd;
        return known != null ? Optional.of(known) : run.queue.endReason();
    }

    /** The next event, after the handlers have been called; null when there is none and nothing went wrong. */
    @Nullable
    RunEvent pull() {
        if (consuming.isHeldByCurrentThread()) {
            throw new IllegalStateException("a handler cannot consume the run that calls it");
        }
        if (!consuming.tryLock()) {
            throw new IllegalStateException("another thread is consuming this run");
        }
        try {
            RunEvent event = deliveredEnd == null ? take() : null;
            if (event != null) {
                handOut(event);
            } else {
                noteEnd();
            }
            return event;
        } finally {
            consuming.unlock();
        }
    }

    /** Takes all events. */
    void consumeAll() {
        RunEvent event;
        do {
            event = pull();
        } while (event != null);
    }

    /** Takes all events and returns the last message; see {@code ToolLoop.finalMessage}. */
    Message finalMessage() {
        consumeAll();
        EndReason end = endReason().orElseThrow();
        Optional<StreamException> failure = end.toException();
        if (failure.isPresent()) {
            throw withPartial(failure.get());
        }
        return run.transcript.partial();
    }

    /** Cancels what has not ended. Does not wait. */
    void close() {
        controller.cancel("closed before its end");
        run.queue.endReason().ifPresent(this::noteEnd);
    }

    /** The exception with what there is of the turn. */
    StreamException withPartial(StreamException exception) {
        return StreamFailures.withPartial(exception, run.transcript.partial(), null);
    }

    private @Nullable RunEvent take() {
        return run.queue.takeUnlessInterrupted(
                () -> StreamStops.cancelUnasked(controller, "the consuming thread was interrupted"));
    }

    private void handOut(RunEvent event) {
        handedOut++;
        try {
            handlers.emit(event);
        } catch (Throwable e) {
            run.stop(new Cancelled("a handler failed: " + Throwables.describe(e)));
            throw e;
        }
        if (handedOut == maxEvents && !(event instanceof StreamComplete || event instanceof StreamError)) {
            run.stop(new LimitReached(Limit.CHUNKS, maxEvents));
        }
    }

    private void noteEnd() {
        EndReason end = run.queue.endReason().orElseThrow();
        noteEnd(end);
        StreamStops.thrownByLoop(controller, end).ifPresent(failure -> {
            withPartial(failure).fillInStackTrace(); // where the caller is, rather than where it was found
            throw failure;
        });
    }

    private void noteEnd(EndReason end) {
        deliveredEnd = end;
        StreamStops.ended(controller, end);
        abandoned.clean();
    }
}
