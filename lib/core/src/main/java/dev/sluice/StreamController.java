package dev.sluice;

import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.base.Cancellation;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.InternalParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Bounds one stream and stops it. A controller belongs to one stream: it is handed over when the stream is started, and
 * {@link #cancel} may be called by any thread, at any moment, before that too. Nothing here blocks.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="controller"}
 */
public final class StreamController {
    static {
        InternalParts.share(StreamController.class, Cancellation.class, controller -> controller.cancellation);
    }

    private final Map<Phase, Duration> timeouts;
    private final OptionalInt maxChunks;

    private final Cancellation cancellation;

    private StreamController(Builder builder) {
        timeouts = Map.copyOf(builder.timeouts);
        maxChunks = builder.maxChunks;
        cancellation = new Cancellation(StreamController.class, builder.callbacks);
    }

    /** A controller with a limit on the whole stream's time. */
    public static StreamController withTimeout(Duration total) {
        return builder().timeout(total).build();
    }

    /** A controller with a limit on the events that are delivered. */
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
        cancellation.cancel(Objects.requireNonNull(reason, "reason"));
    }

    /** Whether {@link #cancel} was called before the stream's end. */
    public boolean isCancelled() {
        return cancelReason().isPresent();
    }

    /** Why the stream was cancelled, if it was. */
    public Optional<String> cancelReason() {
        return cancellation.reason();
    }

    /**
     * Adds something to run, once, when the stream is stopped: by a cancel, or by a limit of any kind; at once if it has been. It
     * runs on a virtual thread, after the callbacks that were added before it, and holds up nothing else. An exception that it
     * throws is logged and not rethrown.
     */
    public void onCancel(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        cancellation.onCancel(stopped -> callback.run());
    }

    /**
     * Adds something that is told, once, what stopped the stream; see {@link #onCancel}.
     *
     * @param callback gets {@link EndReason.Cancelled}, {@link EndReason.LimitReached}, or {@link EndReason.Failed} with the
     *     {@link StreamException.TimedOut} or {@link StreamException.LimitExceeded} that the loop throws
     */
    public void onStop(Consumer<EndReason> callback) {
        cancellation.onCancel(told(callback));
    }

    private static Consumer<Object> told(Consumer<EndReason> callback) {
        Objects.requireNonNull(callback, "callback");
        return stopped -> callback.accept(
                stopped instanceof EndReason end ? end : new EndReason.Cancelled(String.valueOf(stopped)));
    }

    /** The given limits, with those that this controller sets in their place. */
    public Timeouts timeouts(Timeouts clients) {
        Timeouts merged = clients;
        for (var limit : timeouts.entrySet()) {
            merged = merged.with(limit.getKey(), limit.getValue());
        }
        return merged;
    }

    /** How many events the stream delivers at most. */
    public OptionalInt maxChunks() {
        return maxChunks;
    }

    /** Collects the limits of a {@link StreamController}. Not for use by several threads. */
    public static final class Builder {
        private final Map<Phase, Duration> timeouts = new EnumMap<>(Phase.class);
        private final List<Consumer<Object>> callbacks = new ArrayList<>();
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
         * How many events the stream delivers at most, of any size. The loop then ends, and the connection is given up;
         * {@code finalMessage()} throws {@link StreamException.LimitExceeded}.
         */
        public Builder maxChunks(int maxChunks) {
            this.maxChunks = OptionalInt.of(Checks.atLeast("maxChunks", maxChunks, 1));
            return this;
        }

        /** Adds something to run when the stream is stopped; see {@link StreamController#onCancel}. */
        public Builder onCancel(Runnable callback) {
            Objects.requireNonNull(callback, "callback");
            callbacks.add(stopped -> callback.run());
            return this;
        }

        /** Adds something that is told what stopped the stream; see {@link StreamController#onStop}. */
        public Builder onStop(Consumer<EndReason> callback) {
            callbacks.add(told(callback));
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
