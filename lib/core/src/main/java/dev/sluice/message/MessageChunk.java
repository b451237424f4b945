package dev.sluice.message;

import org.jspecify.annotations.Nullable;

/**
 * One event's addition to the answer, in a shape that needs no {@code switch}: at most one of the parts is there.
 *
 * @param text words to append to the answer; empty if this chunk brings none
 * @param thinking words to append to the thinking; empty if this chunk brings none
 * @param toolCall a tool call that begins or grows; null if this chunk brings none
 * @param finishReason why the model stopped; null while it has not
 * @param usage the tokens of the whole message so far; null if this chunk does not report them
 */
public record MessageChunk(
        String text,
        String thinking,
        @Nullable ToolCall toolCall,
        @Nullable FinishReason finishReason,
        @Nullable Usage usage) {

    /**
     * A tool call that begins or grows.
     *
     * @param index the call's block in the message; chunks of one call share it
     * @param id the call's id on its first chunk, then empty
     * @param name the tool on its first chunk, then empty
     * @param inputFragment JSON text to append to the call's input
     */
    public record ToolCall(int index, String id, String name, String inputFragment) {}

    /** The chunk of an event; null for an event that adds nothing a reader would show: a ping, a block's end. */
    public static @Nullable MessageChunk of(StreamEvent event) {
        return switch (event) {
            case StreamEvent.MessageStart(Message message) ->
                new MessageChunk(message.text(), "", null, finished(message.finishReason()), message.usage());
            case StreamEvent.ContentBlockStart(int index, ContentBlock block) -> ofStart(index, block);
            case StreamEvent.ContentBlockDelta(int index, Delta delta) -> ofDelta(index, delta);
            case StreamEvent.MessageDelta delta ->
                new MessageChunk("", "", null, delta.stopReason() == null ? null : delta.finishReason(), delta.usage());
            case StreamEvent.ContentBlockStop stop -> null;
            case StreamEvent.MessageStop stop -> null;
            case StreamEvent.Ping ping -> null;
            case StreamEvent.Unknown unknown -> null;
        };
    }

    private static @Nullable MessageChunk ofStart(int index, ContentBlock block) {
        return switch (block) {
            case ContentBlock.ToolUse use ->
                new MessageChunk("", "", new ToolCall(index, use.id(), use.name(), ""), null, null);
            case ContentBlock.Text text
            when !text.text().isEmpty() -> new MessageChunk(text.text(), "", null, null, null);
            case ContentBlock.Thinking thinking
            when !thinking.thinking().isEmpty() -> new MessageChunk("", thinking.thinking(), null, null, null);
            default -> null;
        };
    }

    private static @Nullable MessageChunk ofDelta(int index, Delta delta) {
        return switch (delta) {
            case Delta.TextDelta(String text) -> new MessageChunk(text, "", null, null, null);
            case Delta.ThinkingDelta(String thinking) -> new MessageChunk("", thinking, null, null, null);
            case Delta.InputJsonDelta(String json) ->
                new MessageChunk("", "", new ToolCall(index, "", "", json), null, null);
            case Delta.SignatureDelta signature -> null;
            case Delta.CitationsDelta citation -> null;
            case Delta.Unknown unknown -> null;
        };
    }

    private static @Nullable FinishReason finished(FinishReason reason) {
        return reason == FinishReason.UNKNOWN ? null : reason;
    }
}
