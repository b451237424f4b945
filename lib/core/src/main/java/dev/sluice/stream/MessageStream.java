package dev.sluice.stream;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.control.EndReason;
import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.Failed;
import dev.sluice.control.EndReason.LimitReached;
import dev.sluice.control.Limits;
import dev.sluice.control.StreamController;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.message.Message;
import dev.sluice.message.MessageChunk;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A model's answer while it is made: events to loop over, and the message they add up to.
 *
 * <p>One thread consumes it, by iterating, by a {@code java.util.stream}, or by asking for the whole; on that thread events
 * are folded into the message and handlers are called. Another one that tries meanwhile, or a handler that does, gets an
 * {@link IllegalStateException}. The methods that consume block until the next event is there. If
 * the thread is interrupted the stream is cancelled, and the interrupt is kept. {@link #snapshot}, {@link #metrics}, {@link
 * #response}, {@link #cancel}, {@link #close} and the questions about the end are for any thread.
 *
 * <p>A stream ends once: complete; cancelled or at a limit of the caller's, when the loop just ends and {@link #endReason}
 * tells; or failed, when every event that was received is handed out first and then a {@link StreamException} is thrown.
 * What has been received is always in {@link #snapshot} and in the exception.
 */
public final class MessageStream implements Iterable<StreamEvent>, AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Exchange exchange;
    private final StreamController controller;
    private final ChunkAggregator message;
    private final Handlers handlers = new Handlers();
    private final EventSignals signals;
    private final Cleaner.Cleanable abandoned;
    private final long maxChunks;

    /** Makes sure that one thread at a time consumes; a second one is refused rather than made to wait. */
    private final ReentrantLock consuming = new ReentrantLock();

    private final AtomicBoolean iterated = new AtomicBoolean();
    private volatile boolean closed;

    /** Owned by who holds the lock. */
    private long handedOut;

    /** How the stream ended, once the consumer and the handlers have been told. */
    private volatile @Nullable EndReason told;

    MessageStream(Exchange exchange, StreamController controller, ChunkAggregator message) {
        this.exchange = exchange;
        this.controller = controller;
        this.message = message;
        signals = new EventSignals(handlers, message);
        maxChunks = controller.maxChunks().orElse(0);
        abandoned = CLEANER.register(this, exchange::abandoned);
    }

    /**
     * The events, one by one, as they come. A stream is iterated once.
     *
     * @throws IllegalStateException if it is, or has been, iterated
     */
    @Override
    public Iterator<StreamEvent> iterator() {
        takeOnce();
        return new Events();
    }

    /** The events as a {@code java.util.stream}, closed with its terminal operation; see {@link #iterator()}. */
    public Stream<StreamEvent> events() {
        int shape = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        var events = StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator(), shape), false);
        return ClosingStream.of(events.onClose(this::close));
    }

    /** The words of the answer, piece by piece as they come; see {@link #events()}. */
    public Stream<String> text() {
        return chunks().map(MessageChunk::text).filter(text -> !text.isEmpty());
    }

    /** What each event adds, in the neutral shape of {@link MessageChunk}; see {@link #events()}. */
    public Stream<MessageChunk> chunks() {
        return events().filter(new CallersToolsOnly()).map(MessageChunk::of).filter(Objects::nonNull);
    }

    /**
     * Adds a handler. It runs on the consuming thread; what it throws ends the stream and reaches the consumer.
     *
     * @return this
     */
    public <H> MessageStream on(Signal<H, ?> signal, H handler) {
        handlers.add(signal, Objects.requireNonNull(handler, "handler"), false);
        return this;
    }

    /** Adds a handler that is told once and then removed; see {@link #on}. */
    public <H> MessageStream once(Signal<H, ?> signal, H handler) {
        handlers.add(signal, Objects.requireNonNull(handler, "handler"), true);
        return this;
    }

    /** Removes a handler that was added, once if it was added several times. */
    public <H> MessageStream off(Signal<H, ?> signal, H handler) {
        handlers.remove(signal, handler);
        return this;
    }

    /**
     * Consumes the stream on this thread until a signal comes.
     *
     * @return what the signal brings, the first of what its handler is given: at once for {@code CONNECT}, {@code MESSAGE},
     *     {@code FINAL_MESSAGE}, {@code ERROR} and {@code ABORT} if they have come already; empty if the stream ends
     *     without the signal, or for {@code END}
     * @throws StreamException if the stream fails or is stopped, unless that is what is awaited
     */
    public <H, V> Optional<V> await(Signal<H, V> signal) {
        return new Awaiting<>(signal).run();
    }

    /**
     * Runs the stream to its end on this thread. Returns at once if it has ended.
     *
     * @throws StreamException if it failed; not if it was cancelled or met a limit of the caller's
     */
    public void done() {
        StreamEvent event;
        do {
            event = pull();
        } while (event != null);
    }

    /**
     * Runs the stream to its end on this thread and returns the whole message.
     *
     * @throws StreamException if there is no whole message, whatever the reason; its {@code partial()} is what there is
     */
    public Message finalMessage() {
        done();
        Optional<StreamException> failure = Objects.requireNonNull(told).toException();
        if (failure.isPresent()) {
            throw withPartial(failure.get());
        }
        return message.snapshot();
    }

    /** The words of {@link #finalMessage()}; empty if it has none. */
    public String finalText() {
        return finalMessage().text();
    }

    /** The message as far as it has been consumed. For any thread. */
    public Message snapshot() {
        return message.snapshot();
    }

    /**
     * The head of the response; waits until it is there. For any thread; consumes nothing. An interrupt while it waits
     * cancels the stream and is kept.
     *
     * @throws StreamException if the stream ended before there was one; an HTTP error status is such an end
     */
    public ResponseInfo response() {
        try {
            Optional<ResponseInfo> info = exchange.response.get();
            if (info.isPresent()) {
                return info.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancel("interrupted while waiting for the response");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        throw withPartial(endReason().flatMap(EndReason::toException).orElseThrow());
    }

    /** Times and sizes so far. For any thread. */
    public StreamMetrics metrics() {
        return exchange.recorder.metrics(message.usage().outputTokens());
    }

    /** What steers this stream. */
    public StreamController controller() {
        return controller;
    }

    /**
     * Stops the stream: the consumer returns at once, what is queued is dropped, the connection is given up. Does nothing
     * after the end. For any thread; does not wait.
     */
    public void cancel(String reason) {
        controller.cancel(reason);
    }

    /** Whether nothing more will be handed out. */
    public boolean isEnded() {
        return endReason().isPresent();
    }

    /** Whether it ended with a failure. */
    public boolean isErrored() {
        return endReason().filter(Failed.class::isInstance).isPresent();
    }

    /** Whether it was cancelled or met a limit of the caller's. */
    public boolean isAborted() {
        return endReason()
                .filter(reason -> reason instanceof Cancelled || reason instanceof LimitReached)
                .isPresent();
    }

    /** How the stream ended; empty while something may still be handed out. */
    public Optional<EndReason> endReason() {
        EndReason known = told;
        if (known == null) {
            known = exchange.queue.endReason().orElse(null);
            if (known instanceof Failed(StreamException failure)) {
                withPartial(failure);
            }
        }
        return Optional.ofNullable(known);
    }

    /**
     * Cancels the stream if it has not ended. Never waits for the server. For any thread; a second call does nothing. If no
     * thread is waiting for an event or in a handler, the handlers of the end are called on this one.
     */
    @Override
    public void close() {
        controller.cancel("closed before its end");
        closed = true;
        tellIfClosed();
    }

    /** The thread that reads, for tests that see it end. */
    Thread reader() {
        return exchange.reader();
    }

    private void takeOnce() {
        if (!iterated.compareAndSet(false, true)) {
            throw new IllegalStateException("this stream has been iterated; it can be only once");
        }
    }

    /** The next event, folded in and told to the handlers; null when there is none and nothing went wrong. */
    private @Nullable StreamEvent pull() {
        StreamEvent event = null;
        while (event == null && told == null) {
            event = step();
        }
        if (event == null && told instanceof Failed(StreamException exception)) {
            exception.fillInStackTrace(); // where the caller is, rather than where the reader was
            throw exception;
        }
        return event;
    }

    /** Takes what comes next: an event, or the response's head or the end, which are for the handlers alone. */
    private @Nullable StreamEvent step() {
        if (!lockForConsumer()) {
            return null;
        }
        try {
            switch (told == null ? take() : null) {
                case StreamEvent event -> {
                    return handOut(event) ? event : null;
                }
                case ResponseInfo info -> guarded(() -> handlers.emit(Signal.CONNECT, h -> h.accept(info)));
                case null, default -> tell(exchange.queue.endReason().orElseThrow());
            }
            return null;
        } finally {
            consuming.unlock();
            tellIfClosed();
        }
    }

    private @Nullable Object take() {
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return exchange.queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            controller.cancel("the consuming thread was interrupted");
            return null;
        }
    }

    private boolean handOut(StreamEvent event) {
        try {
            message.accept(event);
        } catch (ProtocolError e) {
            failed(e);
            return false;
        } catch (RuntimeException | Error e) { // an event is missing now: whatever follows must not pass for whole
            failed(new ProtocolError("An event could not be added to the message: " + e, e));
            return false;
        }
        handedOut++;
        guarded(() -> signals.emit(event));
        if (handedOut == maxChunks && !(event instanceof MessageStop)) {
            exchange.stop(new LimitReached(Limits.Limit.CHUNKS, maxChunks));
        }
        return true;
    }

    /** Calls handlers; what they throw ends the stream. */
    private void guarded(Runnable handlers) {
        var round = new Round();
        round.turn(handlers);
        if (round.failure() != null) {
            exchange.stop(new Cancelled("a handler failed: " + round.failure()));
            round.turn(() -> tell(exchange.queue.endReason().orElseThrow())); // it may have ended before, otherwise
        }
        round.end();
    }

    /** Ends the stream though its last event may have been queued already, with the word that it is complete. */
    private void failed(ProtocolError e) {
        var reason = new Failed(e);
        exchange.stop(reason);
        tell(reason);
    }

    /** Tells the handlers how it ended. Once, last. */
    private void tell(EndReason reason) {
        if (told != null) {
            return;
        }
        Optional<StreamException> why = reason.toException().map(this::withPartial);
        told = reason;
        controller.detach();
        abandoned.clean();
        var round = new Round();
        if (why.isEmpty()) {
            Message whole = message.snapshot();
            round.turn(() -> handlers.emit(Signal.FINAL_MESSAGE, h -> h.accept(whole)));
        } else {
            var signal = reason instanceof Failed ? Signal.ERROR : Signal.ABORT;
            round.turn(() -> handlers.emit(signal, h -> h.accept(why.get())));
        }
        round.turn(() -> handlers.emit(Signal.END, Runnable::run));
        round.end();
    }

    private StreamException withPartial(StreamException exception) {
        return exception.received(message.snapshot(), exchange.requestId());
    }

    /** Whether there may be something to consume; if not, the thread that closed the stream is telling the handlers. */
    @SuppressWarnings("ThreadPriorityCheck") // to wait for the lock would be to wait for handlers
    private boolean lockForConsumer() {
        if (consuming.isHeldByCurrentThread()) {
            throw new IllegalStateException("a handler cannot consume the stream that calls it");
        }
        while (!consuming.tryLock()) {
            if (told != null) {
                return false;
            }
            if (!closed) {
                throw new IllegalStateException("another thread is consuming this stream");
            }
            Thread.yield(); // it was closed just now: a few instructions until it is told
        }
        return true;
    }

    /**
     * Tells the handlers of a closed stream how it ended: whoever closes it, unless a thread consumes, which then does so
     * when it is done with its step. So nothing follows the end, and it is told though nobody asks for more.
     */
    private void tellIfClosed() {
        if (closed && told == null && !consuming.isHeldByCurrentThread() && consuming.tryLock()) {
            try {
                exchange.queue.endReason().ifPresent(this::tell);
            } finally {
                consuming.unlock();
            }
        }
    }

    /** The one iterator. */
    private final class Events implements Iterator<StreamEvent> {
        private @Nullable StreamEvent next;

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = pull();
            }
            return next != null;
        }

        @Override
        public StreamEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the stream has ended");
            }
            StreamEvent event = Objects.requireNonNull(next);
            next = null;
            return event;
        }
    }

    /** One wait for one signal. */
    private final class Awaiting<H, V> {
        private final Signal<H, V> signal;
        private @Nullable V value;

        Awaiting(Signal<H, V> signal) {
            this.signal = signal;
        }

        Optional<V> run() {
            value = past();
            H handler = signal.handler(v -> value = v);
            handlers.add(signal, handler, true);
            try {
                while (value == null && told == null) {
                    step();
                }
            } finally {
                handlers.remove(signal, handler);
            }
            return found();
        }

        private Optional<V> found() {
            if (value == null) {
                value = past(); // told elsewhere just now
            }
            if (value == null && signal != (Object) Signal.END && told != null) {
                Optional<StreamException> failure = told.toException();
                if (failure.isPresent()) {
                    throw withPartial(failure.get());
                }
            }
            return Optional.ofNullable(value);
        }

        /** What a signal brought that comes once and has come. */
        @SuppressWarnings("unchecked")
        private @Nullable V past() {
            Object past = null;
            if (signal == (Object) Signal.CONNECT) {
                past = exchange.response.getNow(Optional.empty()).orElse(null);
            } else if (told instanceof Completed
                    && (signal == (Object) Signal.MESSAGE || signal == (Object) Signal.FINAL_MESSAGE)) {
                past = message.snapshot();
            } else if (told != null && signal == (Object) (isErrored() ? Signal.ERROR : Signal.ABORT)) {
                past = told.toException().map(MessageStream.this::withPartial).orElse(null);
            }
            return (V) past;
        }
    }
}
