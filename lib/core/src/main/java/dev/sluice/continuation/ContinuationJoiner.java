package dev.sluice.continuation;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins the answers of several requests into the events of one message. Each answer continues where the one before
 * broke off. Its id and model are those of the first, its usage the sum of all reports. The sum is reported when an
 * answer begins, so that it is right even if the message breaks for good. For the thread that reads.
 */
public final class ContinuationJoiner {
    private final int times;
    private final MessageRequest request;
    private final Provider provider;

    /** What was handed out; the consumer may be behind. */
    private final ChunkAggregator whole = new ChunkAggregator();

    /** The blocks of the whole that have started, and whether they have not stopped yet. */
    private final SortedMap<Integer, Boolean> isOpen = new TreeMap<>();

    /** The answer that is being read, by itself; it must be in order, whatever is left of it in the whole. */
    private ChunkAggregator answer = whole;

    /** What the answers before it used. */
    private Usage before = Usage.NONE;

    private int continuations;
    private @Nullable StreamException broken;
    private @Nullable ContinuationSplicer seam;
    private boolean started;
    private boolean diverged;

    /** A joiner for the answer to one request. */
    public ContinuationJoiner(Continuation continuation, MessageRequest request, Provider provider) {
        times = continuation.times();
        this.request = request;
        this.provider = provider;
    }

    /**
     * Takes the next event of the request that is being read and passes on what it is in the whole.
     *
     * @throws ProtocolError if the event cannot follow those before it
     * @throws StreamException the failure that made this request necessary, if its answer does not continue from there
     */
    public void accept(StreamEvent event, Consumer<StreamEvent> out) {
        if (answer != whole) {
            try {
                answer.accept(event);
            } catch (ProtocolError e) {
                throw e.received(whole.snapshot(), null);
            }
        }
        if (seam == null) {
            hand(event, out);
        } else {
            join(event, seam, out);
        }
    }

    /** The request that continues after a failure; empty if that is impossible or not allowed. */
    public Optional<MessageRequest> next(StreamException failure) {
        if (!started || diverged || continuations == times || !mayGoOn(failure)) {
            return Optional.empty();
        }
        Optional<MessageRequest> next = ResumePoint.of(whole.snapshot(), isOpen).flatMap(this::goOn);
        if (next.isPresent()) {
            broken = failure;
        }
        return next;
    }

    private Optional<MessageRequest> goOn(ResumePoint cut) {
        return ContinuationRequest.of(request, cut, provider).map(next -> {
            continuations++;
            before = sum(before, answer.usage());
            answer = new ChunkAggregator();
            seam = new ContinuationSplicer(continuations, cut, next.anchor());
            return next.request();
        });
    }

    /** Whether the request broke off, or failed before its first event in a way that may pass. */
    private boolean mayGoOn(StreamException failure) {
        return switch (failure) {
            case ConnectionFailed e -> e.retryable() || answer.chunkCount() > 0;
            case Truncated e -> true;
            case TimedOut e -> e.retryable();
            case ApiError e -> e.retryable();
            case CredentialsFailed e -> e.retryable();
            case ProtocolError e -> false;
            case LimitExceeded e -> false;
            case Cancelled e -> false;
            case CircuitOpen e -> false;
        };
    }

    private void join(StreamEvent event, ContinuationSplicer at, Consumer<StreamEvent> out) {
        try {
            at.accept(event, joined -> hand(joined, out));
        } catch (ProtocolError e) {
            diverged = true;
            StreamException cause = Objects.requireNonNull(broken);
            cause.addSuppressed(e);
            throw cause;
        }
    }

    private void hand(StreamEvent event, Consumer<StreamEvent> out) {
        StreamEvent next = event instanceof MessageDelta delta && continuations > 0 ? added(delta) : event;
        whole.accept(next);
        switch (next) {
            case ContentBlockStart(int index, var block) -> isOpen.put(index, true);
            case ContentBlockStop(int index) -> isOpen.put(index, false);
            case MessageStart(var message) -> {
                for (int i = 0; !started && i < message.content().size(); i++) {
                    isOpen.put(i, false);
                }
                started = true;
            }
            default -> {}
        }
        out.accept(next);
    }

    private MessageDelta added(MessageDelta delta) {
        return new MessageDelta(
                delta.finishReason(),
                delta.stopReason(),
                delta.stopSequence(),
                sum(before, delta.usage()),
                delta.extra());
    }

    /** What both used; other fields are those of the second. */
    private static Usage sum(Usage first, Usage second) {
        Usage both = first.plus(second);
        return new Usage(
                both.inputTokens(),
                both.outputTokens(),
                both.cacheReadTokens(),
                both.cacheWriteTokens(),
                both.cacheWrite1hTokens(),
                both.thinkingTokens(),
                List.of(),
                second.extra());
    }
}
