package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.StreamReport.Hop;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One provider that a failover asks: the stream of its client, of which what comes before the first content is kept back. For one
 * thread at a time, except {@link #stop} and {@link #reader}.
 */
final class FailoverHop {
    /** How many characters make a token, in an estimate. */
    private static final int CHARACTERS = 4;

    /** How many bytes are kept back, beyond one event: far more than a provider has to say before its first content. */
    private static final long OPENING_BYTES = 1 << 20;

    final FailoverMember member;
    final Hop.Reason reason;
    final StreamReaderTask reader;

    private final MessageRequest request;
    private final StreamController controller;
    private final long begun;
    private final ArrayDeque<Object> opening = new ArrayDeque<>();
    private boolean spoken;
    private boolean answered;
    private boolean replaced;
    private long characters;

    private FailoverHop(
            FailoverMember member,
            Hop.Reason reason,
            MessageRequest request,
            StreamReaderTask reader,
            StreamController controller) {
        this.member = member;
        this.reason = reason;
        this.request = request;
        this.reader = reader;
        this.controller = controller;
        begun = member.sender().config().time().nanos();
    }

    /**
     * A stream of a client, to be started.
     *
     * @param limits the limits on time of the whole; that on all of it is not this stream's to watch
     * @throws IllegalArgumentException if the provider surely rejects the request
     * @throws IllegalStateException if the client is closed
     */
    static FailoverHop prepare(
            FailoverMember member,
            Hop.Reason reason,
            MessageRequest request,
            StreamController limits,
            @Nullable Budget budget) {
        StreamController controller = StreamController.withCancellation();
        Timeouts timeouts = limits.timeouts(member.sender().config().timeouts()).with(Phase.TOTAL, Duration.ZERO);
        return new FailoverHop(
                member, reason, request, member.sender().prepare(request, controller, budget, timeouts), controller);
    }

    void start() {
        member.sender().launch(reader, controller);
    }

    /** Gives it up at once, without waiting. */
    void stop(String why) {
        reader.stop(new Cancelled(why));
    }

    /** Reads until there is content, or the end, or so much without content that it is taken for an answer. */
    void readOpening() throws InterruptedException {
        long bytes = 0;
        while (!spoken && bytes < OPENING_BYTES) {
            Object item = reader.queue.take();
            if (item == null) {
                return;
            }
            opening.add(item);
            if (item instanceof StreamEvent event) {
                bytes += StreamEventSizes.bytes(event);
                spoken = StreamEventSizes.isContent(event);
            }
        }
        spoken = true;
    }

    /** Whether it has said something. */
    boolean hasSpoken() {
        return spoken;
    }

    /** Something of it is in the message. */
    void answered() {
        answered = true;
    }

    /** Whether something of it is in the message. For any thread after the end. */
    boolean hasAnswered() {
        return answered;
    }

    /** Another answer takes the place of it, or of its rest. Has the server stop it if it failed and might be made all the same. */
    void replaced() {
        if (!replaced
                && reader.queue.ended().orElse(null) instanceof Failed(StreamException failure)
                && !(failure instanceof ApiError)) { // which says that the server has ended it
            replaced = true;
            reader.serverAnswer.cancel(reader.thread.getName());
        }
    }

    /** How long it has been asked, in nanoseconds. */
    long asked() {
        return member.sender().config().time().nanos() - begun;
    }

    /** What comes next, from its beginning; null at its end. */
    @Nullable
    Object take() throws InterruptedException {
        Object kept = opening.poll();
        Object item = kept == null ? reader.queue.take() : kept;
        characters += item instanceof StreamEvent event ? StreamEventSizes.characters(event) : 0;
        return item;
    }

    /** Whether {@link #take} may block. */
    boolean mayWait() {
        return opening.isEmpty() && reader.queue.size() == 0;
    }

    /** How it ended, when there is nothing left to take. */
    EndReason end() {
        return reader.queue.endReason().orElseThrow();
    }

    /** What it came to. */
    Hop report() {
        EndReason end = reader.queue.ended().orElse(new Cancelled("the stream has ended"));
        StreamReport report = reader.reportOf(end);
        Usage usage = report.usage();
        boolean unsaid = reader.hasSent() && (spoken || end instanceof Cancelled);
        boolean noInput = unsaid && usage.totalInputTokens() == 0;
        long made = tokens(characters);
        boolean isUnfinished = !(end instanceof EndReason.Completed); // what was said of it may be what it began with
        boolean noOutput = unsaid && usage.outputTokens() < (isUnfinished ? made : Math.min(1, made));
        if (noInput || noOutput) {
            usage = new Usage(
                    noInput ? tokens(StreamEventSizes.characters(request)) : usage.inputTokens(),
                    noOutput ? made : usage.outputTokens(),
                    usage.cacheReadTokens(),
                    usage.cacheWriteTokens(),
                    usage.cacheWrite1hTokens(),
                    usage.thinkingTokens(),
                    List.of(),
                    Map.of());
        }
        Prices prices = member.prices();
        return new Hop(
                report.provider(),
                report.requestedModel(),
                report.model(),
                reason,
                answered,
                end,
                usage,
                noInput || noOutput,
                prices == null ? null : prices.cost(usage));
    }

    private static long tokens(long characters) {
        return (characters + CHARACTERS - 1) / CHARACTERS;
    }
}
