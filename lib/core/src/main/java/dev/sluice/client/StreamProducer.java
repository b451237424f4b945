package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.internal.EventQueue;
import dev.sluice.message.StreamEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What fills the queue of one {@link MessageStream}, on a virtual thread of its own. It holds nothing of the consumer's side, so that
 * an abandoned stream can be found by the garbage collector.
 *
 * <p>To stop it is to end the queue, which frees the consumer at once, and then to interrupt the thread.
 */
abstract class StreamProducer implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(StreamProducer.class);

    /**
     * Holds {@link ResponseInfo}s and the {@link StreamEvent}s that follow them, or the one answer of a {@link
     * ResponseMode.Lookup}: all that the consumer learns, in order. A {@code Runnable} in it is the consumer's to run.
     */
    final EventQueue<Object> queue;

    final MetricsRecorder recorder;
    final StreamSurroundings surroundings;
    final LatestHead heads = new LatestHead();

    /** The answer on the server, which the consumer tells how far it has come. */
    final ServerAnswer serverAnswer;

    final Thread thread;

    /**
     * A producer that has not started.
     *
     * @param serverAnswer the answer, of which nothing is known yet
     * @param surroundings the context and the observation that its thread runs in
     */
    StreamProducer(ClientConfig config, String name, ServerAnswer serverAnswer, StreamSurroundings surroundings) {
        this.serverAnswer = serverAnswer;
        queue = new EventQueue<>(config.queueCapacity(), config.queueBytes());
        recorder = new MetricsRecorder(config.time());
        this.surroundings = surroundings;
        thread = Thread.ofVirtual().name(name).unstarted(this);
    }

    abstract void start();

    /** Fills the queue and ends it. */
    abstract void read();

    @Override
    public final void run() {
        surroundings.run(this::read);
    }

    /** Ends the stream now, whatever is queued. Returns whether it had not ended before. For any thread; does not block. */
    boolean stop(EndReason reason) {
        if (!queue.abort(reason)) {
            return false;
        }
        heads.noMore();
        thread.interrupt();
        return true;
    }

    /** Another answer takes the place of one that broke off: has the server cancel it, unless the failure says that it has ended it. */
    void cancelBroken(StreamException failure) {
        if (!(failure instanceof ApiError)) {
            serverAnswer.cancel(thread.getName());
        }
    }

    /** What an abandoned stream's cleaner runs; does nothing after the end. */
    final void onAbandoned() {
        if (stop(new Cancelled("abandoned without close()"))) {
            surroundings.runApart(() -> log.warn(
                    "{} was abandoned before its end; close streams with try-with-resources", thread.getName()));
        }
    }

    /** The provider's id of the last request; null before its headers, or if it gave none. */
    abstract @Nullable String requestId();

    /** Whether to stop this stream may take a request of its own. */
    abstract boolean isCancelledOnServer();

    /** Times and sizes so far, of an answer of so many tokens. */
    StreamMetrics metrics(long outputTokens) {
        return recorder.metrics(outputTokens);
    }

    /** Whether a budget's alerts are to be called after this event. */
    abstract boolean hasAlerts(StreamEvent after);

    /** Calls the budget's alerts that fell due by this event. */
    abstract void runAlerts(StreamEvent after);

    /** Calls the budget's alerts that fell due by all that has come. */
    abstract void runAlerts();
}
