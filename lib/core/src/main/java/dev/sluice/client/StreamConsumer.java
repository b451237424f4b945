package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.CallbackErrors;
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.StreamStops;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import java.lang.ref.Cleaner;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The consumer's side of one stream: takes what its reader has queued, folds it into the message, tells the handlers, and
 * tells them last how it ended. One thread at a time; a second one is refused rather than made to wait.
 *
 * <p>The cleaner watches this object: a caller that can still consume holds it.
 */
final class StreamConsumer {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final long SOON_MILLIS = 100;

    final StreamProducer reader;
    final ChunkAggregator message;
    final Handlers handlers = new Handlers();

    private final StreamController controller;
    private final SignalDispatcher signals;
    private final Cleaner.Cleanable abandoned;
    private final long maxChunks;

    private final ReentrantLock consuming = new ReentrantLock();
    private volatile boolean closed;

    /** Owned by who holds the lock. */
    private long handedOut;

    /** How the stream ended, once the consumer and the handlers have been told. */
    private volatile @Nullable EndReason deliveredEnd;

    StreamConsumer(StreamProducer reader, StreamController controller, ChunkAggregator message) {
        this.reader = reader;
        this.controller = controller;
        this.message = message;
        signals = new SignalDispatcher(handlers, message);
        maxChunks = controller.maxChunks().orElse(0);
        abandoned = CLEANER.register(this, reader::onAbandoned);
    }

    /** How it ended, once everybody has been told; null before. */
    @Nullable
    EndReason deliveredEnd() {
        return deliveredEnd;
    }

    /** How it ended; empty while something may still be handed out. */
    Optional<EndReason> endReason() {
        EndReason known = deliveredEnd;
        if (known == null) {
            known = reader.queue.endReason().orElse(null);
            if (known instanceof Failed(StreamException failure)) {
                withPartial(failure);
            }
        }
        return Optional.ofNullable(known);
    }

    /** Cancels what has not ended. Tells the handlers here and now, unless a thread is consuming: then it will. */
    void close() {
        controller.cancel("closed before its end");
        closed = true;
        deliverEndIfClosed();
    }

    /** The next event, folded in and told to the handlers; null when there is none and nothing went wrong. */
    @Nullable
    StreamEvent pull() {
        StreamEvent event = null;
        while (event == null && deliveredEnd == null) {
            event = step();
        }
        EndReason end = deliveredEnd;
        if (event == null && end != null) {
            StreamStops.thrownByLoop(controller, end).ifPresent(exception -> {
                withPartial(exception).fillInStackTrace(); // where the caller is, rather than where the reader was
                throw exception;
            });
        }
        return event;
    }

    /** Takes what comes next: an event, or the response's head or the end, which are for the handlers alone. */
    @Nullable
    StreamEvent step() {
        if (!lockForConsumer()) {
            return null;
        }
        try {
            switch (deliveredEnd == null ? take() : null) {
                case StreamEvent event -> {
                    return handOut(event) ? event : null;
                }
                case ReplayedEvent(StreamEvent event) -> {
                    if (fold(event)) {
                        reader.serverAnswer.onReplayed(event);
                    }
                }
                case ResponseInfo info -> guarded(() -> handlers.emit(Signal.CONNECT, h -> h.accept(info)));
                case Runnable alerts -> guarded(alerts);
                case null, default -> deliverEnd(reader.queue.endReason().orElseThrow());
            }
            return null;
        } finally {
            consuming.unlock();
            deliverEndIfClosed();
        }
    }

    private @Nullable Object take() {
        return reader.queue.takeUnlessInterrupted(
                () -> StreamStops.cancelUnasked(controller, "the consuming thread was interrupted"));
    }

    private boolean fold(StreamEvent event) {
        try {
            message.accept(event);
            return true;
        } catch (ProtocolError e) {
            failed(e);
            return false;
        } catch (RuntimeException | Error e) { // an event is missing now: whatever follows must not pass for whole
            failed(new ProtocolError("An event could not be added to the message: " + Throwables.describe(e), e));
            return false;
        }
    }

