package dev.sluice.stream;

import dev.sluice.control.Deadlines;
import dev.sluice.control.EndReason;
import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.Failed;
import dev.sluice.control.EndReason.LimitReached;
import dev.sluice.control.EventQueue;
import dev.sluice.control.MonitoredInputStream;
import dev.sluice.control.RateLimits;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.control.StreamException.TimedOut;
import dev.sluice.control.Throwables;
import dev.sluice.control.Time;
import dev.sluice.control.Timeouts;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.resilience.Attempts;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader's side of one stream: asks, asks again where that may help, and queues what is answered, on a virtual thread of
 * its own that runs none of the caller's code before the end.
 *
 * <p>To stop it is to end the queue, which frees the consumer at once, and then to interrupt the reader, which gives the
 * connection up or ends its wait for the next try. It holds nothing of the consumer's side, so that an abandoned stream can
 * be found by the garbage collector.
 */
final class Production implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Production.class);

    /** How long the reader may take to give up a request that met a time limit; only a transport deaf to interrupts does. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final LlmClient client;
    private final String model;
    private final TransportRequest first; // without its headers and its body
    private final Reading reading;
    private final Consumer<Production> onExit;
    private final Time time;
    private final Attempts attempts;
    private final @Nullable Joint joint;
    private final Deadlines deadlines;
    private final Journal journal;

    /** What counts for the caller's budget; null if there is none. */
    final @Nullable Tab tab;

    final Recorder recorder;

    /**
     * Holds {@link ResponseInfo}s and the {@link StreamEvent}s that follow them, or the one answer of a {@link
     * Reading.Lookup}: all that the consumer learns, in order.
     */
    final EventQueue<Object> queue;

    /** Empty if the stream ended before there was one. */
    private final CompletableFuture<Optional<ResponseInfo>> firstHead = new CompletableFuture<>();

    private volatile @Nullable ResponseInfo head;
    private volatile @Nullable String requestId;
    private volatile @Nullable Exchange exchange;

    private final Thread thread;

    /** What went wrong with the try before. */
    private volatile @Nullable StreamException before;

    // Owned by the reader. What may be sent is null once it is answered or given up: it may be a long conversation.
    private @Nullable TransportRequest request;
    private boolean secondChance = true;
    private boolean answered;
    private long unqueuedBytes;

    /**
     * A production that has not started.
     *
     * @param model the model that is asked; empty if none is
     * @param first the first request
     * @param reading how its answer is read, and that of each that follows it
     */
    Production(
            LlmClient client,
            String model,
            TransportRequest first,
            Reading reading,
            Timeouts timeouts,
            String name,
            Consumer<Production> onExit,
            @Nullable Budget budget) {
        this.client = client;
        this.model = model;
        request = first;
        this.first = new TransportRequest(first.method(), first.uri(), Map.of(), new byte[0]);
        this.reading = reading;
        this.onExit = onExit;
        tab = budget == null ? null : budget.open();
        time = client.time();
        attempts = client.resilience().attempts(time);
        joint = reading instanceof Reading.Streamed(Joint goesOn) ? goesOn : null;
        queue = new EventQueue<>(client.queueCapacity(), client.queueBytes());
        recorder = new Recorder(time);
        deadlines = new Deadlines(time, timeouts, this::timedOut);
        journal = new Journal(name, first.toString());
        thread = Thread.ofVirtual().name(name).unstarted(this);
    }

    void start() {
        deadlines.start();
        awaitBudget();
        thread.start();
    }

    /** Ends the stream now, whatever is queued, and gives the connection up. Returns whether it had not ended before. */
    boolean stop(EndReason reason) {
        if (!queue.abort(reason)) {
            return false;
        }
        endHeads();
        thread.interrupt();
        return true;
    }

    Thread reader() {
        return thread;
    }

    /** What an abandoned stream's cleaner runs; does nothing after the end. */
    void abandoned() {
        if (stop(new Cancelled("abandoned without close()"))) {
            log.warn("{} was abandoned before its end; close streams with try-with-resources", thread.getName());
        }
    }

    /** The provider's id of the last request; null before its headers, or if it gave none. */
    @Nullable
    String requestId() {
        return requestId;
    }

    /** The head of the last response that was a stream; waits for the first one. Empty if there will be none. */
    Optional<ResponseInfo> head() throws InterruptedException {
        try {
            return firstHead.get().map(found -> head == null ? found : head);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The head of the last response that was a stream; null as long as there is none. */
    @Nullable
    ResponseInfo headSoFar() {
        return head;
    }

    @Override
    public void run() {
        try {
            produce();
        } catch (InterruptedException e) {
            interrupted();
        } catch (StreamException e) { // no permission for the next request
            fail(because(e, before));
        } catch (Throwable e) { // a mistake of ours, or of the caller's Resilience4j listeners
            fail(new ProtocolError("Reading the answer to " + first + " failed: " + Throwables.describe(e), e));
        } finally {
            exit();
        }
    }

    private void exit() {
        request = null;
        deadlines.stop();
        if (tab != null) {
            tab.close();
        }
        recorder.ended();
        endHeads();
        onExit.accept(this);
        report();
    }

    private void produce() throws InterruptedException {
        if (queue.ended().isPresent()) {
            return; // cancelled before it began: no request is sent
        }
        try (attempts) {
            attempts.enter();
            ask();
        }
    }

    /** Request after request, until one is answered to its end or nothing more can be tried. */
    private void ask() throws InterruptedException {
        boolean again = true;
        while (again) {
            Exchange current = begin();
            try {
                run(current);
                again = false;
            } catch (StreamException failure) {
                again = mayGoOn(failure);
            }
        }
    }

    private Exchange begin() throws InterruptedException {
        awaitBudget();
        attempts.begin();
        Optional<LimitReached> exhausted = tab == null ? Optional.empty() : tab.admit();
        if (exhausted.isPresent()) {
            attempts.unsent();
            refuse(exhausted.get());
            throw new InterruptedException();
        }
        answered = false;
        journal.connecting();
        var next = new Exchange(this, client, request().toString(), reading);
        exchange = next;
        deadlines.begin(timeout -> timedOut(next, timeout));
        return next;
    }

    private void run(Exchange current) throws InterruptedException {
        try {
            current.run();
        } finally {
            exchange = null;
            queue.flush();
            deadlines.pause();
        }
        if (queue.ended().isEmpty()) {
            throw new IllegalStateException("an exchange came to its end, and the stream did not");
        }
        attempts.succeeded();
    }

    /** Whether there is something to send after a failure; if not, the stream has failed with it. */
    private boolean mayGoOn(StreamException failure) throws InterruptedException {
        if (queue.ended().isPresent()) { // stopped meanwhile: that is why
            throw new InterruptedException();
        }
        Optional<Duration> delay = attempts.failed(failure);
        if (delay.isEmpty()) {
            request = goingOn(failure).orElse(null);
        }
        before = because(failure, before);
        if (delay.isPresent()) {
            recorder.retried();
            journal.retrying(failure, attempts.retries() + 1, delay.get());
            awaitBudget();
            time.sleep(delay.get());
        } else if (request == null) {
            fail(failure);
        }
        return request != null;
    }

    /** A request is to be sent: it is refused when the budget is exhausted before that. */
    private void awaitBudget() {
        if (tab != null) {
            tab.await(this::refuse);
        }
    }

    /** Ends the stream behind what is queued: the budget is exhausted. */
    private void refuse(LimitReached limit) {
        if (queue.end(limit)) {
            endHeads();
            thread.interrupt();
        }
    }

    private Optional<TransportRequest> goingOn(StreamException failure) {
        Optional<MessageRequest> next = joint == null ? Optional.empty() : joint.next(failure);
        next.ifPresent(request -> journal.continuing(failure, recorder.continued()));
        return next.map(client.provider()::streamRequest);
    }

    /** What is to be sent now. */
    TransportRequest request() {
        TransportRequest next = Objects.requireNonNull(request, "request");
        return client.resilience()
                .retryCountHeader()
                .map(name -> next.withDefaultHeader(name, String.valueOf(attempts.retries())))
                .orElse(next);
    }

    /** Whether a request that was never answered may be sent again at once: one of the stream's may. */
    boolean secondChance() {
        boolean had = secondChance;
        secondChance = false;
        return had;
    }

    /** Takes the head of any response, and gives its body back, watched. */
    InputStream headed(TransportResponse response, @Nullable String id, @Nullable RateLimits limits) {
        deadlines.headersArrived();
        recorder.headersArrived();
        requestId = id;
        if (limits != null) {
            attempts.told(limits);
        }
        journal.connected(response.status(), id);
        return new MonitoredInputStream(
                response.body(),
                queue::flush,
                deadlines,
                recorder::received,
                client.limits().maxStreamBytes());
    }

    /** The head of a stream. */
    boolean connected(ResponseInfo info) throws InterruptedException {
        head = info;
        firstHead.complete(Optional.of(info));
        return queue.put(info, 0);
    }

    /**
     * Takes an event of the request that is being read, and waits for room for another.
     *
     * @param bytes what it took on the wire
     */
    void heard(StreamEvent event, long bytes) {
        unqueuedBytes += bytes;
        if (!answered && !(event instanceof Ping)) {
            answered = true;
            attempts.answered(); // no retry from here on
            request = null;
        }
        if (joint == null) {
            hand(event);
        } else {
            joint.accept(event, this::hand);
        }
        if (!(event instanceof Ping)) {
            deadlines.content();
        }
    }

    /** Takes an answer that is no message: all of it. */
    void found(Object answer) {
        deadlines.stop();
        queue.end(answer, new Completed());
    }

    Timeouts timeouts() {
        return deadlines.limits();
    }

    /** Queues an event. */
    private void hand(StreamEvent event) {
        Optional<LimitReached> exhausted = tab == null ? Optional.empty() : tab.count(event);
        if (recorder.received(event)) {
            recorder.timeToFirstContent().ifPresent(journal::firstToken);
        }
        if (event instanceof MessageStop || exhausted.isPresent()) {
            deadlines.stop();
            queue.end(event, exhausted.isPresent() ? exhausted.get() : new Completed());
            exhausted.ifPresent(limit -> thread.interrupt()); // gives the connection up
            return;
        }
        try {
            queue.put(event, unqueuedBytes);
            unqueuedBytes = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ends the exchange
        }
    }

    /** The timer runs this when the whole has taken too long. What the server said no with comes first. */
    private void timedOut(TimedOut total) {
        Exchange current = exchange;
        StreamException refused = current == null ? null : current.refusal();
        fail(because(refused == null ? total : refused, before));
        thread.interrupt();
    }

    /** The timer runs this when a request has; it may be tried again. */
    private void timedOut(Exchange late, TimedOut timeout) {
        late.giveUp(timeout);
        time.schedule(PATIENCE, () -> {
            if (!late.isOver()) {
                fail(timeout);
            }
        });
    }

    /** A failure, and with it what had failed before. */
    private static StreamException because(StreamException failure, @Nullable StreamException before) {
        if (before != null && !holds(before, failure)) {
            failure.addSuppressed(before);
        }
        return failure;
    }

    /** A continuation that goes astray fails with what made it necessary, which may have been noted before. */
    private static boolean holds(Throwable failure, Throwable sought) {
        return failure.equals(sought)
                || Arrays.stream(failure.getSuppressed()).anyMatch(suppressed -> holds(suppressed, sought));
    }

    /** The reader was interrupted: by whoever ended the stream, or else by somebody who has no business with it. */
    private void interrupted() {
        if (queue.ended().isEmpty()) {
            fail(new StreamException.ConnectionFailed(
                    "The reader of " + first + " was interrupted", new InterruptedException(), true));
        }
        if (queue.ended().orElseThrow() instanceof Failed(StreamException failure)) {
            var unused = attempts.failed(failure);
        }
        attempts.abandoned();
    }

    /** Ends the stream after what is queued. */
    private void fail(StreamException exception) {
        exception.received(exception.partial(), requestId);
        queue.end(new Failed(exception));
        endHeads();
    }

    /** Whoever waits for a response that will never be there is told why. */
    private void endHeads() {
        firstHead.complete(Optional.empty());
    }

    private void report() {
        try {
            StreamReport report = recorder.report(
                    client.provider(), first, model, requestId, queue.ended().orElseThrow());
            if (reading instanceof Reading.Lookup) {
                journal.told(report);
                return;
            }
            journal.ended(report);
            var unused = Thread.interrupted(); // it was for us, and not for who is told
            client.onEnd().accept(report);
        } catch (RuntimeException | Error e) { // it is the caller's, and the stream is over
            Throwables.warn(Production.class, thread.getName() + ": reporting its end failed", e);
        }
    }
}
