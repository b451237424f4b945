package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.RateLimits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.budget.Budget;
import dev.sluice.internal.Deadlines;
import dev.sluice.internal.MonitoredInputStream;
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.base.Throwables;
import dev.sluice.internal.budget.BudgetLedger;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.internal.continuation.ContinuationJoiner;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one stream, on a virtual thread of its own that runs none of the caller's code before the end: sends requests until one is
 * answered to its end, and queues what is answered. Nobody else touches the connection.
 *
 * <p>To interrupt its thread gives the connection up, or ends its wait for the next try.
 */
final class StreamReaderTask extends StreamProducer implements RequestAttempt.Listener, RetryLoop.Listener {
    /** How long the reader may take to give up a request that met a time limit; only a transport deaf to interrupts does. */
    private static final Duration INTERRUPT_GRACE = Duration.ofMillis(500);

    private final ClientConfig config;
    private final String model;
    private final TransportRequest first; // without its headers and its body
    private final ResponseMode mode;
    private final Consumer<StreamReaderTask> onExit;
    private final RetryLoop requests;
    private final @Nullable ContinuationJoiner joiner;
    private final Deadlines deadlines;
    private final StreamLog streamLog;
    private final EventDelivery delivery;

    /** What counts for the caller's budget; null if there is none. */
    private final @Nullable BudgetMeter meter;

    private volatile @Nullable String requestId;
    private volatile @Nullable RequestAttempt current;
    private volatile boolean sent;

    /** The reader's own: whether the current request has an event. */
    private boolean answered;

    /**
     * A task that has not started.
     *
     * @param model the model that is asked; empty if none is
     * @param first the first request
     * @param mode how its answer is read, and that of each that follows it
     * @param serverAnswer the answer, of which nothing is known yet
     * @param onExit is told when the thread is done, but for its report
     * @param surroundings the context and the observation that its thread runs in
     */
    StreamReaderTask(
            ClientConfig config,
            String model,
            TransportRequest first,
            ResponseMode mode,
            Timeouts timeouts,
            String name,
            ServerAnswer serverAnswer,
            Consumer<StreamReaderTask> onExit,
            @Nullable Budget budget,
            StreamSurroundings surroundings) {
        super(config, name, serverAnswer, surroundings);
        this.config = config;
        this.model = model;
        this.first = new TransportRequest(first.method(), first.uri(), Map.of(), new byte[0]);
        this.mode = mode;
        this.onExit = onExit;
        meter = budget == null
                ? null
                : InternalParts.of(budget, BudgetLedger.class).open();
        joiner = mode instanceof ResponseMode.Streamed(ContinuationJoiner continuing) ? continuing : null;
        requests = new RetryLoop(config, first, serverAnswer, meter, this);
        deadlines = new Deadlines(config.time(), timeouts, this::timedOut);
        streamLog = new StreamLog(name, first.toString(), surroundings.observation(), this::isStopped);
        delivery = new EventDelivery(queue, recorder, deadlines, streamLog, meter);
    }

    @Override
    void start() {
        deadlines.start();
        requests.awaitBudget();
        thread.start();
    }

    @Override
    @Nullable
    String requestId() {
        return requestId;
    }

    /** Whether a request passed the gates, so that it may have to be paid for. For any thread. */
    boolean hasSent() {
        return sent;
    }

    @Override
    boolean hasAlerts(StreamEvent after) {
        return meter != null && meter.hasAlerts(after);
    }

    @Override
    void runAlerts(StreamEvent after) {
        if (meter != null) {
            meter.runAlerts(after);
        }
    }

    @Override
    void runAlerts() {
        if (meter != null) {
            meter.runAlerts();
        }
    }

    /** Notes that no thread will be started, because starting the stream has failed. */
    void neverStarts(RuntimeException why) {
        surroundings
                .observation()
                .end(() -> recorder.outcome(
                        new Failed(new ProtocolError("The stream was not started: " + Throwables.describe(why), why))));
    }

    @Override
    void read() {
        try {
            if (queue.ended().isEmpty()) { // else cancelled before it began: no request is sent
                requests.run();
            }
        } catch (InterruptedException e) {
            if (queue.ended().isEmpty()) { // by somebody who has no business with it
                fail(new ConnectionFailed("The reader of " + first + " was interrupted", e, true));
            }
        } catch (StreamException e) {
            fail(e);
        } catch (Throwable e) { // a mistake of ours, or of the caller's Resilience4j listeners
            fail(new ProtocolError("Reading the answer to " + first + " failed: " + Throwables.describe(e), e));
        } finally {
            exit();
        }
    }

    private void exit() {
        deadlines.stop();
        if (meter != null) {
            meter.close();
        }
        recorder.ended();
        heads.noMore();
        if (queue.ended().filter(EndReason::isAbort).isPresent()) {
            serverAnswer.cancel(thread.getName());
        }
        onExit.accept(this);
        report();
    }

    @Override
    boolean isCancelledOnServer() {
        return serverAnswer.isCancellable();
    }

