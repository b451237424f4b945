package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.StreamException.Truncated;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.continuation.ContinuationJoiner;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.provider.Provider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;

/**
 * An answer that another process has begun, of which the consumer knows the beginning. The model is asked to continue it, by the rules
 * of {@link dev.sluice.continuation.Continuation}. Nothing of it is delivered before it is sure that the model has continued there.
 */
final class ContinuedAnswer implements TurnAnswer {
    private final List<StreamEvent> begun;
    private final ContinuationJoiner joiner;
    private final Live rest;
    private final ChunkAggregator whole = new ChunkAggregator();
    private final Queue<StreamEvent> ready = new ArrayDeque<>();
    private volatile boolean joined;

    private ContinuedAnswer(List<StreamEvent> begun, ContinuationJoiner joiner, Live rest) {
        this.begun = begun;
        this.joiner = joiner;
        this.rest = rest;
    }

    /**
     * Asks the model to continue an answer; empty if it cannot be asked to.
     *
     * @param begun what is known of the answer; its last block is not complete
     * @param request what was asked
     * @param ask sends a request
     */
    static Optional<ContinuedAnswer> of(
            Message begun, MessageRequest request, Provider provider, Function<MessageRequest, Live> ask) {
        List<StreamEvent> events = new RecordedAnswer(begun).beginning();
        var joiner = new ContinuationJoiner(1, request, provider);
        events.forEach(event -> joiner.accept(event, known -> {}));
        return joiner.continuationRequest(new Truncated("The process that asked for this answer was lost"))
                .map(next -> new ContinuedAnswer(events, joiner, ask.apply(next)));
    }

    @Override
    public Iterable<StreamEvent> events() {
        Iterator<StreamEvent> events = rest.events().iterator();
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    while (ready.isEmpty() && events.hasNext()) {
                        joiner.accept(events.next(), ContinuedAnswer.this::onJoined);
                    }
                    return !ready.isEmpty();
                } catch (StreamException e) {
                    throw StreamFailures.withPartial(e, whole.snapshot(), null);
                }
            }

            @Override
            public StreamEvent next() {
                return hasNext() ? ready.remove() : events.next(); // which throws that there is none
            }
        };
    }

    private void onJoined(StreamEvent event) {
        if (!joined && (event instanceof Ping || isUsage(event))) {
            return; // says nothing yet of where the model continues
        }
        if (!joined) {
            joined = true;
            begun.forEach(this::deliver);
        }
        deliver(event);
    }

    private static boolean isUsage(StreamEvent event) {
        return event instanceof MessageDelta delta
                && delta.finishReason() == FinishReason.UNKNOWN
                && delta.stopReason() == null;
    }

    private void deliver(StreamEvent event) {
        whole.accept(event);
        ready.add(event);
    }

    @Override
    public EndReason end() {
        return rest.end();
    }

    @Override
    public Message snapshot() {
        return joined ? whole.snapshot() : usageOnly(rest.snapshot());
    }

    /** Of an answer that may not be a continuation: it is paid for, and none of it is shown. */
    private static Message usageOnly(Message unsure) {
        return new Message(
                "", Role.ASSISTANT, "", "", List.of(), FinishReason.UNKNOWN, null, null, unsure.usage(), Map.of());
    }

    @Override
    public Duration duration() {
        return rest.duration();
    }

    @Override
    public boolean isResumed() {
        return true;
    }

    @Override
    public void cancelBroken(StreamException failure) {
        rest.cancelBroken(failure);
    }

    @Override
    public void close() {
        rest.close();
    }
}
