package dev.sluice.client;

import dev.sluice.RateLimits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts;
import dev.sluice.internal.CancellationScope;
import dev.sluice.internal.FailureMapper;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.HttpTransport.NoResponseException;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and the answer to it: connects, reads, decodes, and tells its listener, on the thread that runs it. Either the answer
 * comes to its end, or there is an exception that says why not.
 */
final class RequestAttempt {
    private static final Logger log = LoggerFactory.getLogger(RequestAttempt.class);
    private static final int ERROR_BODY_BYTES = 64 << 10;

    /** After the answer's end: how much, and for how long, is read to give the connection back instead of up. */
    private static final int DRAIN_BYTES = 16 << 10;

    private static final Duration DRAIN_TIME = Duration.ofMillis(500);

    private final ClientConfig config;
    private final String name; // the request's method and address
    private final ResponseMode mode;
    private final Timeouts timeouts;
    private final Source source;
    private final Supplier<EventDecoder> decoders;
    private final Listener listener;

    /** What the server said no with; known before its body is, which may never come. */
    private volatile @Nullable StreamException refusal;

    private final CancellationScope scope = new CancellationScope(Thread.currentThread());
    private final RequestSigner signer;

    // Owned by the reader.
    private boolean answered;
    private long events;
    private long bytes; // of the wire's event that is being decoded, until one of ours is charged with them
    private boolean complete;

    /** Has the request, so that nothing here holds it while its answer is read: it may be a long conversation. */
    interface Source {
        /** What is to be sent now. */
        TransportRequest request();

        /** Whether it may be sent again at once if its connection had gone. Asked at most once. */
        boolean mayReconnect();
    }

    /** Is told what comes, on the reading thread, in this order. */
    interface Listener {
        /** Whether the stream has ended meanwhile, so that nothing more is to be sent. */
        boolean isStopped();

        /** The head of any response. Gives its body back, monitored. */
        InputStream onResponse(TransportResponse response, @Nullable String requestId, @Nullable RateLimits limits);

        /** The head of a response that is what was asked for. Returns whether anything more is wanted. */
        boolean onHead(ResponseInfo info) throws InterruptedException;

        /** All events of an answer that is not streamed; each of them follows. */
        void onWholeAnswer(List<StreamEvent> answer);

        /** The next event, and how many bytes the wire took for it. An interrupt of the thread is kept, and ends the attempt. */
        void onEvent(StreamEvent event, long bytes);

        /** What was looked up: an answer that is no message. */
        void onLookup(Object found);
    }

    /**
     * An attempt that has not begun, to be run by this thread.
     *
     * @param decoders gives the decoder of the answer; asked at most once
     */
    RequestAttempt(
            ClientConfig config,
            Source source,
            Supplier<EventDecoder> decoders,
            ResponseMode mode,
            Timeouts timeouts,
            Listener listener) {
        this.config = config;
        this.decoders = decoders;
        this.source = source;
        name = source.request().toString();
        signer = new RequestSigner(config.provider().credentials(), name);
        this.mode = mode;
        this.timeouts = timeouts;
        this.listener = listener;
    }

    /**
     * Runs it to the end of the answer.
     *
     * @throws StreamException what went wrong, in a type of ours
     * @throws InterruptedException if somebody else than {@link #giveUp} interrupts the reader, or the stream has ended
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
        throw new FailureMapper(name, answered, events, timeouts).of(failure);
    }

    /** Ends it early, from another thread: with what the server has refused it with, or else for this reason. */
    void giveUp(StreamException reason) {
        StreamException refused = refusal;
        scope.interrupt(refused == null ? reason : refused);
    }

    boolean isOver() {
        return scope.isOver();
    }

