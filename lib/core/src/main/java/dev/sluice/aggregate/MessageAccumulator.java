package dev.sluice.aggregate;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.base.LazyList;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.StreamEvent.Unknown;
import dev.sluice.message.Usage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A message and the order in which events may change it. An event that breaks the order throws and changes nothing. Guarded
 * by the lock of its {@link ChunkAggregator}.
 */
final class MessageAccumulator {
    private final SortedMap<Integer, BlockBuilder> blocks = new TreeMap<>();
    /** The block that was last asked for, and its index: nearly every event goes where the one before it went. */
    private @Nullable BlockBuilder latest;

    private int latestIndex;
    private Map<String, String> extra = Map.of();
    private @Nullable Message start;
    private FinishReason finishReason = FinishReason.UNKNOWN;
    private @Nullable String stopReason;
    private @Nullable String stopSequence;
    private Usage usage = Usage.NONE;
    private boolean complete;
    private long textLength;
    private int toolCalls;
    private @Nullable Message snapshot;

    void add(StreamEvent event) {
        if (event instanceof Ping || event instanceof Unknown) {
            return;
        }
        checkOrder(event);
        switch (event) {
            case ContentBlockDelta(int index, Delta delta) -> grow(index, delta);
            case ContentBlockStart(int index, ContentBlock block) -> open(index, block);
            case ContentBlockStop(int index) -> stop(index);
            case MessageStart(Message message) -> begin(message);
            case MessageDelta delta -> change(delta);
            case MessageStop stop -> complete = true;
            case Ping ping -> {}
            case Unknown unknown -> {}
        }
    }

    /** The message as it stands; the same object until it changes. */
    Message snapshot() {
        if (start == null) {
            return Message.EMPTY;
        }
        if (snapshot == null) {
            snapshot = new Message(
                    start.id(),
                    start.role(),
                    start.model(),
                    start.provider(),
                    LazyList.of(blocks.values(), BlockBuilder::block),
                    finishReason,
                    stopReason,
                    stopSequence,
                    usage,
                    extra);
        }
        return snapshot;
    }

    /**
     * The block at an index.
     *
     * @throws IllegalArgumentException if none has started there
     */
    BlockBuilder block(int index) {
        BlockBuilder block = find(index);
        if (block == null) {
            throw new IllegalArgumentException("index: no block " + index + " has started");
        }
        return block;
    }

    boolean isComplete() {
        return complete;
    }

    Usage usage() {
        return usage;
    }

    long textLength() {
        return textLength;
    }

    int toolCalls() {
        return toolCalls;
    }

    private void checkOrder(StreamEvent event) {
        if (complete) {
            throw outOfOrder("got " + WireNames.of(event) + " after message_stop");
        }
        if (start == null && !(event instanceof MessageStart)) {
            throw outOfOrder("got " + WireNames.of(event) + " before message_start");
        }
    }

    private void begin(Message message) {
        if (start != null) {
            // Gateways that retry send it twice; two answers in one stream cannot be distinguished any more.
            if (!start.id().equals(message.id())) {
                throw error("The stream holds two answers: message_start of '" + message.id() + "' inside '"
                        + start.id() + "'");
            }
            return;
        }
        start = message;
        finishReason = message.finishReason();
        stopReason = message.stopReason();
        stopSequence = message.stopSequence();
        usage = message.usage();
        extra = message.extra();
        for (ContentBlock block : message.content()) {
            open(blocks.size(), block).stop();
        }
        snapshot = null;
    }

    private BlockBuilder open(int index, ContentBlock block) {
        if (blocks.containsKey(index)) {
            throw outOfOrder("block " + index + " starts a second time");
        }
        var growing = new BlockBuilder(block);
        blocks.put(index, growing);
        if (block instanceof ContentBlock.Text(String text, var citations, var fields)) {
            textLength += text.length();
        }
        if (block instanceof ContentBlock.ToolUse) {
            toolCalls++;
        }
        snapshot = null;
        return growing;
    }

    private void grow(int index, Delta delta) {
        BlockBuilder block = find(index);
        if (block == null || block.isStopped()) {
            throw notGrowing(block, index, WireNames.of(delta));
        }
        if (!block.add(delta)) {
            throw error("The server sent " + WireNames.of(delta) + " for block " + index + ", which is of type "
                    + block.kind() + " and takes none");
        }
        if (delta instanceof Delta.TextDelta(String text) && block.isText()) {
            textLength += text.length();
        }
        snapshot = null;
    }

    private void stop(int index) {
        BlockBuilder block = find(index);
        if (block == null || block.isStopped()) {
            throw notGrowing(block, index, "content_block_stop");
        }
        block.stop();
    }

    private @Nullable BlockBuilder find(int index) {
        if (latest == null || latestIndex != index) {
            latest = blocks.get(index);
            latestIndex = index;
        }
        return latest;
    }

    private void change(MessageDelta delta) {
        if (delta.stopReason() != null || delta.finishReason() != FinishReason.UNKNOWN) {
            finishReason = delta.finishReason();
            stopReason = delta.stopReason();
        }
        if (delta.stopSequence() != null) {
            stopSequence = delta.stopSequence();
        }
        usage = delta.usage();
        if (!delta.extra().isEmpty()) {
            var all = new LinkedHashMap<>(extra);
            // A null says that there is nothing new.
            delta.extra()
                    .forEach((name, json) -> all.merge(name, json, (old, more) -> more.equals("null") ? old : more));
            extra = all;
        }
        snapshot = null;
    }

    private static ProtocolError notGrowing(@Nullable BlockBuilder block, int index, String what) {
        return outOfOrder(
                "got " + what + " for block " + index + ", which has " + (block == null ? "not started" : "stopped"));
    }

    private static ProtocolError outOfOrder(String what) {
        return error("The server's events are out of order: " + what);
    }

    private static ProtocolError error(String what) {
        return new ProtocolError(what, null);
    }
}
