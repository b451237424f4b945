package dev.sluice.stream;

import dev.sluice.control.AnnouncesWaits;
import dev.sluice.control.InterruptScope;
import dev.sluice.control.Limits;
import dev.sluice.control.RateLimits;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.control.StreamException.Truncated;
import dev.sluice.control.Time;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.FailureMapper;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.NoResponseException;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and the answer to it: connects, reads and decodes, on the thread of the {@link Production} that it tells what
 * it hears, or leaves the reading to the consumer for a while. Either the answer comes to its end, or there is an exception
 * that says why not.
 */
final class Exchange {
    private static final Logger log = LoggerFactory.getLogger(Exchange.class);
    private static final int ERROR_BODY_BYTES = 64 << 10;

    /** After the answer's end: how much, and for how long, is read to give the connection back instead of up. */
    private static final int DRAIN_BYTES = 16 << 10;

    private static final Duration DRAIN_TIME = Duration.ofMillis(500);

    private final Production stream;
    private final Provider provider;
    private final HttpTransport transport;
    private final Limits limits;
    private final Time time;
    private final String request; // its method and address
    private final Reading reading;

    /** What the server said no with; known before its body is, which may never come. */
    private volatile @Nullable StreamException refusal;

    private final InterruptScope scope = new InterruptScope(Thread.currentThread());

    // Owned by the reader, or who stands in for it.
    private boolean answered;
    private long events;
    private boolean complete;

    // What the reader goes on with when it is called back.
    private @Nullable TransportResponse response;
    private @Nullable Decoding decoding;

    Exchange(Production stream, LlmClient client, String request, Reading reading) {
        this.stream = stream;
        this.request = request;
        this.reading = reading;
        provider = client.provider();
        transport = client.transport();
        limits = client.limits();
        time = client.time();
    }

    /**
     * Runs it to the end of the answer, or to where the consumer reads on: then this is to be run once more when the stream is
     * {@linkplain Production#resume resumed}, and may be on another thread before it returns here.
     *
     * @return whether it is over
     * @throws StreamException what went wrong, in a type of ours
     * @throws InterruptedException if somebody else than {@link #giveUp} interrupts the reader
     */
    boolean run() throws InterruptedException {
        Throwable failure = null;
        try {
            if (!answer()) {
                return false;
            }
        } catch (Throwable e) { // the transport and the provider are third parties', who may throw anything
            failure = e;
        }
        StreamException reason = scope.end();
        if (failure == null || complete) {
            return true; // complete: what is wrong with the connection afterwards does not matter
        }
        if (reason != null) {
            throw reason;
        }
        if (failure instanceof InterruptedException interrupt) {
            throw interrupt;
        }
        throw new FailureMapper(request, answered, events, stream.timeouts()).of(failure);
    }

    /** Ends it early, from another thread: with what the server has refused it with, or else for this reason. */
    void giveUp(StreamException reason) {
        StreamException refused = refusal;
        scope.interrupt(refused == null ? reason : refused);
        stream.queue.recall();
    }

    boolean isOver() {
        return scope.isOver();
    }

    /** What the server said no with; null if it has not. */
    @Nullable
    StreamException refusal() {
        return refusal;
    }

    /** Returns whether the answer is over. */
    private boolean answer() throws IOException, InterruptedException {
        TransportResponse head = response == null ? open() : response;
        boolean over;
        try {
            over = decoding == null ? read(head) : readOn(head, decoding);
        } catch (Throwable e) {
            try (head) {
                throw e;
            }
        }
        if (over) {
            head.close();
        }
        return over;
    }

    /** A kept connection may have gone in the meantime: then nothing has been received, and a second try loses nothing. */
    private TransportResponse open() throws IOException, InterruptedException {
        try {
            return transport.open(stream.request());
        } catch (NoResponseException e) {
            if (!stream.secondChance()) {
                throw e;
            }
            log.debug(
                    "{}: asks again, its connection had gone: {}",
                    Thread.currentThread().getName(),
                    e.getClass().getSimpleName());
            return transport.open(stream.request());
        }
    }

    private boolean read(TransportResponse head) throws IOException, InterruptedException {
        response = head;
        answered = true;
        String requestId = provider.requestId(head).orElse(null);
        RateLimits rateLimits = provider.rateLimits(head).orElse(null);
        InputStream bytes = stream.headed(head, requestId, rateLimits);
        var body = new Body(request, head, bytes);
        if (head.status() / 100 != 2) {
            refusal = provider.error(head, ""); // if the rest never comes
            throw provider.error(head, body.beginning(ERROR_BODY_BYTES));
        }
        body.reject(reading instanceof Reading.Streamed);
        if (!stream.connected(new ResponseInfo(head.status(), head.headers(), requestId, rateLimits))) {
            return true;
        }
        switch (reading) {
            case Reading.Streamed streamed -> {
                decoding =
                        new Decoding(head, bytes, new SseReader(bytes, limits), provider.decoder(), this::hear, stream);
                return decode(head, decoding);
            }
            case Reading.Whole whole -> hearAll(whole(body));
            case Reading.Lookup(var of) -> {
                Object found = of.apply(new String(whole(body), StandardCharsets.UTF_8));
                complete = true;
                stream.found(found);
            }
        }
        return true;
    }

    private byte[] whole(Body body) throws IOException, InterruptedException {
        byte[] all = body.whole(limits.maxEventBytes());
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        return all;
    }

    /** Nothing is handed out before all of it is understood, and then all of it is or the exchange has failed. */
    private void hearAll(byte[] body) throws InterruptedException {
        var events = new ArrayList<StreamEvent>();
        provider.decoder().whole(body, events::add);
        for (StreamEvent event : events) {
            hear(event);
            if (Thread.currentThread().isInterrupted() && !complete) {
                throw new InterruptedException();
            }
        }
        if (!complete) {
            throw new ProtocolError(
                    "The answer to " + request + " was decoded to " + events.size() + " events without an end", null);
        }
    }

    /** After the consumer. */
    private boolean readOn(TransportResponse head, Decoding decoding) throws IOException, InterruptedException {
        scope.moveTo(Thread.currentThread());
        stream.queue.takeBack(decoding);
        return decode(head, decoding);
    }

    /** Returns false if the consumer reads on; then nothing here may be touched any more. */
    private boolean decode(TransportResponse head, Decoding decoding) throws IOException, InterruptedException {
        // Of any other body only a reader that waits can tell what is there.
        Decoding standIn = head.body() instanceof AnnouncesWaits ? decoding : null;
        boolean more = true;
        while (more && !complete && !Thread.currentThread().isInterrupted()) {
            if (standIn == null || !stream.queue.isAwaited()) {
                more = decoding.next();
            } else if (!standIn.getAsBoolean()) { // a wait, or the end, or a failure
                if (stream.handOver(standIn)) {
                    return false;
                }
                more = decoding.next();
            }
            if (more) {
                stream.queue.awaitRoom(standIn);
            }
        }
        if (complete) {
            drain(decoding.bytes);
            return true;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        decoding.end();
        if (!complete) {
            throw new Truncated(
                    events == 0
                            ? "The response to " + request + " ended without a single event (content type "
                                    + head.header("content-type").orElse("not given") + ")"
                            : "The response to " + request + " ended after " + events
                                    + " events, before the answer was complete");
        }
        return true;
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
        Thread reader = Thread.currentThread();
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
}