    /** A time limit in the words of what it was met by. For any thread. */
    TimedOut explained(TimedOut timeout) {
        return signer.waitsFor()
                .map(missing -> new TimedOut(timeout.phase(), timeout.limit(), missing))
                .orElse(timeout);
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
            return send();
        } catch (NoResponseException e) {
            if (!source.mayReconnect()) {
                throw e;
            }
            log.debug(
                    "{}: asks again, its connection had gone: {}",
                    Thread.currentThread().getName(),
                    e.getClass().getSimpleName());
            return send();
        }
    }

    private TransportResponse send() throws IOException, InterruptedException {
        TransportRequest signed = signer.sign(source.request());
        if (scope.isInterrupted() || listener.isStopped()) { // and who gave the credentials has lost the interrupt
            throw new InterruptedException();
        }
        return config.transport().open(signed);
    }

    private void read(TransportResponse head) throws IOException, InterruptedException {
        answered = true;
        Provider provider = config.provider();
        String requestId = provider.requestId(head).orElse(null);
        RateLimits rateLimits = provider.rateLimits(head).orElse(null);
        InputStream bytes = listener.onResponse(head, requestId, rateLimits);
        var body = new ResponseBodyCheck(name, head, bytes, signer::withoutSecrets);
        if (head.status() / 100 != 2) {
            refusal = provider.error(head, ""); // if the rest never comes
            throw provider.error(head, body.beginning(ERROR_BODY_BYTES));
        }
        body.reject(mode instanceof ResponseMode.Streamed);
        if (!listener.onHead(new ResponseInfo(head.status(), head.headers(), requestId, rateLimits))) {
            throw new InterruptedException();
        }
        switch (mode) {
            case ResponseMode.Streamed streamed -> decode(head, bytes);
            case ResponseMode.Whole whole -> emitWhole(whole(body));
            case ResponseMode.Lookup(var of) -> {
                Object found = of.apply(new String(whole(body), StandardCharsets.UTF_8));
                complete = true;
                listener.onLookup(found);
            }
        }
    }

    private byte[] whole(ResponseBodyCheck body) throws IOException, InterruptedException {
        byte[] all = body.whole(config.limits().maxEventBytes());
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        return all;
    }

    /** Nothing is handed out before all of it is understood, and then all of it is or the attempt has failed. */
    private void emitWhole(byte[] body) throws InterruptedException {
        var events = new ArrayList<StreamEvent>();
        decoders.get().whole(body, events::add);
        listener.onWholeAnswer(events);
        for (StreamEvent event : events) {
            emit(event);
            if (Thread.currentThread().isInterrupted() && !complete) {
                throw new InterruptedException();
            }
        }
        if (!complete) {
            throw new ProtocolError(
                    "The answer to " + name + " was decoded to " + events.size() + " events without an end", null);
        }
    }

    private void decode(TransportResponse head, InputStream body) throws IOException, InterruptedException {
        var sse = new SseReader(body, config.limits());
        EventDecoder decoder = decoders.get();
        Consumer<StreamEvent> out = this::emit; // one for all events
        while (!complete && !Thread.currentThread().isInterrupted() && sse.next()) {
            bytes = sse.length();
            decoder.decode(sse, out);
        }
        if (complete) {
            drain(body);
            return;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        String unparsedLines = sse.unparsedLines();
        if (!unparsedLines.isEmpty()) {
            decoder.unparsedLines(unparsedLines);
        }
        decoder.end(out);
        if (!complete) {
            throw new Truncated(
                    events == 0
                            ? "The response to " + name + " ended without a single event (content type "
                                    + head.header("content-type").orElse("not given") + ")"
                            : "The response to " + name + " ended after " + events
                                    + " events, before the answer was complete");
        }
    }

    private void emit(StreamEvent event) {
        if (!complete) {
            events++;
            complete = event instanceof MessageStop;
            listener.onEvent(event, bytes);
            bytes = 0; // what the wire has in one event may be several of ours
        }
    }

    /** Reads the few bytes that may follow the answer, so that the connection can be used again. Never for long. */
    private void drain(InputStream body) {
        var late = new Cancelled("nothing more is expected");
        var limit =
                config.time().schedule(DRAIN_TIME, () -> scope.interrupt(late)); // reaches nothing after this attempt
        try {
            body.readNBytes(DRAIN_BYTES);
        } catch (IOException | StreamException e) {
            log.debug(
                    "{}: the answer was complete, its connection was not: {}",
                    Thread.currentThread().getName(),
                    e.getClass().getSimpleName());
        } finally {
            limit.cancel();
        }
    }
}
