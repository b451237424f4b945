package dev.sluice.stream;

import dev.sluice.control.InterruptScope;
import dev.sluice.control.Limits;
import dev.sluice.control.RateLimits;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.control.StreamException.Truncated;
import dev.sluice.control.Time;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.Failures;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.NoResponseException;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and the answer to it: connects, reads and decodes, on the thread of the {@link Production} that it tells what
 * it hears. Either the answer comes to its end, or there is an exception that says why not.
 */
final class Exchange {
    private static final Logger log = LoggerFactory.getLogger(Exchange.class);
    private static final int ERROR_BODY_BYTES = 64 << 10;
    private static final int EXCERPT_BYTES = 200;

    /** After the answer's end: how much, and for how long, is read to give the connection back instead of up. */
    private static final int DRAIN_BYTES = 16 << 10;

    private static final Duration DRAIN_TIME = Duration.ofMillis(500);

    private final Production stream;
    private final Provider provider;
    private final HttpTransport transport;
    private final Limits limits;
    private final Time time;
    private final TransportRequest request;
    private final Thread reader = Thread.currentThread();

    /** What the server said no with; known before its body is, which may never come. */
    private volatile @Nullable StreamException refusal;

    private final InterruptScope scope = new InterruptScope(reader);

    // Owned by the reader.
    private boolean answered;
    private long events;
    private boolean complete;

    Exchange(Production stream, LlmClient client, TransportRequest request) {
        this.stream = stream;
        this.request = request;
        provider = client.provider();
        transport = client.transport();
        limits = client.limits();
        time = client.time();
    }

    /**
     * Runs it to the end of the answer.
     *
     * @throws StreamException what went wrong, in a type of ours
     * @throws InterruptedException if somebody else than {@link #giveUp} interrupts the reader
     */
    void run() throws InterruptedException {
        Throwable failure = null;
        try {
            answer();
        } catch (Throwable e) { // the transport and the provider are third parties', who may throw anything
            failure = e;
        }
        StreamException reason = scope.end();
        if (failure == null || complete) {
            return; // complete: what is wrong with the connection afterwards does not matter
        }
        if (reason != null) {
            throw reason;
        }
        if (failure instanceof InterruptedException interrupt) {
            throw interrupt;
        }
        throw new Failures(request, answered, events, stream.timeouts()).of(failure);
    }

    /** Ends it early, from another thread: with what the server has refused it with, or else for this reason. */
    void giveUp(StreamException reason) {
        StreamException refused = refusal;
        scope.interrupt(refused == null ? reason : refused);
    }

    boolean isOver() {
        return scope.isOver();
    }

    /** What the server said no with; null if it has not. */
    @Nullable
    StreamException refusal() {
        return refusal;
    }

    private void answer() throws IOException, InterruptedException {
        try (TransportResponse head = open()) {
            answered = true;
            read(head);
        }
    }

    /** A kept connection may have gone in the meantime: then nothing has been received, and a second try loses nothing. */
    private TransportResponse open() throws IOException, InterruptedException {
        try {
            return transport.open(request);
        } catch (NoResponseException e) {
            if (!stream.secondChance()) {
                throw e;
            }
            log.debug(
                    "{}: asks again, its connection had gone: {}",
                    reader.getName(),
                    e.getClass().getSimpleName());
            return transport.open(request);
        }
    }

    private void read(TransportResponse head) throws IOException, InterruptedException {
        String requestId = provider.requestId(head).orElse(null);
        RateLimits rateLimits = provider.rateLimits(head).orElse(null);
        InputStream body = stream.headed(head, requestId, rateLimits);
        if (head.status() / 100 != 2) {
            refusal = provider.error(head, ""); // if the rest never comes
            throw provider.error(head, text(body, ERROR_BODY_BYTES));
        }
        rejectPages(head, body);
        if (stream.connected(new ResponseInfo(head.status(), head.headers(), requestId, rateLimits))) {
            decode(body, head);
        }
    }

    private void decode(InputStream body, TransportResponse head) throws IOException, InterruptedException {
        var sse = new SseReader(body, limits);
        EventDecoder decoder = provider.decoder();
        Consumer<StreamEvent> out = this::hear;
        while (!Thread.currentThread().isInterrupted() && sse.next()) {
            decoder.decode(sse, out);
            if (complete) {
                drain(body);
                return;
            }
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        decoder.end(out);
        if (!complete) {
            throw new Truncated(
                    events == 0
                            ? "The response to " + request + " ended without a single event (content type "
                                    + head.header("content-type").orElse("not given") + ")"
                            : "The response to " + request + " ended after " + events
                                    + " events, before the answer was complete");
        }
    }

    private void hear(StreamEvent event) {
        if (!complete) {
            events++;
            complete = event instanceof MessageStop;
            stream.heard(event);
        }
    }

    /** Reads the few bytes that may follow the answer, so that the connection can be used again. Never for long. */
    private void drain(InputStream body) {
        var limit = time.schedule(DRAIN_TIME, reader::interrupt);
        try {
            body.readNBytes(DRAIN_BYTES);
        } catch (IOException | StreamException e) {
            log.debug(
                    "{}: the answer was complete, its connection was not: {}",
                    reader.getName(),
                    e.getClass().getSimpleName());
        } finally {
            limit.cancel();
        }
    }

    /** A 200 with a web page or a JSON object is a proxy's or a gateway's answer, not a stream; nor is what we cannot read. */
    private void rejectPages(TransportResponse head, InputStream body) {
        String coding = head.header("content-encoding").orElse("identity");
        if (!coding.equalsIgnoreCase("identity")) {
            throw new ProtocolError(
                    "The server answered " + request + " with content-encoding " + coding
                            + ", which was not asked for; switch compression off in whatever stands between",
                    null);
        }
        String type = head.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html") || type.startsWith("application/json")) {
            throw new ProtocolError(
                    "The server answered " + request + " with " + type + " instead of an event stream: "
                            + text(body, EXCERPT_BYTES),
                    null);
        }
    }

    /** The beginning of a body, as far as it comes: an error that is cut still says more than its cut. */
    private static String text(InputStream body, int most) {
        var text = new ByteArrayOutputStream();
        byte[] buffer = new byte[Math.min(most, 4 << 10)];
        try {
            int count;
            while (text.size() < most
                    && (count = body.read(buffer, 0, Math.min(buffer.length, most - text.size()))) >= 0) {
                text.write(buffer, 0, count);
            }
        } catch (IOException | StreamException e) {
            log.debug("The body of an error broke: {}", e.getClass().getSimpleName());
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
