package dev.sluice.aggregate;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.TimeSource;
import dev.sluice.internal.StreamFailures;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events of one answer into the message so far.
 *
 * <p>The index alone identifies a block. Blocks may interleave and leave gaps, and the message has them in the order of
 * their indexes. A tool's input is the text that its fragments join to, cut or invalid if they are. A delta of a known
 * kind is added to a block of an unknown kind under the wire's names. An unknown delta changes nothing.
 *
 * <p>Adding an event costs what the event adds. A snapshot costs a reference per block, independent of the blocks'
 * length. A block is built when it is first read. All snapshots share it until it grows. Reading a growing block after
 * each event copies its whole text each time, because a record holds a string. So does {@link #text(int)}.
 *
 * <p>One thread adds; any thread may look, and read what it has been given. Neither waits for the other longer than one
 * such call takes.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="aggregator"}
 */
public final class ChunkAggregator {
    private final TimeSource time;

    /** Serialises the thread that adds and the threads that look. Owns all that follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final MessageAccumulator message = new MessageAccumulator();
    private @Nullable Instant firstAt;
    private long firstNanos;
    private long lastNanos;
    private long chunks;

    /** An aggregator by the machine's clock. */
    public ChunkAggregator() {
        this(TimeSource.system());
    }

    /** An aggregator by the given clock. */
    public ChunkAggregator(TimeSource time) {
        this.time = time;
    }

    /**
     * Adds an event. A second start of the same message is ignored, and so is a ping or an unknown event.
     *
     * @throws ProtocolError if the event cannot follow those before it, or its delta cannot belong to its block; it has
     *     the message so far, which the event has not changed
     */
    public void accept(StreamEvent event) {
        lock.lock();
        try {
            message.add(event);
            lastNanos = time.nanos();
            if (chunks++ == 0) {
                firstNanos = lastNanos;
                firstAt = time.now();
            }
        } catch (ProtocolError e) {
            throw StreamFailures.withPartial(e, message.snapshot(), null);
        } finally {
            lock.unlock();
        }
    }

    /** The message so far; {@link Message#EMPTY} before it has started. The same object until the message changes. */
    public Message snapshot() {
        return look(message::snapshot);
    }

    /**
     * The whole answer.
     *
     * @throws IllegalStateException if the message has not stopped; {@link #partialResponse} gives what there is
     */
    public AggregatedResponse finalResponse() {
        return look(() -> {
            if (!message.isComplete()) {
                throw new IllegalStateException("message_stop has not come yet; partialResponse() has what there is");
            }
            return response();
        });
    }

    /** The answer as far as it has come. */
    public AggregatedResponse partialResponse() {
        return look(this::response);
    }

    /** Whether the message has stopped: nothing can be added to it. */
    public boolean isComplete() {
        return look(message::isComplete);
    }

    /** How many events have been added, pings and unknown ones included. */
    public long chunkCount() {
        return look(() -> chunks);
    }

    /** The length of the text so far, in {@code char}s: that of {@link Message#text()}. */
    public long contentLength() {
        return look(message::textLength);
    }

    /** How many calls of the caller's tools have started. */
    public int toolCalls() {
        return look(message::toolCalls);
    }

    /** The tokens so far. */
    public Usage usage() {
        return look(message::usage);
    }

    /** From the first event to the last; zero before there are two. */
    public Duration duration() {
        return look(() -> Duration.ofNanos(lastNanos - firstNanos));
    }

    /**
     * The block at an index, as it stands.
     *
     * @throws IllegalArgumentException if no block has started there
     */
    public ContentBlock block(int index) {
        return look(() -> message.block(index).block()).get();
    }

    /**
     * The words of the block at an index so far; empty if it has none. Each time that they have grown a string of all of them
     * is made.
     *
     * @throws IllegalArgumentException if no block has started there
     */
    public String text(int index) {
        return look(() -> message.block(index).text()).toString();
    }

    /**
     * The thoughts of the block at an index so far; empty if it has none. Costs what {@link #text(int)} does.
     *
     * @throws IllegalArgumentException if no block has started there
     */
    public String thinking(int index) {
        return look(() -> message.block(index).thinking()).toString();
    }

    /**
     * The sources of the block at an index so far. A list that has been returned does not change.
     *
     * @throws IllegalArgumentException if no block has started there
     */
    public List<Citation> citations(int index) {
        return look(() -> message.block(index).citations());
    }

    /**
     * The input of the tool call at an index, parsed as far as it has come: see {@link dev.sluice.json.PartialJson}. An
     * empty map while nothing has come, and for a block that is no tool call. A value that has been returned does not
     * change. Asked after each fragment it costs no more than the fragment; never asked, nothing.
     *
     * @throws IllegalArgumentException if no block has started there
     */
    public Object input(int index) {
        return look(() -> message.block(index).input());
    }

    private AggregatedResponse response() {
        Message said = message.snapshot();
        var duration = Duration.ofNanos(lastNanos - firstNanos);
        return new AggregatedResponse(
                said.id(),
                said.text(),
                said.toolUses(),
                said.finishReason(),
                said.usage(),
                new AggregatedResponse.Metadata(said.model(), firstAt, duration, chunks));
    }

    private <T> T look(Supplier<T> at) {
        lock.lock();
        try {
            return at.get();
        } finally {
            lock.unlock();
        }
    }
}
