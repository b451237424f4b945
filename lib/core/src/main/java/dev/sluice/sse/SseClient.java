package dev.sluice.sse;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.EventQueue;
import dev.sluice.internal.HeaderSyntax;
import dev.sluice.internal.PullIterator;
import dev.sluice.internal.base.Checks;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import dev.sluice.transport.TransportRequest;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An event source that reconnects when its connection ends, as the WHATWG HTML standard says (section 9.2.3,
 * "Processing model"). Read it with a for-each loop:
 *
 * <pre>{@code
 * try (SseClient events = SseClient.builder(uri).header("authorization", "Bearer " + token).start()) {
 *   for (SseEvent event : events) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Each connection after the first sends {@code Last-Event-ID}, the id of the last event that was read. A server that
 * keeps ids then loses no event and sends none twice. An event that a connection breaks in the middle of is dropped,
 * and comes again.
 *
 * <p>The next step depends on how a connection ends:
 *
 * <ul>
 *   <li>The server ends the response, the connection breaks, or a limit on connecting, headers or silence is met: it
 *       reconnects after the reconnection time, which the server may set with {@code retry:}.
 *   <li>A connection fails that never brought a byte, or the status is 408, 425, 429, or 500 and above. The delay
 *       doubles with each such failure in a row, and is never less than {@code Retry-After}. The standard takes such a
 *       status for an end; it is one that passes.
 *   <li>Status 204: the server wants no more connections. The loop ends, and {@link #endReason} says that it is complete.
 *   <li>Any other status than 200, another content type than {@code text/event-stream}, a redirect that cannot be
 *       followed, an event beyond the limits, or too many failures in a row. The loop throws a {@link StreamException},
 *       after all events that came before it.
 * </ul>
 *
 * <p>Redirects are followed, up to 20 for a connection; 301 and 308 are remembered. Another origin gets none of the
 * caller's headers, except those that cannot be a key, and https is never left for http.
 *
 * <p>One thread consumes, and the handlers run on it; {@link #restart}, {@link #cancel} and {@link #close} may be called by
 * any thread at any moment and never block. A virtual thread reads into a bounded queue, and stops reading while that is full.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="events"}
 */
public final class SseClient implements Iterable<SseEvent>, AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicLong STARTED = new AtomicLong();

    private final SseConnectionLoop source;
    private final SseConsumer consumer;
    private final Cleaner.Cleanable abandoned;
    private final AtomicBoolean iterated = new AtomicBoolean();

    private SseClient(Builder builder) {
        source = new SseConnectionLoop(builder.settings(), "sluice-sse-" + STARTED.incrementAndGet());
        abandoned = CLEANER.register(this, source::onAbandoned);
        consumer = new SseConsumer(source, builder.onComment, builder.onState, abandoned::clean);
    }

    /**
     * A client for the events of an address.
     *
     * @param uri http or https
     * @throws IllegalArgumentException if it is not, or names no host
     */
    public static Builder builder(URI uri) {
        return new Builder(uri);
    }

    /**
     * The events of all connections. {@code hasNext} and {@code next} wait for an event, over any number of
     * reconnections. They return or throw at once when there will be none. If the thread is interrupted the client is
     * cancelled, the loop ends, and the thread's interrupt flag is set.
     *
     * @return the one iterator of this client; it throws {@link StreamException} when the client has failed
     * @throws IllegalStateException if there is one already
     */
    @Override
    public Iterator<SseEvent> iterator() {
        if (iterated.getAndSet(true)) {
            throw new IllegalStateException("the events of this client are being iterated already; they come once");
        }
        return new PullIterator<>("the event source", this::next);
    }

    /** Drops the connection, or the wait for the next one, and connects again at once with the last id. No effect after the end. */
    public void restart() {
        source.restart();
    }

    /**
     * Ends it: who waits for an event returns at once, what is queued is dropped, the connection is given up.
     *
     * @param reason why, for {@link EndReason.Cancelled}
     */
    public void cancel(String reason) {
        source.stop(new Cancelled(Objects.requireNonNull(reason, "reason")));
    }

    /** Cancels it if it has not ended. */
    @Override
    public void close() {
        cancel("closed before its end");
        abandoned.clean();
    }

    /** Its state at this moment; the consumer may have older events to read. */
    public SseState state() {
        return source.state();
    }

    /**
     * The id that the next connection will send: that of the last event read, which the loop may not have received yet.
     */
    public String lastEventId() {
        return source.lastEventId();
    }

    /** How it ended; empty while it is open, or while an event is left to deliver. */
    public Optional<EndReason> endReason() {
        return source.queue.endReason();
    }

    /** How many events wait for the consumer, for tests. */
    int queued() {
        return source.queue.size();
    }

    /** For tests that see it end. */
    Thread reader() {
        return source.reader();
    }

    private @Nullable SseEvent next() {
        try {
            return consumer.next();
        } finally {
            // The cleaner must not take this for abandoned while a thread waits in the consumer, which does not refer
            // to it.
            Reference.reachabilityFence(this);
        }
    }

    /** Collects the settings of an {@link SseClient}. Not for use by several threads. */
    public static final class Builder {
        private static final int MOST_FAILURES = 10;

        private final URI uri;
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private String method = "GET";
        private byte[] body = {};
        private String lastEventId = "";
        private @Nullable HttpTransport transport;
        private Timeouts timeouts = Timeouts.defaults().with(Phase.FIRST_EVENT, Duration.ZERO);
        private Limits limits = Limits.defaults();
        private int queueCapacity = 256;
        private long queueBytes = EventQueue.DEFAULT_BYTES;
        private Duration firstDelay = Duration.ofSeconds(1);
        private Duration longestDelay = Duration.ofSeconds(30);
        private double jitter = 0.25;
        private int maxFailures = MOST_FAILURES;
        private @Nullable Consumer<String> onComment;
        private @Nullable Consumer<SseState> onState;
        private TimeSource time = TimeSource.system();
        private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();

        private Builder(URI uri) {
            boolean http = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            if (!http || uri.getHost() == null) {
                throw new IllegalArgumentException("uri: must be http or https and name a host");
            }
            this.uri = uri;
            headers.put("Accept", "text/event-stream");
            headers.put("Cache-Control", "no-cache"); // what Fetch sends for the cache mode "no-store" of the standard
        }

        /**
         * How to ask; {@code GET} if nothing is set. Each connection sends the body again.
         *
         * @param method such as {@code POST}
         * @param body copied; its {@code Content-Type} is a header like others
         */
        public Builder method(String method, byte[] body) {
            if (!HeaderSyntax.isToken(method)) {
                throw new IllegalArgumentException("method: must be one word of letters");
            }
            this.method = method;
            this.body = body.clone();
            return this;
        }

        /**
         * A header of each connection. It replaces one that was set, in any case of its name.
         *
         * @param value in printable ASCII; never repeated in a message
         */
        public Builder header(String name, String value) {
            TransportRequest.checkHeader(name, value);
            if (name.equalsIgnoreCase("last-event-id")) {
                throw new IllegalArgumentException("header: set Last-Event-ID with lastEventId(), for it changes");
            }
            headers.put(name, value);
            return this;
        }

        /** The id to begin after, as if an event with it had been read; empty, as if nothing is set, for none. */
        public Builder lastEventId(String id) {
            if (!HeaderSyntax.isSendable(id)) {
                throw new IllegalArgumentException("lastEventId: must be printable ASCII, it goes into a header");
            }
            lastEventId = id;
            return this;
        }

        /**
         * Opens HTTP exchanges, for many clients that share one transport; the caller closes it. A
         * {@link JdkHttpTransport} of the client's own if nothing is set.
         */
        public Builder transport(HttpTransport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /**
         * How long the phases of a connection may take before another one is made; {@code total} is for the client as a whole
         * and ends it. Comments keep the connection from being idle, only events are for {@code firstEvent} and {@code stall}.
         * {@link Timeouts#defaults()} without {@code firstEvent} if nothing is set. A source may be silent for long,
         * but the standard asks servers to send a comment every 15 seconds.
         */
        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
            return this;
        }

        /** How much a server may send, each response counted anew; {@link Limits#defaults()} if nothing is set. */
        public Builder limits(Limits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** How many events may wait for a slow consumer before the reader stops reading; 256 if nothing is set. */
        public Builder queueCapacity(int events) {
            queueCapacity = Checks.atLeast("queueCapacity", events, 1);
            return this;
        }

        /**
         * How many bytes the events that wait for a slow consumer may have before the reader stops reading; 4 MiB if nothing is
         * set. An event is never refused: the one that reaches the bound is queued as well, however large it is.
         */
        public Builder queueBytes(long bytes) {
            queueBytes = Checks.atLeast("queueBytes", bytes, 1);
            return this;
        }

        /** How long to wait before connecting again, until the server says otherwise; 1 s if nothing is set. */
        public Builder reconnectDelay(Duration first) {
            firstDelay = checked("reconnectDelay", first);
            return this;
        }

        /**
         * The longest delay that failures in a row may grow to; 30 s if nothing is set. A server may ask for a longer
         * delay, up to 24 days: {@link #restart} ends that wait.
         */
        public Builder maxReconnectDelay(Duration longest) {
            longestDelay = checked("maxReconnectDelay", longest);
            return this;
        }

        /** The part of itself by which a delay may grow by chance, so that clients don't come all at once; 0.25 if nothing is set. */
        public Builder jitter(double part) {
            if (!(part >= 0 && part <= 1)) {
                throw new IllegalArgumentException("jitter: " + part + ", must be from 0 to 1");
            }
            jitter = part;
            return this;
        }

        /**
         * How many connections in a row may fail before the client does; 10 if nothing is set, 0 for any number. One that
         * brought a byte, or was open for as long as the longest delay, has not failed however it ended.
         */
        public Builder maxFailures(int failures) {
            if (failures < 0) {
                throw new IllegalArgumentException("maxFailures: " + failures + ", must not be negative (0: no limit)");
            }
            maxFailures = failures;
            return this;
        }

        /**
         * Adds a handler of comments. The consuming thread calls it, in order with the events; without the colon and a blank
         * behind it. They are skipped at no cost if nothing is set. An exception that it throws ends the client.
         */
        public Builder onComment(Consumer<String> handler) {
            onComment = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** Adds a handler of each new state. The consuming thread calls it, in order with the events. An exception ends the client. */
        public Builder onState(Consumer<SseState> handler) {
            onState = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** The clock and timer; the machine's if nothing is set. */
        public Builder time(TimeSource time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The chance in the delays. */
        public Builder random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /** A client that begins to connect. Returns at once. */
        public SseClient start() {
            var client = new SseClient(this);
            client.source.start();
            return client;
        }

        SseClientConfig settings() {
            HttpTransport shared = transport;
            return new SseClientConfig(
                    new TransportRequest(method, uri, headers, body),
                    lastEventId,
                    shared != null
                            ? shared
                            : JdkHttpTransport.builder()
                                    .connectTimeout(timeouts.connect())
                                    .build(),
                    shared == null,
                    timeouts,
                    limits,
                    queueCapacity,
                    queueBytes,
                    new ReconnectDelay(firstDelay, longestDelay, jitter, random),
                    maxFailures,
                    onComment != null,
                    onState != null,
                    time);
        }

        private static Duration checked(String name, Duration delay) {
            if (delay.isNegative() || delay.compareTo(SseReader.MAX_RETRY) > 0) {
                throw new IllegalArgumentException(
                        name + ": " + delay + ", must be from 0 to " + SseReader.MAX_RETRY.toDays() + " days");
            }
            return delay;
        }
    }
}
