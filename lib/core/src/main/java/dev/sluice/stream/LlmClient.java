package dev.sluice.stream;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.Limits;
import dev.sluice.control.StreamController;
import dev.sluice.control.Time;
import dev.sluice.control.Timeouts;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Claude;
import dev.sluice.provider.Provider;
import dev.sluice.resilience.Resilience;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import dev.sluice.transport.TransportRequest;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one provider's models. One client serves a whole program: it keeps the connections. Safe for use by any thread.
 */
public final class LlmClient implements AutoCloseable {
    private static final String CLOSED = "the client was closed";

    private final Provider provider;
    private final HttpTransport transport;
    private final boolean ownsTransport;
    private final Timeouts timeouts;
    private final Limits limits;
    private final int queueCapacity;
    private final Time time;
    private final Resilience resilience;
    private final Continuation continuation;
    private final Consumer<StreamReport> onEnd;

    private final AtomicLong started = new AtomicLong();

    /** Weakly, for a controller's callbacks may hold their stream, and that shall be found if it is forgotten. */
    private final Map<Production, WeakReference<StreamController>> running = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private LlmClient(Builder builder) {
        provider = builder.provider;
        timeouts = builder.timeouts;
        limits = builder.limits;
        queueCapacity = builder.queueCapacity;
        time = builder.time;
        resilience = builder.resilience;
        continuation = builder.continuation;
        onEnd = builder.onEnd;
        ownsTransport = builder.transport == null;
        transport = builder.transport != null
                ? builder.transport
                : JdkHttpTransport.builder().connectTimeout(timeouts.connect()).build();
    }

    /**
     * A client of Claude with the key of the environment variable {@code ANTHROPIC_API_KEY}.
     *
     * @throws IllegalStateException if there is none
     */
    public static LlmClient claude() {
        return builder(Claude.fromEnvironment()).build();
    }

    /** A client of the given provider. */
    public static Builder builder(Provider provider) {
        return new Builder(provider);
    }

    /** Starts to stream an answer, within this client's limits; see {@link #stream(MessageRequest, StreamController)}. */
    public MessageStream stream(MessageRequest request) {
        return stream(request, StreamController.withCancellation());
    }

    /**
     * Starts to stream an answer. Returns at once; connecting and reading happen on a virtual thread of the stream's own.
     *
     * @param request what is asked
     * @param controller bounds and stops this one stream
     * @return the answer, to be closed
     * @throws IllegalArgumentException if the provider surely rejects the request; the message names the field
     * @throws IllegalStateException if this client is closed, or the controller has a stream already
     */
    public MessageStream stream(MessageRequest request, StreamController controller) {
        return start(request, controller, null);
    }

    /** Starts to stream an answer within a budget; see {@link #stream(MessageRequest, StreamController, Budget)}. */
    public MessageStream stream(MessageRequest request, Budget budget) {
        return stream(request, StreamController.withCancellation(), budget);
    }

    /**
     * Starts to stream an answer that is paid for from a budget, which other streams may share. When that is exhausted the
     * loop ends without an exception, as it does at any limit of the caller's; if it is exhausted already, no request is sent.
     *
     * @see #stream(MessageRequest, StreamController)
     */
    public MessageStream stream(MessageRequest request, StreamController controller, Budget budget) {
        return start(request, controller, Objects.requireNonNull(budget, "budget"));
    }

    private MessageStream start(MessageRequest request, StreamController controller, @Nullable Budget budget) {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
        TransportRequest wire = provider.streamRequest(request);
        String name = "sluice-" + provider.name() + "-" + started.incrementAndGet();
        var production = new Production(this, request, wire, controller.timeouts(timeouts), name, running::remove);
        controller.attach(reason -> production.stop(new Cancelled(reason)));
        var stream =
                new MessageStream(production, controller, new ChunkAggregator(production.recorder.arrivals()), budget);
        if (budget != null) {
            budget.exhausted().ifPresent(production::stop);
        }
        running.put(production, new WeakReference<>(controller));
        if (closed) { // meanwhile: cancelled here or by close(), and in either case before there is a request
            controller.cancel(CLOSED);
        }
        production.start();
        return stream;
    }

    /**
     * Cancels every stream of this client and gives up its connections, unless the transport was the caller's. Does not wait
     * for them.
     */
    @Override
    public void close() {
        closed = true;
        running.forEach((production, weakly) -> {
            StreamController controller = weakly.get();
            if (controller != null) {
                controller.cancel(CLOSED);
            } else {
                production.stop(new Cancelled(CLOSED));
            }
        });
        if (ownsTransport) {
            transport.close();
        }
    }

    /** How many streams have a reader, for tests that see them end. */
    int running() {
        return running.size();
    }

    Provider provider() {
        return provider;
    }

    HttpTransport transport() {
        return transport;
    }

    Limits limits() {
        return limits;
    }

    int queueCapacity() {
        return queueCapacity;
    }

    Time time() {
        return time;
    }

    Resilience resilience() {
        return resilience;
    }

    Continuation continuation() {
        return continuation;
    }

    Consumer<StreamReport> onEnd() {
        return onEnd;
    }

    /** Collects the settings of an {@link LlmClient}. Not for use by several threads. */
    public static final class Builder {
        private final Provider provider;
        private @Nullable HttpTransport transport;
        private Timeouts timeouts = Timeouts.defaults();
        private Limits limits = Limits.defaults();
        private int queueCapacity = 256;
        private Time time = Time.system();
        private Resilience resilience = Resilience.defaults();
        private Continuation continuation = Continuation.off();
        private Consumer<StreamReport> onEnd = report -> {};

        private Builder(Provider provider) {
            this.provider = Objects.requireNonNull(provider, "provider");
        }

        /**
         * What opens HTTP exchanges; {@link JdkHttpTransport} over HTTP/1.1 if nothing is set. It stays the caller's to
         * close, and its limit on connecting is its own.
         */
        public Builder transport(HttpTransport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /** How long the phases of a stream may take; {@link Timeouts#defaults()} if nothing is set. */
        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
            return this;
        }

        /** How much a peer may send; {@link Limits#defaults()} if nothing is set. */
        public Builder limits(Limits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** How many events may wait for a slow consumer before the reader stops reading; 256 if nothing is set. */
        public Builder queueCapacity(int events) {
            if (events < 1) {
                throw new IllegalArgumentException("queueCapacity: " + events + ", must be at least 1");
            }
            queueCapacity = events;
            return this;
        }

        /** Which requests are let out, and which are sent again; {@link Resilience#defaults()} if nothing is set. */
        public Builder resilience(Resilience resilience) {
            this.resilience = Objects.requireNonNull(resilience, "resilience");
            return this;
        }

        /** Whether an answer that breaks off is gone on with; it is not if nothing is set. */
        public Builder continuation(Continuation continuation) {
            this.continuation = Objects.requireNonNull(continuation, "continuation");
            return this;
        }

        /**
         * Who is told of each stream when it has ended, for metrics and accounts. Called on the stream's own thread, after its
         * consumer has been freed; what it throws is logged and goes no further. If set again, both are told.
         */
        public Builder onEnd(Consumer<StreamReport> listener) {
            onEnd = onEnd.andThen(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** The clock and timer; the machine's if nothing is set. */
        public Builder time(Time time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The client. */
        public LlmClient build() {
            return new LlmClient(this);
        }
    }
}
