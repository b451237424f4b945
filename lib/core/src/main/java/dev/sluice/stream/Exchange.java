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
import dev.sluice.transport.FailureMapper;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.NoResponseException;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and the answer to it: connects, reads and decodes, on the thread of the {@link Production} that it tells what
 * it hears. Either the answer comes to its end, or there is an exception
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

    // Owned by the reader.
    private boolean answered;
    private long events;
    private boolean complete;

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
        throw new FailureMapper(request, answered, events, stream.timeouts()).of(failure);
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
            read(head);
        }
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

    private void read(TransportResponse head) throws IOException, InterruptedException {
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
            return;
        }
        switch (reading) {
            case Reading.Streamed streamed -> decode(head, bytes);
            case Reading.Whole whole -> hearAll(whole(body));
            case Reading.Lookup(var of) -> {
                Object found = of.apply(new String(whole(body), StandardCharsets.UTF_8));
                complete = true;
                stream.found(found);
            }
        }
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
        if (stream.tab != null) {
            stream.tab.countWhole(events);
        }
        for (StreamEvent event : events) {
            hear(event, 0);
            if (Thread.currentThread().isInterrupted() && !complete) {
                throw new InterruptedException();
            }
        }
        if (!complete) {
            throw new ProtocolError(
                    "The answer to " + request + " was decoded to " + events.size() + " events without an end", null);
        }
    }

    private void decode(TransportResponse head, InputStream bytes) throws IOException, InterruptedException {
        var sse = new SseReader(bytes, limits);
        EventDecoder decoder = provider.decoder();
        Consumer<StreamEvent> out = event -> hear(event, sse.length());
        while (!complete && !Thread.currentThread().isInterrupted() && sse.next()) {
            decoder.decode(sse, out);
        }
        if (complete) {
            drain(bytes);
            return;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        String unframed = sse.unframed();
        if (!unframed.isEmpty()) {
            decoder.unframed(unframed);
        }
        decoder.end(event -> hear(event, 0));
        if (!complete) {
            throw new Truncated(
                    events == 0
                            ? "The response to " + request + " ended without a single event (content type "
                                    + head.header("content-type").orElse("not given") + ")"
                            : "The response to " + request + " ended after " + events
                                    + " events, before the answer was complete");
        }
    }

    private void hear(StreamEvent event, long bytes) {
        if (!complete) {
            events++;
            complete = event instanceof MessageStop;
            stream.heard(event, bytes);
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