    @Override
    public void send() throws InterruptedException {
        streamLog.connecting();
        sent = true;
        answered = false;
        var attempt = new RequestAttempt(config, requests, serverAnswer::decoder, mode, deadlines.limits(), this);
        current = attempt;
        deadlines.beginRequest(timeout -> timedOut(attempt, timeout));
        try {
            attempt.run();
        } catch (StreamException | InterruptedException e) {
            EndReason end = queue.ended().orElse(null);
            if (end == null) {
                throw e;
            }
            var unused = Thread.interrupted(); // it was for the request, and not for who listens to the gates
            if (end instanceof Failed(StreamException failure)) {
                requests.onStreamFailed(failure);
            }
            throw new InterruptedException(); // stopped meanwhile: that is why
        } finally {
            current = null;
            queue.flush();
            deadlines.pause();
        }
        if (queue.ended().isEmpty()) {
            throw new IllegalStateException("an answer came to its end, and the stream did not");
        }
        var unused = Thread.interrupted(); // who stopped the stream just now has nothing more to stop
    }

    @Override
    public void onResume(StreamException failure, Duration delay) {
        streamLog.resuming(failure, recorder.resumed(), delay);
    }

    @Override
    public Optional<TransportRequest> continuationAfter(StreamException failure) {
        Optional<MessageRequest> next = joiner == null ? Optional.empty() : joiner.continuationRequest(failure);
        next.ifPresent(request -> {
            streamLog.continuing(failure, recorder.continued());
            cancelBroken(failure);
            serverAnswer.forget();
        });
        return next.map(config.provider()::streamRequest);
    }

    @Override
    public void onRetry(StreamException failure, int retry, Duration delay) {
        recorder.retried();
        streamLog.retrying(failure, retry, delay);
    }

    /** Ends the stream behind what is queued. */
    @Override
    public void onBudgetExhausted(LimitReached limit) {
        if (queue.end(limit)) {
            heads.noMore();
            thread.interrupt();
        }
    }

    @Override
    public boolean isStopped() {
        return queue.ended().isPresent();
    }

    @Override
    public InputStream onResponse(TransportResponse response, @Nullable String id, @Nullable RateLimits limits) {
        deadlines.headersArrived();
        recorder.headersArrived();
        requestId = id;
        if (limits != null) {
            requests.onRateLimits(limits);
        }
        streamLog.connected(response.status(), id);
        return new MonitoredInputStream(
                response.body(),
                queue::flush,
                deadlines,
                recorder::received,
                config.limits().maxStreamBytes());
    }

    @Override
    public boolean onHead(ResponseInfo info) throws InterruptedException {
        serverAnswer.onAccepted();
        heads.arrived(info);
        return queue.put(info, 0);
    }

    @Override
    public void onEvent(StreamEvent event, long bytes) {
        delivery.received(bytes);
        boolean isPing = event instanceof Ping;
        if (!answered && !isPing) {
            answered = true;
            requests.onFirstEvent();
        }
        if (serverAnswer.isReplayed(event)) {
            replayed(event);
        } else if (joiner == null) {
            delivery.deliver(event);
        } else {
            joiner.accept(event, delivery::deliver);
        }
        if (!isPing) {
            deadlines.content();
        }
    }

    private void replayed(StreamEvent event) {
        if (event instanceof MessageStop) {
            queue.flush();
            fail(new ProtocolError(
                    "The answer is complete, and has fewer events than were taken of it before: the token is of another"
                            + " answer, or the server sends the events otherwise than before",
                    null));
        } else {
            delivery.deliverReplayed(event);
        }
    }

    @Override
    public void onWholeAnswer(List<StreamEvent> answer) {
        if (meter != null) {
            meter.countWhole(answer);
        }
    }

    @Override
    public void onLookup(Object found) {
        deadlines.stop();
        queue.end(found, new Completed());
    }

    /** The timer runs this when the whole has taken too long. What the server said no with comes first. */
    void timedOut(TimedOut total) {
        RequestAttempt attempt = current;
        StreamException refused = attempt == null ? null : attempt.refusal();
        StreamException late = attempt == null ? total : attempt.explained(total);
        fail(requests.withPrevious(refused == null ? late : refused));
        thread.interrupt();
    }

    /** The timer runs this when a request has; it may be tried again. */
    private void timedOut(RequestAttempt late, TimedOut timeout) {
        TimedOut explained = late.explained(timeout);
        late.giveUp(explained);
        config.time().schedule(INTERRUPT_GRACE, () -> {
            if (!late.isOver()) {
                fail(explained);
            }
        });
    }

    /** Ends it after what is queued. */
    private void fail(StreamException exception) {
        StreamFailures.withPartial(exception, exception.partial(), requestId);
        queue.end(new Failed(StreamFailures.ofRequest(exception, first.toString(), recorder.retries())));
        heads.noMore();
    }

    /** What it comes to if it ends like this. For any thread. */
    StreamReport reportOf(EndReason end) {
        return recorder.report(config.provider(), first, model, requestId, end);
    }

    private void report() {
        try {
            StreamReport report = reportOf(queue.ended().orElseThrow());
            surroundings.observation().end(() -> recorder.outcome(report.end()));
            if (mode instanceof ResponseMode.Lookup) {
                streamLog.lookupEnded(report);
                return;
            }
            streamLog.ended(report);
            var unused = Thread.interrupted(); // it was for us, and not for who is told
            config.onEnd().accept(report);
        } catch (Throwable e) { // it is the caller's, and the stream is over
            Throwables.warn(StreamReaderTask.class, thread.getName() + ": reporting its end failed", e);
        }
    }
}
