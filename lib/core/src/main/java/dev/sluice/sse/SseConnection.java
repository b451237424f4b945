package dev.sluice.sse;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.internal.CancellationScope;
import dev.sluice.internal.FailureMapper;
import dev.sluice.internal.HeaderSyntax;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an {@link SseConnectionLoop}, from asking to the end: follows redirects, judges the answer, hands on events.
 * Runs on the reader's thread; other threads may only {@link #giveUp}.
 */
final class SseConnection {
    private static final int ERROR_BODY_BYTES = 16 << 10;
    private static final Set<Integer> PASSING = Set.of(408, 425, 429); // of the 4xx, those that time may heal

    private final SseConnectionLoop source;
    private final SseClientConfig settings;
    private final CancellationScope scope;
    private TransportRequest request;

    /** What the server said no with, while the rest of it is read. */
    private @Nullable StreamException refusal;

    private boolean answered;
    private boolean open;
    private long openSince;
    private boolean receivedBytes;
    private long events;

    SseConnection(SseConnectionLoop source, SseClientConfig settings, CancellationScope scope) {
        this.source = source;
        this.settings = settings;
        this.scope = scope;
        request = source.target();
    }

    void giveUp(TimedOut reason) {
        scope.interrupt(reason);
    }

    boolean isOver() {
        return scope.isOver();
    }

    /**
     * Whether the server did what it should for a while: then the next failure is the first in a row. One that answers and
     * hangs up at once does not.
     */
    boolean worked() {
        long aWhile = settings.delay().longest().toNanos();
        return receivedBytes || (open && settings.time().nanos() - openSince >= aWhile);
    }

    /** Whether another connection may fare better. */
    boolean mayRetry(StreamException why) {
        return why.retryable() || (open && why instanceof ConnectionFailed);
    }

    /**
     * Runs it to its end.
     *
     * @return why it ended; means nothing if the source has ended
     * @throws InterruptedException if somebody else than the scope's interrupts the reader
     */
    StreamException run() throws InterruptedException {
        Throwable failure;
        try {
            failure = answer();
        } catch (Throwable e) { // the transport is a third party's, who may throw anything
            failure = e;
        }
        StreamException reason = scope.end();
        if (reason != null) {
            return reason instanceof TimedOut && refusal != null ? refusal : reason;
        }
        if (failure instanceof InterruptedException interrupt) {
            throw interrupt;
        }
        return new FailureMapper(request.toString(), answered, events, settings.timeouts()).of(failure);
    }

    private StreamException answer() throws IOException, InterruptedException {
        source.connecting(this);
        boolean lasting = true;
        for (int hops = 0; hops <= Redirects.MOST; hops++) {
            try (TransportResponse head = settings.transport().open(identified(request))) {
                if (!Redirects.isRedirect(head)) {
                    return read(head);
                }
                request = Redirects.follow(request, head);
                lasting &= Redirects.isPermanent(head);
                if (lasting) {
                    source.moved(request);
                }
            }
        }
        throw new ProtocolError(
                "The server redirected " + source.target() + " more than " + Redirects.MOST + " times", null);
    }

    private TransportRequest identified(TransportRequest bare) {
        String id = source.lastEventId();
        if (id.isEmpty()) {
            return bare;
        }
        if (!HeaderSyntax.isSendable(id)) {
            throw new ProtocolError(
                    "The server's last event id has characters that cannot be sent back in a header, so " + bare
                            + " cannot resume where it was; let the server use ids of ASCII characters",
                    null);
        }
        return bare.withDefaultHeader("Last-Event-ID", id);
    }

    private StreamException read(TransportResponse head) throws IOException, InterruptedException {
        answered = true;
        InputStream body = source.onResponse(head.body(), (count, now) -> receivedBytes |= open);
        if (head.status() == 204) {
            source.complete();
        } else if (head.status() == 200) {
            rejectOthers(head);
            open = true;
            openSince = settings.time().nanos();
            source.setState(new SseState.Open());
            events(body);
        } else {
            refusal = refused(head, "");
            throw refused(head, text(body));
        }
        return new Truncated("The server ended the response to " + request + " after " + events + " events");
    }

    private void events(InputStream body) throws IOException, InterruptedException {
        var sse = new SseReader(
                body, settings.limits(), source.lastEventId(), settings.tellsComments() ? source::comment : null);
        try {
            while (sse.next()) {
                events++;
                source.accept(sse);
            }
        } finally {
            source.note(sse);
        }
    }

    /** The standard: anything but an event stream is an end for good. */
    private void rejectOthers(TransportResponse head) {
        String type = head.header("content-type").orElse("none");
        if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("text/event-stream")) {
            throw new ProtocolError(
                    "The server answered " + request + " with content type " + type
                            + " instead of text/event-stream; check the address",
                    null);
        }
        String coding = head.header("content-encoding").orElse("identity");
        if (!coding.equalsIgnoreCase("identity")) {
            throw new ProtocolError(
                    "The server answered " + request + " with content-encoding " + coding
                            + ", which was not asked for; switch compression off in the proxy or gateway between",
                    null);
        }
    }

    private ApiError refused(TransportResponse head, String body) {
        int status = head.status();
        boolean mayPass = PASSING.contains(status) || status >= 500;
        Duration wait = head.retryAfter(settings.time()::now).orElse(null);
        return new ApiError(
                status,
                "",
                "The server answered " + request + " with status " + status
                        + (mayPass ? ", which may pass" : " instead of 200; check the address and the headers"),
                null,
                wait,
                body,
                mayPass);
    }

    /** The beginning of a body, as far as it comes. */
    private static String text(InputStream body) {
        var text = new ByteArrayOutputStream();
        byte[] buffer = new byte[4 << 10];
        try {
            int count;
            while (text.size() < ERROR_BODY_BYTES && (count = body.read(buffer)) >= 0) {
                text.write(buffer, 0, count);
            }
        } catch (IOException | StreamException e) {
            // an error that is cut still says more than its cut
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
