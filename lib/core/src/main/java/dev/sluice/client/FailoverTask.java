package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.budget.Budget;
import dev.sluice.client.StreamReport.Hop.Reason;
import dev.sluice.internal.CallbackErrors;
import dev.sluice.internal.Deadlines;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.base.Throwables;
import dev.sluice.internal.continuation.ContinuationJoiner;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Fills the queue of a stream that several providers may answer, on a virtual thread of its own. Each provider's stream has its own
 * reader, retries and limits. This task moves its events on, and decides when it has failed: the next provider is asked, or the whole
 * fails.
 *
 * <p>To stop it is to end the queue, to stop the streams of all providers, and then to interrupt the thread.
 */
final class FailoverTask extends StreamProducer {
    private static final Logger log = LoggerFactory.getLogger("dev.sluice.stream");

    private final FailoverSettings settings;
    private final MessageRequest request;
    private final FailoverHop first;
    private final StreamController limits;
    private final @Nullable Budget budget;
    private final RunningRequests requests;
    private final Deadlines deadlines; // of the whole
    private final @Nullable ContinuationJoiner joiner;
    private final FailoverFailures failures = new FailoverFailures();

    /** The providers that were asked; the last of them is the one to name. */
    private final List<FailoverHop> hops = new CopyOnWriteArrayList<>();

    /** The one whose answer is moved on, or was last; null before. */
    private volatile @Nullable FailoverHop shown;

    private volatile boolean isLate;

    // The thread's own.
    private int next;
    private boolean begun;

    /** What the answer broke off with; null as long as it has not. */
    private @Nullable StreamException broken;

    /**
     * A task that has not started.
     *
     * @param first the stream of the first provider, prepared
     * @param controller what the consumer set; only its limits on time are used, because it may hold the stream
     * @param requests has this task until it is done
     */
    FailoverTask(
            FailoverSettings settings,
            MessageRequest request,
            FailoverHop first,
            StreamController controller,
            @Nullable Budget budget,
            String name,
            RunningRequests requests) {
        this(
                settings,
                request,
                first,
                controller,
                budget,
                name,
                requests,
                settings.first().sender().config());
    }

    private FailoverTask(
            FailoverSettings settings,
            MessageRequest request,
            FailoverHop first,
            StreamController controller,
            @Nullable Budget budget,
            String name,
            RunningRequests requests,
            ClientConfig config) {
        super(
                config,
                name,
                ServerAnswer.ofConnection(config), // of several answers, none can be handed on
                new StreamSurroundings(config.carrier().capture(), GuardedObservation.NONE));
        this.settings = settings;
        this.request = request;
        this.first = first;
        limits = controller.toBuilder().build();
        this.budget = budget;
        this.requests = requests;
        Timeouts total = Timeouts.none()
                .with(Phase.TOTAL, limits.timeouts(config.timeouts()).total());
        deadlines = new Deadlines(config.time(), total, this::timedOut);
        joiner = settings.midAnswer()
                ? new ContinuationJoiner(0, request, settings.first().provider())
                : null;
    }

    @Override
    void start() {
        deadlines.start();
        thread.start();
    }

    @Override
    boolean stop(EndReason reason) {
        boolean stopped = super.stop(reason);
        if (stopped) {
            stopHops(reason instanceof Cancelled(String why) ? why : "the stream has ended");
        }
        return stopped;
    }

    private void stopHops(String why) {
        hops.forEach(hop -> hop.stop(why));
    }

    @Override
    void read() {
        try {
            if (queue.ended().isEmpty()) { // else cancelled before it began: nobody is asked
                answer();
            }
        } catch (InterruptedException e) {
            if (queue.ended().isEmpty()) { // by somebody who has no business with it
                fail(new ConnectionFailed(thread.getName() + " was interrupted", e, true));
            }
        } catch (StreamException e) {
            fail(failures.whole(e));
        } catch (Throwable e) { // a mistake of ours, or of an observer's
            fail(new ProtocolError(thread.getName() + " failed: " + Throwables.describe(e), e));
        } finally {
            exit();
        }
    }

    private void exit() {
        deadlines.stop();
        stopHops("the stream has ended");
        if (!begun) { // its reader ends what its observers were told of
            first.stop("the stream was stopped before it began");
            hops.add(first);
            first.start();
        }
        recorder.ended();
        heads.noMore();
        requests.exited(this);
        try {
            var unused = Thread.interrupted(); // it was for us, and not for who is told
            settings.onEnd()
                    .accept(FailoverReport.of(
                            recorder, hops, request, queue.ended().orElseThrow()));
        } catch (Throwable e) { // it is the caller's, and the stream is over
            Throwables.warn(FailoverTask.class, thread.getName() + ": reporting its end failed", e);
        }
    }

    /** Has one provider after the other asked, until one has answered to the end. */
    private void answer() throws InterruptedException {
        Reason reason = Reason.FIRST;
        while (queue.ended().isEmpty()) {
            HedgeDelay hedge = broken == null ? settings.hedge() : null;
            FailoverHop hop = new HopRace(this::startNext, hedge, settings.time(), failures).run(reason);
            if (hop == null) {
                fail(failures.whole());
                return;
            }
            hops.stream().filter(other -> other != hop).forEach(FailoverHop::replaced);
            shown = hop;
            EndReason end;
            try {
                end = forward(hop);
            } finally {
                queue.flush(); // also what came before something went wrong
            }
            if (queue.ended().isPresent()) {
                return;
            }
            switch (end) {
                case Failed(StreamException failure) -> {
                    failures.add(hop.member, failure);
                    broken = failure;
                    if (joiner == null || !FailoverRules.continuesAfter(failure)) {
                        throw failure;
                    }
                    reason = Reason.CONTINUATION;
                }
                case LimitReached limit -> {
                    queue.end(limit);
                    heads.noMore();
                }
                case Cancelled(String why) -> requests.cancelUnasked(this, hop.member.name() + ": " + why);
                case Completed completed -> throw new IllegalStateException("an answer ended before its last event");
            }
        }
    }

