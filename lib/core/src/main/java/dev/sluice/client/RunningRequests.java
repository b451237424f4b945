package dev.sluice.client;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.Timeouts;
import dev.sluice.budget.Budget;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.internal.StreamStops;
import dev.sluice.internal.base.Cancellation;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.transport.TransportRequest;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Starts the readers of one client, and cancels those that still run when the client is closed. For any thread. */
final class RunningRequests {
    private static final String CLOSED = "the client was closed";

    /** How long closing waits for the requests that cancel answers on the server. */
    private static final Duration CANCELLATIONS = Duration.ofSeconds(1);

    private final ClientConfig config;
    private final ClientLifetime lifetime;
    private final AtomicLong started = new AtomicLong();

    /** Weakly, for a controller's callbacks may hold their stream, and that shall be found if it is forgotten. */
    private final Map<StreamProducer, WeakReference<StreamController>> running = new ConcurrentHashMap<>();

    RunningRequests(ClientConfig config, ClientLifetime lifetime) {
        this.config = config;
        this.lifetime = lifetime;
    }

    /**
     * Makes a reader that its controller can cancel.
     *
     * @throws IllegalStateException if the controller has a stream already
     */
    StreamReaderTask prepare(
            TransportRequest wire,
            String model,
            ResponseMode mode,
            Timeouts timeouts,
            StreamController controller,
            ServerAnswer serverAnswer,
            @Nullable Budget budget,
            StreamSurroundings surroundings) {
        String name = "sluice-" + config.provider().name() + "-" + nextNumber();
        var reader = new StreamReaderTask(
                config, model, wire, mode, timeouts, name, serverAnswer, this::exited, budget, surroundings);
        try {
            attach(reader, controller);
        } catch (RuntimeException e) {
            reader.neverStarts(e);
            throw e;
        }
        return reader;
    }

    /**
     * Lets a controller cancel a stream.
     *
     * @throws IllegalStateException if the controller has a stream already
     */
    static void attach(StreamProducer reader, StreamController controller) {
        InternalParts.of(controller, Cancellation.class)
                .attach(reason -> reader.stop(new Cancelled(reason)), reader.surroundings.context()::run);
    }

    /** The number of the next stream of this client, for its name. */
    long nextNumber() {
        return started.incrementAndGet();
    }

    /** Starts a reader that was prepared. */
    void launch(StreamProducer reader, StreamController controller) {
        running.put(reader, new WeakReference<>(controller));
        if (lifetime.isClosed()) { // meanwhile: here or in cancelAll() it is cancelled, before there is a request
            StreamStops.cancelUnasked(controller, CLOSED);
        }
        reader.start();
    }

    /** Forgets a reader that is done. */
    void exited(StreamProducer reader) {
        WeakReference<StreamController> weakly = running.remove(reader);
        StreamController controller = weakly == null ? null : weakly.get();
        if (controller != null) {
            StreamStops.readerEnded(controller, reader.queue.ended().orElseThrow());
        }
    }

    /** Cancels all that run, without waiting, and returns the threads that may now cancel an answer on the server. */
    List<Thread> cancelAll() {
        List<Thread> cancelling = running.keySet().stream()
                .filter(StreamProducer::isCancelledOnServer)
                .map(reader -> reader.thread)
                .toList();
        running.keySet().forEach(reader -> cancelUnasked(reader, CLOSED));
        return cancelling;
    }

    /** Cancels a stream whose consumer did not ask for it. Does not wait. */
    void cancelUnasked(StreamProducer reader, String reason) {
        WeakReference<StreamController> weakly = running.get(reader);
        StreamController controller = weakly == null ? null : weakly.get();
        if (controller != null) {
            StreamStops.cancelUnasked(controller, reason);
        } else {
            reader.stop(new Cancelled(reason));
        }
    }

    /** Waits, for a second at most, until these threads are done and no answer is being cancelled on the server. */
    void awaitServerCancellations(List<Thread> cancelling) {
        config.cancellations().await(cancelling, CANCELLATIONS, config.time());
    }

    /** How many requests have a reader. */
    int size() {
        return running.size();
    }
}
