package dev.sluice.message;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step of an answer as it is made. The words are those of the Claude Messages API; the events of other providers are
 * translated into them.
 *
 * <p>A whole answer is: {@link MessageStart}; for each block {@link ContentBlockStart}, any number of
 * {@link ContentBlockDelta}, {@link ContentBlockStop}; {@link MessageDelta}; {@link MessageStop}. {@link Ping} may come
 * anywhere. The {@code index} alone identifies a block: blocks may interleave.
 */
public sealed interface StreamEvent {

    /**
     * The answer begins.
     *
     * @param message its id, role, model and first usage; its content is empty, unless a provider sends a whole message
     *     at once
     */
    record MessageStart(Message message) implements StreamEvent {}

    /**
     * A content block begins.
     *
     * @param index the block's place in the message
     * @param block the block as it starts: empty and filled by deltas, or whole already
     */
    record ContentBlockStart(int index, ContentBlock block) implements StreamEvent {}

    /**
     * A content block grows.
     *
     * @param index the block's place in the message
     * @param delta what is added
     */
    record ContentBlockDelta(int index, Delta delta) implements StreamEvent {}

    /**
     * A content block is complete.
     *
     * @param index the block's place in the message
     */
    record ContentBlockStop(int index) implements StreamEvent {}

    /**
     * The message as a whole changes: it stops for a reason, and its usage is known better.
     *
     * @param finishReason why, in neutral words
     * @param stopReason why, in the provider's word; null if it did not say
     * @param stopSequence the stop sequence that was met, if one was
     * @param usage the tokens of the whole message so far
     * @param extra every other field of the event, by name, each as raw JSON text
     */
    record MessageDelta(
            FinishReason finishReason,
            @Nullable String stopReason,
            @Nullable String stopSequence,
            Usage usage,
            Map<String, String> extra)
            implements StreamEvent {
        /** Copies {@code extra}. */
        public MessageDelta {
            extra = RawFields.copy(extra);
        }
    }

    /** The answer is complete. Nothing follows. */
    record MessageStop() implements StreamEvent {}

    /** The server is alive and has nothing to say yet. */
    record Ping() implements StreamEvent {}

    /**
     * An event, or fields of a known one, that this library has no record for.
     *
     * @param type the event's type as the wire names it
     * @param json its raw data: a JSON object if the provider kept to its own format. For an event of a known type it
     *     has only the fields that its record has no component for, with its index if it has one
     */
    record Unknown(String type, String json) implements StreamEvent {}
}
