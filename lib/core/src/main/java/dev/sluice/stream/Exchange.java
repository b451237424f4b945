package dev.sluice.stream;

import dev.sluice.control.EndReason;
import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.Failed;
import dev.sluice.control.EventQueue;
import dev.sluice.control.Limits;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ConnectionFailed;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.control.StreamException.TimedOut;
import dev.sluice.control.StreamException.Truncated;
import dev.sluice.control.Time;
import dev.sluice.control.Timeouts;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.NoResponseException;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.UnknownServiceException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader's side of one stream: connects, reads, decodes and queues, on a virtual thread of its own that never runs
 * the caller's code.
 *
 * <p>To stop it is to end the queue, which frees the consumer at once, and then to interrupt the reader, which gives the
 * connection up. It holds nothing of the consumer's side, so that an abandoned stream can be found by the garbage
 * collector.
 */
final class Exchange implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Exchange.class);
    private static final int ERROR_BODY_BYTES = 64 << 10;
    private static final int EXCERPT_BYTES = 200;

    /** After the answer's end: how much, and for how long, is read to give the connection back instead of up. */
    private static final int DRAIN_BYTES = 16 << 10;

    private static final Duration DRAIN_TIME = Duration.ofMillis(500);

    private final Provider provider;
    private final HttpTransport transport;
    private final TransportRequest request;
    private final Limits limits;
    private final Time time;
    private final Consumer<Exchange> onExit;
    private final Thread thread;

    final Recorder recorder;

    /** Empty if the stream ended before there was one. */
    final CompletableFuture<Optional<ResponseInfo>> response = new CompletableFuture<>();

    /** Holds the {@link ResponseInfo}, then {@link StreamEvent}s: all that the consumer learns, in order. */
    final EventQueue<Object> queue;

    private final Deadlines deadlines;
    private volatile @Nullable String requestId;

    /** What the server said no with; known before its body is, which may never come. */
    private volatile @Nullable StreamException refusal;

    // Owned by the reader.
    private boolean answered;
    private long events;
    private boolean complete;

    Exchange(LlmClient client, TransportRequest request, Timeouts timeouts, String name, Consumer<Exchange> onExit) {
        provider = client.provider();
        transport = client.transport();
        limits = client.limits();
        time = client.time();
        this.request = request;
        this.onExit = onExit;
        queue = new EventQueue<>(client.queueCapacity());
        recorder = new Recorder(time);
        deadlines = new Deadlines(time, timeouts, this::timedOut);
        thread = Thread.ofVirtual().name(name).unstarted(this);
    }

    void start() {
        log.debug("{}: {}", thread.getName(), request);
        deadlines.start();
        thread.start();
    }

    /** Ends the stream now, whatever is queued, and gives the connection up. Returns whether it had not ended before. */
    boolean stop(EndReason reason) {
        if (!queue.abort(reason)) {
            return false;
        }
        endResponse();
        thread.interrupt();
        return true;
    }

    Thread reader() {
        return thread;
    }

    /** What an abandoned stream's cleaner runs; does nothing after the end. */
    void abandoned() {
        if (stop(new Cancelled("abandoned without close()"))) {
            log.warn("{} was abandoned before its end; close streams with try-with-resources", thread.getName());
        }
    }

    /** The provider's id of the request; null before the headers, or if it gave none. */
    @Nullable
    String requestId() {
        return requestId;
    }

    @Override
    public void run() {
        try {
            if (queue.endReason().isEmpty()) { // else cancelled before it began: no request is sent
                answer();
            }
        } catch (Throwable e) { // the transport and the provider are third parties', who may throw anything
            fail(failure(e));
        } finally {
            deadlines.stop();
            endResponse();
            log.debug("{}: {} events, {}", thread.getName(), events, complete ? "complete" : "not complete");
            onExit.accept(this);
        }
    }

    private void answer() throws IOException, InterruptedException {
        try (TransportResponse head = open()) {
            answered = true;
            deadlines.headersArrived();
            recorder.headersArrived();
            read(head);
        }
    }

    /** A kept connection may have gone in the meantime: then nothing has been received, and a second try loses nothing. */
    private TransportResponse open() throws IOException, InterruptedException {
        try {
            return transport.open(request);
        } catch (NoResponseException e) {
            log.debug("{}: asks again, its connection had gone: {}", thread.getName(), e.getMessage());
            return transport.open(request);
        }
    }

    private void read(TransportResponse head) throws IOException, InterruptedException {
        var body = new WatchedInput(head.body(), deadlines, recorder, limits.maxStreamBytes());
        requestId = provider.requestId(head).orElse(null);
        if (head.status() / 100 != 2) {
            refusal = provider.error(head, ""); // if the rest never comes
            throw provider.error(head, text(body, ERROR_BODY_BYTES));
        }
        rejectPages(head, body);
        var info = new ResponseInfo(head.status(), head.headers(), requestId);
        response.complete(Optional.of(info));
        if (queue.put(info)) {
            decode(body, head);
        }
    }

    private void decode(InputStream body, TransportResponse head) throws IOException, InterruptedException {
        var sse = new SseReader(body, limits);
        EventDecoder decoder = provider.decoder();
        Consumer<StreamEvent> out = this::hand;
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

    /** Queues an event, and waits while the queue is full. */
    private void hand(StreamEvent event) {
        if (complete) {
            return;
        }
        events++;
        recorder.received(event);
        if (event instanceof StreamEvent.MessageStop) {
            complete = true;
            deadlines.stop();
            queue.putLast(event, new Completed());
            return;
        }
        try {
            queue.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ends the loop
        }
        if (!(event instanceof StreamEvent.Ping)) {
            deadlines.content();
        }
    }

    /** Reads the few bytes that may follow the answer, so that the connection can be used again. Never for long. */
    private void drain(InputStream body) {
        var limit = time.schedule(DRAIN_TIME, thread::interrupt);
        try {
            body.readNBytes(DRAIN_BYTES);
        } catch (IOException | StreamException e) {
            log.debug("{}: the answer was complete, its connection was not: {}", thread.getName(), e.toString());
        } finally {
            limit.cancel();
        }
    }

    private void timedOut(TimedOut timeout) {
        StreamException refused = refusal;
        fail(refused != null ? refused : timeout);
        thread.interrupt();
    }

    /** Ends the stream after what is queued. */
    private void fail(StreamException exception) {
        exception.received(exception.partial(), requestId);
        if (queue.end(new Failed(exception))) {
            log.debug("{}: {}", thread.getName(), exception.toString());
        }
        endResponse();
    }

    /** Whoever waits for a response that will never be there is told why. */
    private void endResponse() {
        response.complete(Optional.empty());
    }

    /** What went wrong, in a type of ours. Comes to an end whatever the exception does: somebody waits for it. */
    private StreamException failure(Throwable e) {
        try {
            return switch (e) {
                case StreamException known -> known;
                case SocketTimeoutException timeout
                when !answered ->
                    new TimedOut(Timeouts.Phase.CONNECT, deadlines.limits().connect());
                case IOException broken -> connectionFailed(broken);
                case InterruptedException interrupt ->
                    new ConnectionFailed("The reader of " + request + " was interrupted", interrupt, true);
                default -> new ProtocolError("Reading the answer to " + request + " failed: " + e, e);
            };
        } catch (RuntimeException | Error unprintable) {
            return new ProtocolError(
                    "Reading the answer to " + request + " failed: "
                            + e.getClass().getName(),
                    e);
        }
    }

    private ConnectionFailed connectionFailed(IOException e) {
        String what = answered
                ? "The connection of " + request + " broke after " + events + " events: "
                : "No connection to " + request + ": ";
        boolean hopeless = e instanceof SSLException || e instanceof UnknownServiceException;
        return new ConnectionFailed(what + words(e), e, !hopeless);
    }

    private static String words(IOException e) {
        String name = e.getClass().getSimpleName();
        return e.getMessage() == null ? name : e.getMessage() + " (" + name + ")";
    }

    /** A 200 with a web page or a JSON object is a proxy's or a gateway's answer, not a stream. */
    private void rejectPages(TransportResponse head, InputStream body) {
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
            log.debug("The body of an error broke: {}", e.toString());
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
