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
 * first event, a continuation after that. Each request first passes the gates and the budget. For the thread that calls {@link
 * #run}, which waits here; an interrupt ends every wait at once.
 */
final class RetryLoop implements RequestAttempt.Source {
    private final RequestGate gate;
    private final Optional<String> retryCountHeader;
    private final TimeSource time;
    private final @Nullable BudgetMeter meter;
    private final Listener listener;

    /** What may be sent; null once it is answered or given up, because it may be a long conversation. */
    private @Nullable TransportRequest request;

    private boolean reconnected;

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
     * @param meter counts for the budget; null if there is none
     */
    RetryLoop(ClientConfig config, TransportRequest first, @Nullable BudgetMeter meter, Listener listener) {
        request = first;
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
        StreamException previous = earlier;
        if (previous != null && !holds(previous, failure)) {
            failure.addSuppressed(previous);
        }
        return failure;
    }

    private void passGates() throws InterruptedException {
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
        if (delay.isEmpty()) {
            request = listener.continuationAfter(failure).orElse(null);
        }
        earlier = withPrevious(failure);
        if (delay.isPresent()) {
            listener.onRetry(failure, gate.retries() + 1, delay.get());
            awaitBudget();
            time.sleep(delay.get());
        } else if (request == null) {
            throw failure;
        }
    }

    /** A continuation that goes astray fails with what made it necessary, which may have been noted before. */
    private static boolean holds(Throwable failure, Throwable sought) {
        return failure.equals(sought)
                || Arrays.stream(failure.getSuppressed()).anyMatch(suppressed -> holds(suppressed, sought));
    }
}
