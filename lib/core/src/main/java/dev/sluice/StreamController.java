package dev.sluice;

import dev.sluice.Timeouts.Phase;
import dev.sluice.context.CallerContext;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.Throwables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Bounds one stream and stops it. A controller belongs to one stream: it is handed over when the stream is started, and
 * {@link #cancel} may be called by any thread, at any moment, before that too. Nothing here blocks.
 */
public final class StreamController {
    private final Map<Phase, Duration> timeouts;
    private final OptionalInt maxChunks;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final List<Runnable> callbacks;
    private @Nullable Predicate<String> stream;
    private @Nullable String cancelReason;
    private boolean ended;

    /** What the thread that started the stream carried; in force in the callbacks. */
    private volatile CallerContext context = CallerContext.EMPTY;

    private StreamController(Builder builder) {
        timeouts = Map.copyOf(builder.timeouts);
        maxChunks = builder.maxChunks;
        callbacks = new ArrayList<>(builder.callbacks);
    }

    /** A controller with a limit on the whole stream's time. */
    public static StreamController withTimeout(Duration total) {
        return builder().timeout(total).build();
    }

    /** A controller with a limit on the events that are handed out. */
    public static StreamController withChunkLimit(int maxChunks) {
        return builder().maxChunks(maxChunks).build();
    }

    /** A controller with no limits of its own, to cancel with. */
    public static StreamController withCancellation() {
        return builder().build();
    }

    /** A controller with nothing set: the client's limits hold. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the limits on time of this one, for another stream of the same work; without its callbacks. */
    public Builder toBuilder() {
        Builder builder = builder();
        builder.timeouts.putAll(timeouts);
        return builder;
    }

    /** Stops the stream; see {@link #cancel(String)}. */
    public void cancel() {
        cancel("cancelled by the caller");
    }

    /**
     * Stops the stream: a thread that waits for it returns at once, what is queued is dropped, the connection is given up. Then
     * the {@code onCancel} callbacks run, on a virtual thread of their own; this method does not wait for them. Only the first
     * call counts, and none after the stream has ended.
     *
     * @param reason why, for {@link EndReason.Cancelled} and the exception
     */
    public void cancel(String reason) {
        Objects.requireNonNull(reason, "reason");
        List<Runnable> toRun;
        lock.lock();
        try {
            if (cancelReason != null || ended) {
                return;
            }
            if (stream != null && !stream.test(reason)) {
                ended = true;
                return;
            }
            cancelReason = reason;
            toRun = List.copyOf(callbacks);
        } finally {
            lock.unlock();
        }
        start(toRun);
    }

    /** Whether {@link #cancel} was called before the stream's end. */
    public boolean isCancelled() {
        return cancelReason().isPresent();
    }

    /** Why the stream was cancelled, if it was. */
    public Optional<String> cancelReason() {
        lock.lock();
        try {
            return Optional.ofNullable(cancelReason);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds something to run, once, when the stream is cancelled; at once if it has been. It runs on a virtual thread, after the
     * callbacks that were added before it, and holds up nothing else. What it throws is logged and goes no further.
     */
    public void onCancel(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        lock.lock();
        try {
            if (cancelReason == null) {
                callbacks.add(callback);
                return;
            }
        } finally {
            lock.unlock();
        }
        start(List.of(callback));
    }

    /** The given limits, with those that this controller sets in their place. */
    public Timeouts timeouts(Timeouts clients) {
        Timeouts merged = clients;
        for (var limit : timeouts.entrySet()) {
            merged = merged.with(limit.getKey(), limit.getValue());
        }
        return merged;
    }

    /** How many events the stream hands out at most. */
    public OptionalInt maxChunks() {
        return maxChunks;
    }

    /**
     * Takes the stream that is to be steered; called by the client that starts it.
     *
     * @param stop stops the stream for a reason and says whether it was still running; never blocks. Called at once if
     *     this was cancelled already
     * @throws IllegalStateException if this controller has a stream
     */
    public void attach(Predicate<String> stop) {
        attach(stop, CallerContext.EMPTY);
    }

    /** As {@link #attach(Predicate)}, for a stream whose caller's context the callbacks run in. */
    public void attach(Predicate<String> stop, CallerContext callers) {
        lock.lock();
        try {
            if (stream != null) {
                throw new IllegalStateException("controller: it steers a stream already; make one for each stream");
            }
            stream = stop;
            context = callers;
            if (cancelReason != null) {
                var unused = stop.test(cancelReason);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the stream has ended: from now on there is nothing to cancel. Called by the stream. */
    public void detach() {
        lock.lock();
        try {
            ended = true;
            callbacks.clear();
        } finally {
            lock.unlock();
        }
    }

    private void start(List<Runnable> callbacks) {
        if (!callbacks.isEmpty()) {
            Thread.ofVirtual()
                    .name("sluice-on-cancel")
                    .start(() -> context.run(() -> callbacks.forEach(StreamController::run)));
        }
    }

    private static void run(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable e) { // whatever it is, the others must not suffer
            Throwables.warn(StreamController.class, "An onCancel callback failed", e);
        }
    }

    /** Collects the limits of a {@link StreamController}. Not for use by several threads. */
    public static final class Builder {
        private final Map<Phase, Duration> timeouts = new EnumMap<>(Phase.class);
        private final List<Runnable> callbacks = new ArrayList<>();
        private OptionalInt maxChunks = OptionalInt.empty();

        private Builder() {}

        /** The longest time for the whole stream; see {@link Timeouts#total}. */
        public Builder timeout(Duration total) {
            return limit("timeout", Phase.TOTAL, total);
        }

        /** The longest wait for the response's headers; see {@link Timeouts#headers}. */
        public Builder headersTimeout(Duration limit) {
            return limit("headersTimeout", Phase.HEADERS, limit);
        }

        /** The longest wait for the first event; see {@link Timeouts#firstEvent}. */
        public Builder firstEventTimeout(Duration limit) {
            return limit("firstEventTimeout", Phase.FIRST_EVENT, limit);
        }

        /** The longest silence; see {@link Timeouts#idle}. */
        public Builder idleTimeout(Duration limit) {
            return limit("idleTimeout", Phase.IDLE, limit);
        }

        /** The longest wait for something to show; see {@link Timeouts#stall}. */
        public Builder stallTimeout(Duration limit) {
            return limit("stallTimeout", Phase.STALL, limit);
        }

        /**
         * How many events the stream hands out at most, whatever they carry. The loop then ends, and the connection is
         * given up; {@code finalMessage()} throws {@link StreamException.LimitExceeded}.
         */
        public Builder maxChunks(int maxChunks) {
            this.maxChunks = OptionalInt.of(Checks.atLeast("maxChunks", maxChunks, 1));
            return this;
        }

        /** Adds something to run when the stream is cancelled; see {@link StreamController#onCancel}. */
        public Builder onCancel(Runnable callback) {
            callbacks.add(Objects.requireNonNull(callback, "callback"));
            return this;
        }

        /** The controller. */
        public StreamController build() {
            return new StreamController(this);
        }

        private Builder limit(String name, Phase phase, Duration limit) {
            timeouts.put(phase, Checks.notNegative(name, limit, "off"));
            return this;
        }
    }
}