    private boolean handOut(StreamEvent event) {
        if (!fold(event)) {
            return false;
        }
        reader.serverAnswer.onTaken(event);
        handedOut++;
        if (!handlers.isEmpty()) {
            guarded(() -> signals.emit(event));
        }
        if (reader.hasAlerts(event)) {
            guarded(() -> reader.runAlerts(event));
        }
        if (handedOut == maxChunks && !(event instanceof MessageStop)) {
            reader.stop(new LimitReached(Limits.Limit.CHUNKS, maxChunks));
        }
        return true;
    }

    /** Calls handlers; what they throw ends the stream. */
    private void guarded(Runnable handlers) {
        var callbacks = new CallbackErrors();
        callbacks.run(handlers);
        if (callbacks.failure() != null) {
            reader.stop(new Cancelled("a handler failed: " + Throwables.describe(callbacks.failure())));
            callbacks.run(
                    () -> deliverEnd(reader.queue.endReason().orElseThrow())); // it may have ended before, otherwise
        }
        callbacks.throwFirst();
    }

    /** Ends the stream though its last event may have been queued already, with the word that it is complete. */
    private void failed(ProtocolError e) {
        var reason = new Failed(e);
        reader.stop(reason);
        deliverEnd(reason);
    }

    /** Tells the handlers how it ended. Once, last. */
    private void deliverEnd(EndReason reason) {
        if (deliveredEnd != null) {
            return;
        }
        Optional<StreamException> why = reason.toException().map(this::withPartial);
        deliveredEnd = reason;
        StreamStops.ended(controller, reason);
        abandoned.clean();
        var callbacks = new CallbackErrors();
        callbacks.run(reader::runAlerts); // those of events that nobody has consumed
        if (why.isEmpty()) {
            Message whole = message.snapshot();
            callbacks.run(() -> handlers.emit(Signal.FINAL_MESSAGE, h -> h.accept(whole)));
        } else {
            var signal = reason.isFailure() ? Signal.ERROR : Signal.ABORT;
            callbacks.run(() -> handlers.emit(signal, h -> h.accept(why.get())));
        }
        callbacks.run(() -> handlers.emit(Signal.END, Runnable::run));
        callbacks.throwFirst();
    }

    /** The exception with what has been received. */
    StreamException withPartial(StreamException exception) {
        return StreamFailures.withPartial(exception, message.snapshot(), reader.requestId());
    }

    /** Whether there may be something to consume; if not, the thread that closed the stream is telling the handlers. */
    private boolean lockForConsumer() {
        if (consuming.isHeldByCurrentThread()) {
            throw new IllegalStateException("a handler cannot consume the stream that calls it");
        }
        if (consuming.tryLock() || (closed && lockSoon())) {
            return true;
        }
        if (deliveredEnd == null) {
            throw new IllegalStateException("another thread is consuming this stream");
        }
        return false;
    }

    /**
     * Waits a moment for who closes the stream, and holds the lock for a few instructions before it is told. No longer: it
     * may be a handler that holds it, and a thread that waits for a handler may wait for ever.
     */
    private boolean lockSoon() {
        boolean interrupted = Thread.interrupted();
        try {
            return deliveredEnd == null && consuming.tryLock(SOON_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Tells the handlers of a closed stream how it ended. The closing thread does so, unless a thread consumes, which then does so
     * when it is done with its step. So nothing follows the end, and it is told though nobody asks for more.
     */
    private void deliverEndIfClosed() {
        if (closed && deliveredEnd == null && !consuming.isHeldByCurrentThread() && consuming.tryLock()) {
            try {
                reader.queue.endReason().ifPresent(this::deliverEnd);
            } finally {
                consuming.unlock();
            }
        }
    }
}
