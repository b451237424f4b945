package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.AutoClosingStream;
import dev.sluice.internal.BrokenAnswer;
import dev.sluice.internal.KeptAnswer;
import dev.sluice.internal.PullIterator;
import dev.sluice.internal.StreamStops;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.json.JsonSchema;
import dev.sluice.message.Message;
import dev.sluice.message.MessageChunk;
import dev.sluice.message.StreamEvent;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A model's answer while it is made: events to loop over, and the message they add up to.
 *
 * <p>One thread consumes it: by iterating, by a {@code java.util.stream}, or by asking for the whole. On that thread
 * events are folded into the message and handlers are called. Another one that tries meanwhile, or a handler that does,
 * gets an {@link IllegalStateException}. The methods that consume block until the next event is there. If the thread is
 * interrupted the stream is cancelled, its loop throws, and the interrupt is kept. {@link #snapshot}, {@link #metrics},
 * {@link #response}, {@link #cancel}, {@link #close} and the questions about the end are for any thread.
 *
 * <p>A stream ends once. Complete: the loop ends. Cancelled by its caller, or at a limit of the caller's: the loop ends too, and
 * {@link #endReason} says why. Cancelled because its thread was interrupted or its client closed: the loop throws {@link
 * StreamException.Cancelled}. Failed: every event that was received comes first, then the loop throws a {@link StreamException}.
 * What has been received is always in {@link #snapshot} and in the exception.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="stream"}
 */
public final class MessageStream implements Iterable<StreamEvent>, AutoCloseable {
    static {
        InternalParts.share(MessageStream.class, BrokenAnswer.class, stream -> stream.reader::cancelBroken);
        InternalParts.share(
                MessageStream.class,
                KeptAnswer.class,
                stream -> new KeptAnswer(
                        () -> stream.reader.serverAnswer.tokenOfAll().map(ResumeToken::text),
                        stream.reader.serverAnswer::leaveRunning));
    }

    private final StreamProducer reader;
    private final StreamController controller;
    private final ChunkAggregator message;
    private final StreamConsumer consumer;
    private final AtomicBoolean iterated = new AtomicBoolean();

    MessageStream(StreamProducer reader, StreamController controller, ChunkAggregator message) {
        this.reader = reader;
        this.controller = controller;
        this.message = message;
        consumer = new StreamConsumer(reader, controller, message);
    }

    /**
     * The events, one by one, as they come. A stream is iterated once.
     *
     * @throws IllegalStateException if it is, or has been, iterated
     */
    @Override
    public Iterator<StreamEvent> iterator() {
        takeOnce();
        return new PullIterator<>("the stream", consumer::pull);
    }

    /** The events as a {@code java.util.stream}, closed with its terminal operation; see {@link #iterator()}. */
    public Stream<StreamEvent> events() {
        return AutoClosingStream.of(iterator(), this::close);
    }

    /** The words of the answer, piece by piece as they come; see {@link #events()}. */
    public Stream<String> text() {
        return chunks().map(MessageChunk::text).filter(text -> !text.isEmpty());
    }

    /** The addition of each event, in the neutral shape of {@link MessageChunk}; see {@link #events()}. */
    public Stream<MessageChunk> chunks() {
        return events().filter(new ServerToolFilter()).map(MessageChunk::of).filter(Objects::nonNull);
    }

    /**
     * Adds a handler. It runs on the consuming thread; what it throws ends the stream and reaches the consumer.
     *
     * @return this
     */
    public <H> MessageStream on(Signal<H, ?> signal, H handler) {
        consumer.handlers.add(signal, Objects.requireNonNull(handler, "handler"), false);
        return this;
    }

    /** Adds a handler that is called once and then removed; see {@link #on}. */
    public <H> MessageStream once(Signal<H, ?> signal, H handler) {
        consumer.handlers.add(signal, Objects.requireNonNull(handler, "handler"), true);
        return this;
    }

    /** Removes a handler that was added, once if it was added several times. */
    public <H> MessageStream off(Signal<H, ?> signal, H handler) {
        consumer.handlers.remove(signal, handler);
        return this;
    }

    /**
     * Consumes the stream on this thread until a signal comes.
     *
     * @return the first argument of the signal's handlers. {@code CONNECT}, {@code MESSAGE}, {@code FINAL_MESSAGE},
     *     {@code ERROR} and {@code ABORT} return at once if they have come already. Empty if the stream ends without
     *     the signal, or for {@code END}
     * @throws StreamException if the stream fails or is stopped, unless that is what is awaited
     */
    public <H, V> Optional<V> await(Signal<H, V> signal) {
        return new SignalWait<>(consumer, signal).run();
    }

    /**
     * Runs the stream to its end on this thread. Returns at once if it has ended.
     *
     * @throws StreamException if it failed, its thread was interrupted or its client closed; not if its caller cancelled it or
     *     it met a limit of the caller's
     */
    public void done() {
        StreamEvent event;
        do {
            event = consumer.pull();
        } while (event != null);
    }

    /**
     * Runs the stream to its end on this thread and returns the whole message.
     *
     * @throws StreamException if there is no whole message for any reason; its {@code partial()} is the message so far
     */
    public Message finalMessage() {
        done();
        Optional<StreamException> failure = endReason().flatMap(EndReason::toException);
        if (failure.isPresent()) {
            throw consumer.withPartial(failure.get());
        }
        return message.snapshot();
    }

    /** The words of {@link #finalMessage()}; empty if it has none. */
    public String finalText() {
        return finalMessage().text();
    }

    /**
     * Runs the stream to its end on this thread and returns the words of {@link #finalMessage()} as a record or bean: the
     * answer to {@link dev.sluice.message.MessageRequest.Builder#output}.
     *
     * @throws StreamException if there is no whole message. It is a {@link StreamException.ProtocolError} if there is
     *     one whose words do not fit the class. Its message then says which part does not fit, and if the answer was
     *     cut or refused; its {@code partial()} is the answer
     */
    public <T> T finalMessageAs(Class<T> type) {
        return read(message -> message.textAs(type));
    }

    /** The same for a type with parameters, such as a list, or for a sealed interface of records. */
    public <T> T finalMessageAs(JsonSchema.TypeToken<T> type) {
        return read(message -> message.textAs(type));
    }

    private <T> T read(Function<Message, T> reader) {
        Message whole = finalMessage();
        try {
            return reader.apply(whole);
        } catch (IllegalArgumentException e) {
            throw consumer.withPartial(new StreamException.ProtocolError(String.valueOf(e.getMessage()), e));
        }
    }

    /** {@link Message#partialTextAs} of the {@link #snapshot}: the answer so far as a record or bean. For any thread. */
    public <T> Optional<T> partialAs(Class<T> type) {
        return snapshot().partialTextAs(type);
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
            Optional<ResponseInfo> info = reader.heads.await();
            if (info.isPresent()) {
                return info.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            StreamStops.cancelUnasked(controller, "interrupted while waiting for the response");
        }
        throw consumer.withPartial(endReason().flatMap(EndReason::toException).orElseThrow());
    }

    /** Times and sizes so far. For any thread. */
    public StreamMetrics metrics() {
        return reader.metrics(message.usage().outputTokens());
    }

    /** The controller of this stream. */
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

    /**
     * A text with which {@link LlmClient#resume(String)} goes on behind the last event that this stream has handed out: after a
     * failure, or in another program. Empty if the server does not keep the answer, has not named it yet, or was told to cancel it, if
     * all of it was handed out, and for a {@link Failover}. For any thread; exact on the thread that consumes.
     *
     * <p>Only answers in the background are kept, as {@code put("background", true)} asks for at OpenAI and at Gemini's interactions,
     * and not for long: see the pages of the vendors. The text has the answer's id, and neither a key nor a word. It is not
     * signed: to take over an answer from a text that a stranger could have made is to show the stranger's choice of answers of
     * your account.
     */
    public Optional<String> resumeToken() {
        return reader.serverAnswer.token().map(ResumeToken::text);
    }

    /**
     * Ends this stream as {@link #cancel} does, and leaves the answer to the server, which finishes it. For a program that
     * stops, and hands the answer on. For any thread. If another one consumes, ask for {@link #resumeToken} when its loop has ended.
     *
     * @return {@link #resumeToken()}
     * @throws IllegalStateException if that is empty; the stream then goes on
     */
    public String detach() {
        String token = resumeToken()
                .filter(unused -> reader.serverAnswer.leaveRunning())
                .orElseThrow(() -> new IllegalStateException("this answer cannot be resumed: it is not made in the"
                        + " background, not named yet, complete, or cancelled"));
        controller.cancel("detached");
        return resumeToken().orElse(token);
    }

    /** Whether no more events will be delivered. */
    public boolean isEnded() {
        return endReason().isPresent();
    }

    /** Whether it ended with a failure. */
    public boolean isErrored() {
        return endReason().filter(EndReason::isFailure).isPresent();
    }

    /** Whether it was cancelled or met a limit of the caller's. */
    public boolean isAborted() {
        return endReason().filter(EndReason::isAbort).isPresent();
    }

    /** How the stream ended; empty while events may still be delivered. */
    public Optional<EndReason> endReason() {
        return consumer.endReason();
    }

    /**
     * Cancels the stream if it has not ended. Never waits for the server. For any thread; a second call does nothing. If no
     * thread is waiting for an event or in a handler, the handlers of the end are called on this one.
     */
    @Override
    public void close() {
        consumer.close();
    }

    /** The thread that reads, for tests that see it end. */
    Thread reader() {
        return reader.thread;
    }

    private void takeOnce() {
        if (!iterated.compareAndSet(false, true)) {
            throw new IllegalStateException("this stream has been iterated; it can be only once");
        }
    }
}
