package dev.sluice.client;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.RateLimits;
import dev.sluice.StreamException;
import dev.sluice.TimeSource;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.internal.resilience.RequestGate;
import dev.sluice.internal.resilience.RequestGates;
import dev.sluice.transport.TransportRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Has a stream's request sent, and decides after each failure whether, when and what is sent again: the same request before its
 * first event; after that a request for the rest of the answer, if the server keeps it, or else a continuation. Each request first passes the gates and the budget. For the thread that calls {@link
 * #run}, which waits here; an interrupt ends every wait at once.
 */
final class RetryLoop implements RequestAttempt.Source {
    /** How often in a row an answer is resumed without a new event. */
    static final int RESUMES_IN_VAIN = 5;

    private final RequestGate gate;
    private final Optional<String> retryCountHeader;
    private final TimeSource time;
    private final ServerAnswer answer;
    private final @Nullable BudgetMeter meter;
    private final Listener listener;

    /** What may be sent; null once it is answered or given up, because it may be a long conversation. */
    private @Nullable TransportRequest request;

    private boolean reconnected;

    /** Whether what is sent gets the rest of an answer, and how often such a request was in vain since there was a new event. */
    private boolean resuming;

    private int inVain;

    /** What the connection of a kept answer failed with, until there is a new event. The failures of resuming it are suppressed in it. */
    private volatile @Nullable StreamException broken;

    /** What went wrong so far: the last failure, with those before it suppressed in it. */
    private volatile @Nullable StreamException earlier;

    /** What the loop needs of its stream. All but the last is called by the thread that runs the loop. */
    interface Listener {
        /**
         * Sends {@link RetryLoop#request} and returns when the answer is complete.
         *
         * @throws StreamException if the request failed
         * @throws InterruptedException if the stream has ended, or somebody else has interrupted the thread
         */
        void send() throws InterruptedException;

        /** The answer is resumed after a delay. */
        void onResume(StreamException failure, Duration delay);

        /** The request that continues the answer that broke off; empty if it cannot or may not be continued. */
        Optional<TransportRequest> continuationAfter(StreamException failure);

        /** A request failed, and is sent again after a delay. */
        void onRetry(StreamException failure, int retry, Duration delay);

        /** No request is sent any more. Perhaps on the thread of another stream, while this one waits. Must not block. */
        void onBudgetExhausted(LimitReached limit);
    }

    /**
     * A loop that has not begun.
     *
     * @param answer what is resumed, if it can be; if another stream has begun it, the first request is to get it
     * @param meter counts for the budget; null if there is none
     */
    RetryLoop(
            ClientConfig config,
            TransportRequest first,
            ServerAnswer answer,
            @Nullable BudgetMeter meter,
            Listener listener) {
        request = first;
        this.answer = answer;
        resuming = answer.isTakenOver();
        inVain = resuming ? 1 : 0;
        time = config.time();
        RequestGates gates = InternalParts.of(config.resilience(), RequestGates.class);
        gate = gates.open(time);
        retryCountHeader = gates.retryCountHeader();
        this.meter = meter;
        this.listener = listener;
    }

    /**
     * Has request after request sent, until one is answered to its end.
     *
     * @throws StreamException if nothing more can be tried; what was tried before is suppressed in it
     * @throws InterruptedException as {@link Listener#send} does, or if the budget is exhausted before a request was sent
     */
    void run() throws InterruptedException {
        try (gate) {
            gate.acquire();
            boolean again = true;
            while (again) {
                passGates();
                try {
                    listener.send();
                    gate.onSuccess();
                    again = false;
                } catch (StreamException failure) {
                    prepareNext(failure);
                }
            }
        } catch (StreamException failure) {
            throw withPrevious(failure);
        } finally {
            request = null;
        }
    }

    /** What is to be sent now. */
    @Override
    public TransportRequest request() {
        TransportRequest next = Objects.requireNonNull(request, "request");
        return retryCountHeader
                .map(name -> next.withDefaultHeader(name, String.valueOf(gate.retries())))
                .orElse(next);
    }

    /** Whether a request that was never answered may be sent again at once, on another connection: once per stream. */
    @Override
    public boolean mayReconnect() {
        boolean may = !reconnected;
        reconnected = true;
        return may;
    }

    /** A response told these limits. */
    void onRateLimits(RateLimits limits) {
        gate.onRateLimits(limits);
    }

    /** The first event of an answer is there: the request is not sent again. */
    void onFirstEvent() {
        gate.onFirstEvent();
        request = null;
        broken = null;
        inVain = 0;
    }

    /** The stream failed while its request ran, by a time limit for instance. No other request is sent. */
    void onStreamFailed(StreamException failure) {
        gate.onStreamFailure(failure);
    }

    /** The next request waits to be sent, and is refused if the budget is exhausted meanwhile. Any thread may call it before {@link #run}. */
    void awaitBudget() {
        if (meter != null) {
            meter.await(listener::onBudgetExhausted);
        }
    }

    /** A failure, with what had failed before suppressed in it. For any thread. */
    StreamException withPrevious(StreamException failure) {
        StreamException previous = broken == null ? earlier : broken;
        if (previous != null && !holds(previous, failure)) {
            failure.addSuppressed(previous);
        }
        return failure;
    }

    private void passGates() throws InterruptedException {
        if (resuming) {
            gate.beforeResume();
            return;
        }
        awaitBudget();
        gate.beforeRequest();
        Optional<LimitReached> exhausted =
                meter == null ? Optional.empty() : meter.admit(); // last: the gates take time
        if (exhausted.isPresent()) {
            gate.onNotSent();
            listener.onBudgetExhausted(exhausted.get());
            var unused = Thread.interrupted(); // as everybody does who throws this
            throw new InterruptedException();
        }
    }

    /** Decides what is sent after a failure, and waits as long as it must. Throws the failure if nothing is. */
    private void prepareNext(StreamException failure) throws InterruptedException {
        Optional<Duration> delay = gate.onFailure(failure);
        if (delay.isPresent()) {
            earlier = withPrevious(failure);
            listener.onRetry(failure, gate.retries() + 1, delay.get());
            awaitBudget();
            time.sleep(delay.get());
        } else if (!resume(failure)) {
            continueAfter(Objects.requireNonNull(broken, "broken"));
        }
    }

    /** Prepares to resume the answer, and waits as long as it must. Returns false if that cannot be, or has been in vain too often. */
    private boolean resume(StreamException failure) throws InterruptedException {
        if (answer.hasProgressed()) { // without an event for the caller, or the count would be zero by now
            broken = null;
            inVain = Math.min(inVain, RESUMES_IN_VAIN - 1);
        }
        StreamException cause = broken;
        if (cause == null) {
            broken = withPrevious(failure);
        } else if (!holds(cause, failure)) {
            cause.addSuppressed(failure);
        }
        Optional<TransportRequest> next = inVain == RESUMES_IN_VAIN ? Optional.empty() : answer.resumeRequest(failure);
        Optional<Duration> delay = next.flatMap(unused -> RequestGate.resumeDelay(failure, inVain));
        if (delay.isEmpty()) {
            return false;
        }
        request = next.orElseThrow();
        resuming = true;
        inVain++;
        listener.onResume(failure, delay.get());
        time.sleep(delay.get());
        return true;
    }

    /** Prepares the continuation of an answer that broke off; throws the failure if there is none. */
    private void continueAfter(StreamException failure) {
        request = listener.continuationAfter(failure).orElse(null);
        broken = null;
        resuming = false;
        inVain = 0;
        earlier = failure;
        if (request == null) {
            throw failure;
        }
    }

    /** A continuation that goes astray fails with what made it necessary, which may have been noted before. */
    private static boolean holds(Throwable failure, Throwable sought) {
        return failure.equals(sought)
                || Arrays.stream(failure.getSuppressed()).anyMatch(suppressed -> holds(suppressed, sought));
    }
}