    /** Starts the stream of the next provider that can be asked; null if there is none. */
    private @Nullable FailoverHop startNext(Reason reason) {
        FailoverHop hop = begun ? null : first;
        begun = true;
        while (hop == null
                && next + 1 < settings.members().size()
                && queue.ended().isEmpty()
                && !isLate) {
            hop = prepare(settings.members().get(++next), broken == null ? reason : Reason.CONTINUATION);
        }
        if (hop == null) {
            return null;
        }
        log.atLevel(hop.reason == Reason.FIRST ? Level.DEBUG : Level.INFO)
                .log("{}: {} is asked ({})", thread.getName(), hop.reader.thread.getName(), hop.reason);
        hops.add(hop);
        hop.start();
        if (queue.ended().isPresent()) { // meanwhile: here or in stop() it is stopped
            hop.stop("the stream has ended");
        }
        return hop;
    }

    /** The stream of a provider; null if it cannot be asked. */
    private @Nullable FailoverHop prepare(FailoverMember member, Reason reason) {
        try {
            Optional<MessageRequest> asked = Optional.of(member.request(request));
            StreamException cause = broken;
            if (joiner != null && cause != null) {
                asked = asked.flatMap(whole -> joiner.continuationRequest(cause, whole, member.provider()));
            }
            return asked.isPresent() ? FailoverHop.prepare(member, reason, asked.get(), limits, budget) : null;
        } catch (RuntimeException e) { // it has no field for something, or its client is closed
            log.warn("{}: {} is skipped: {}", thread.getName(), member.name(), Throwables.describe(e));
            failures.add(member, e);
            return null;
        }
    }

    /** Moves on what a provider says, to its end. */
    private EndReason forward(FailoverHop hop) throws InterruptedException {
        Object item = hop.take();
        while (item != null && queue.ended().isEmpty()) {
            switch (item) {
                case ResponseInfo info -> {
                    recorder.headersArrived();
                    heads.arrived(info);
                    queue.put(info, 0);
                }
                case StreamEvent event -> forward(event, hop);
                default -> throw new IllegalStateException("not for a stream: " + item.getClass());
            }
            if (hop.mayWait()) {
                queue.flush();
            }
            item = hop.take();
        }
        return hop.reader.queue.ended().orElse(new Cancelled("the stream has ended"));
    }

    private void forward(StreamEvent event, FailoverHop hop) throws InterruptedException {
        if (joiner == null) {
            enqueue(event, hop);
        } else {
            joiner.accept(event, joined -> enqueue(joined, hop));
        }
        if (hop.reader.hasAlerts(event)) {
            queue.put((Runnable) () -> hop.reader.runAlerts(event), 0);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void enqueue(StreamEvent event, FailoverHop hop) {
        recorder.received(0, settings.time().nanos());
        var unused = recorder.received(event);
        boolean isLast = event instanceof MessageStop;
        if (isLast || StreamEventSizes.isContent(event)) {
            hop.answered();
        }
        if (isLast) {
            deadlines.stop();
            queue.end(event, new Completed());
            return;
        }
        try {
            queue.put(event, StreamEventSizes.bytes(event));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ends the forwarding
        }
    }

    /** The timer runs this. What a server said no with comes first. */
    private void timedOut(TimedOut total) {
        isLate = true;
        StreamException late = total;
        for (FailoverHop hop : hops) {
            if (hop.reader.queue.ended().isEmpty()) {
                hop.reader.timedOut(total);
                if (hop.reader.queue.ended().orElseThrow() instanceof Failed(StreamException explained)) {
                    late = explained;
                }
            }
        }
        fail(failures.whole(late));
        thread.interrupt();
    }

    /** Ends it after what is queued. */
    private void fail(StreamException exception) {
        StreamFailures.withPartial(exception, exception.partial(), requestId(exception));
        queue.end(new Failed(exception));
        heads.noMore();
    }

    @Override
    StreamMetrics metrics(long outputTokens) {
        return FailoverReport.metrics(recorder, hops, outputTokens);
    }

    @Override
    @Nullable
    String requestId() {
        return requestId(queue.ended().orElse(null) instanceof Failed(StreamException failure) ? failure : null);
    }

    /** Of the provider whose failure this is: another one may have been asked since. */
    private @Nullable String requestId(@Nullable StreamException failure) {
        FailoverHop of = shown == null && !hops.isEmpty() ? hops.getLast() : shown;
        for (FailoverHop hop : hops) {
            if (failure != null && hop.reader.queue.ended().equals(Optional.of(new Failed(failure)))) {
                of = hop;
            }
        }
        return of == null ? null : of.reader.requestId();
    }

    @Override
    void cancelBroken(StreamException failure) {
        for (FailoverHop hop : hops) {
            if (hop.reader.queue.ended().orElse(null) instanceof Failed(StreamException own)) {
                hop.reader.cancelBroken(own);
            }
        }
    }

    /** Closing the clients waits for that. */
    @Override
    boolean isCancelledOnServer() {
        return false;
    }

    /** They are in the queue, behind the event. */
    @Override
    boolean hasAlerts(StreamEvent after) {
        return false;
    }

    @Override
    void runAlerts(StreamEvent after) {}

    @Override
    void runAlerts() {
        var callbacks = new CallbackErrors();
        hops.forEach(hop -> callbacks.run(hop.reader::runAlerts));
        callbacks.throwFirst();
    }
}
