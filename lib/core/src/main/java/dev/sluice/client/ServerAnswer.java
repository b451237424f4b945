package dev.sluice.client;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.client.ResumeProgress.Place;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.transport.TransportRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The answer that the server makes of one stream. If it makes the answer in the background, it would finish it without a connection:
 * then requests of their own cancel it, or get the rest of it. For the reader, except where it says otherwise.
 */
final class ServerAnswer {
    private final ClientConfig config;
    private final Provider provider;
    private final String model;

    /** Of the requests about it; null if it is not made in the background. */
    private final @Nullable Map<String, String> headers;

    private final ResumeProgress progress;
    private final boolean isTakenOver;

    /** Empty before the server has said it. */
    private volatile String id;

    private volatile boolean complete;

    /** What becomes of it without its stream: decided once. */
    private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.OPEN);

    private enum Fate {
        OPEN,
        LEFT_RUNNING,
        CANCELLED
    }

    private @Nullable EventDecoder decoder;
    private boolean resuming;

    /** Where it was resumed the last time; null if it never was. */
    private @Nullable String resumedAt;

    /** Whether the current request was accepted. */
    private boolean accepted;

    private ServerAnswer(
            ClientConfig config,
            String model,
            String id,
            @Nullable Map<String, String> headers,
            Place start,
            boolean isTakenOver) {
        this.config = config;
        this.provider = config.provider();
        this.model = model;
        this.id = id;
        this.headers = headers;
        this.progress = new ResumeProgress(start);
        this.isTakenOver = isTakenOver;
        resumedAt = isTakenOver ? "" : null;
    }

    /** The answer to a request that is sent now. Does not keep the request, which may be a long conversation. */
    static ServerAnswer to(MessageRequest request, ClientConfig config) {
        boolean isInBackground = config.provider().isInBackground(request);
        return new ServerAnswer(
                config, request.model(), "", isInBackground ? request.headers() : null, Place.BEGINNING, false);
    }

    /** An answer that ends with its connection. */
    static ServerAnswer ofConnection(ClientConfig config) {
        return new ServerAnswer(config, "", "", null, Place.BEGINNING, false);
    }

    /** An answer that another stream has begun. */
    static ServerAnswer of(ResumeToken token, ClientConfig config) {
        return new ServerAnswer(
                config, token.model(), token.answerId(), Map.of(), new Place(token.position(), token.events()), true);
    }

    /** Whether another stream has begun it. For any thread. */
    boolean isTakenOver() {
        return isTakenOver;
    }

    /** Whether to cancel it takes a request of its own. For any thread. */
    boolean isCancellable() {
        return headers != null;
    }

    /** The decoder of a response that is about to be read: the one before if the answer is resumed. */
    EventDecoder decoder() {
        EventDecoder next = decoder;
        if (resuming && next != null && !next.position().isEmpty()) {
            next.resumed();
        } else {
            next = provider.decoder();
        }
        resuming = false;
        decoder = next;
        return next;
    }

    /** The server has accepted the request. */
    void onAccepted() {
        accepted = true;
    }

    /** Notes the next event. Returns whether the stream before this one has handed it out. */
    boolean isReplayed(StreamEvent event) {
        if (event instanceof MessageStart(var message) && id.isEmpty()) {
            id = message.id();
        }
        complete |= event instanceof MessageStop;
        return headers != null && progress.isReplayed(event, position());
    }

    /** Whether events have come since it was last resumed, also such as mean nothing. */
    boolean hasProgressed() {
        return !position().equals(resumedAt);
    }

    /** The request that gets the rest of it after a failure; empty if the server does not keep it, or the failure is not the connection's. */
    Optional<TransportRequest> resumeRequest(StreamException failure) {
        String position = position();
        boolean isPlaced = !position.isEmpty() || (isTakenOver && progress.isUnnoted());
        if (headers == null || id.isEmpty() || !isPlaced || !isOfConnection(failure)) {
            return Optional.empty();
        }
        Optional<TransportRequest> request = provider.resumeRequest(id, position, headers);
        resuming = request.isPresent();
        accepted = false;
        resumedAt = position;
        return request;
    }

    /** The request that gets all of it. */
    Optional<TransportRequest> replayRequest() {
        return headers == null ? Optional.empty() : provider.resumeRequest(id, "", headers);
    }

    private String position() {
        return decoder == null ? "" : decoder.position();
    }

    private boolean isOfConnection(StreamException failure) {
        return switch (failure) {
            case Truncated cut -> true;
            case ConnectionFailed broken -> broken.retryable() || accepted;
            case TimedOut late -> late.retryable();
            case ApiError refused -> refused.retryable() && !accepted;
            case CredentialsFailed missing -> missing.retryable();
            default -> false;
        };
    }

    /** Asks the server to cancel it, on another thread and once, if it makes one and would not notice. For any thread. */
    void cancel(String stream) {
        if (headers != null && !id.isEmpty() && !complete && fate.compareAndSet(Fate.OPEN, Fate.CANCELLED)) {
            config.cancellations().send(config, id, headers, stream);
        }
    }

    /** Another answer takes its place. */
    void forget() {
        id = "";
        decoder = null;
        accepted = false;
        resumedAt = null;
        fate.set(Fate.OPEN);
        progress.giveUp();
    }

    /** It is not to be cancelled. Returns false if it has been. For any thread. */
    boolean leaveRunning() {
        return fate.compareAndSet(Fate.OPEN, Fate.LEFT_RUNNING) || fate.get() == Fate.LEFT_RUNNING;
    }

    /** The consumer has got an event. For the consumer. */
    void onTaken(StreamEvent event) {
        if (headers != null) {
            progress.taken(event);
        }
    }

    /** The consumer's message has got an event that the stream before has handed out. For the consumer. */
    void onReplayed(StreamEvent event) {
        progress.replayed(event);
    }

    /** What another stream can get all of it with; empty if it is not kept, or nobody knows its id. For any thread. */
    Optional<ResumeToken> tokenOfAll() {
        String known = id;
        return headers == null || known.isEmpty()
                ? Optional.empty()
                : Optional.of(new ResumeToken(provider.name(), model, known, "", 0));
    }

    /** What another stream can go on with; empty if it is not kept or cancelled, nothing is left, or nobody knows its id. For any thread. */
    Optional<ResumeToken> token() {
        String known = id;
        return headers == null || known.isEmpty() || fate.get() == Fate.CANCELLED
                ? Optional.empty()
                : progress.place()
                        .map(place -> new ResumeToken(provider.name(), model, known, place.position(), place.events()));
    }
}
