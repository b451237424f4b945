package dev.sluice.internal.continuation;

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
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Message.Part;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private Usage usageBefore = Usage.NONE;

    /** Who made which part, if somebody else goes on; waits for the first of what that one adds. */
    private List<Part> parts = List.of();

    private int continuations;
    private @Nullable StreamException cause;
    private @Nullable ContinuationSplicer splicer;
    private boolean started;
    private boolean diverged;

    /**
     * A joiner for the answer to one request.
     *
     * @param times how many requests may continue it
     */
    public ContinuationJoiner(int times, MessageRequest request, Provider provider) {
        this.times = times;
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
                throw StreamFailures.withPartial(e, whole.snapshot(), null);
            }
        }
        if (splicer == null) {
            emit(event, out);
        } else {
            join(event, splicer, out);
        }
    }

    /** The request to go on with after a failure; empty if it cannot or may not be gone on. */
    public Optional<MessageRequest> continuationRequest(StreamException failure) {
        if (!started || diverged || continuations == times || !shouldContinue(failure)) {
            return Optional.empty();
        }
        return requestAfter(failure, request, provider);
    }

    /**
     * The request with which another provider, or another model, goes on after a failure; empty if it cannot be gone on. Whether
     * it may be is for the caller to say.
     *
     * @param request what was asked, as this provider is asked it
     */
    public Optional<MessageRequest> continuationRequest(
            StreamException failure, MessageRequest request, Provider provider) {
        if (!started || diverged) {
            return Optional.empty();
        }
        Optional<MessageRequest> next = requestAfter(failure, request, provider);
        if (next.isPresent()) {
            Message broken = whole.snapshot();
            var all = new ArrayList<>(broken.parts());
            all.add(partAfter(broken, request.model(), provider));
            parts = all;
        }
        return next;
    }

    /** The part that would begin where the answer broke off. */
    private Part partAfter(Message broken, String model, Provider provider) {
        boolean inside = !isOpen.isEmpty() && Boolean.TRUE.equals(isOpen.get(isOpen.lastKey()));
        int blocks = broken.content().size();
        return inside && broken.content().getLast() instanceof Text cut
                ? new Part(provider.name(), model, blocks - 1, cut.text().length())
                : new Part(provider.name(), model, blocks, 0);
    }

    private Optional<MessageRequest> requestAfter(StreamException failure, MessageRequest request, Provider provider) {
        Message broken = whole.snapshot();
        Optional<MessageRequest> next = ResumePoint.of(broken, isOpen).flatMap(point -> {
            List<String> makers =
                    broken.parts().stream().map(Part::provider).distinct().toList();
            boolean own = List.of(provider.name()).containsAll(makers);
            return requestFrom(own ? point : point.wordsOnly(), request, provider);
        });
        if (next.isPresent()) {
            cause = failure;
        }
        return next;
    }

    private Optional<MessageRequest> requestFrom(ResumePoint point, MessageRequest request, Provider provider) {
        return ContinuationRequest.of(request, point, provider).map(next -> {
            continuations++;
            usageBefore = sum(usageBefore, answer.usage());
            answer = new ChunkAggregator();
            splicer = new ContinuationSplicer(continuations, point, next.anchor());
            return next.request();
        });
    }

    /** Whether the request broke off, or failed before its first event in a way that may pass. */
    private boolean shouldContinue(StreamException failure) {
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
            at.accept(event, joined -> emit(joined, out));
        } catch (ProtocolError e) {
            diverged = true;
            StreamException cause = Objects.requireNonNull(this.cause);
            cause.addSuppressed(e);
            throw cause;
        }
    }

    private void emit(StreamEvent event, Consumer<StreamEvent> out) {
        if (!parts.isEmpty() && (event instanceof ContentBlockDelta || event instanceof ContentBlockStart)) {
            String json =
                    Json.write(parts.stream().map(ContinuationJoiner::fields).toList());
            parts = List.of();
            Map<String, String> extra = Map.of(Part.FIELD, json);
            emit(new MessageDelta(FinishReason.UNKNOWN, null, null, answer.usage(), extra), out);
        }
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

    private static Map<String, Object> fields(Part part) {
        return Map.of(
                "provider", part.provider(), "model", part.model(), "block", part.block(), "offset", part.offset());
    }

    private MessageDelta added(MessageDelta delta) {
        return new MessageDelta(
                delta.finishReason(),
                delta.stopReason(),
                delta.stopSequence(),
                sum(usageBefore, delta.usage()),
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
