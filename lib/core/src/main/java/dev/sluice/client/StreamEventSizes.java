package dev.sluice.client;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.SignatureDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.Unknown;

/** How much of an answer an event brings. */
final class StreamEventSizes {
    /** An event without words, in bytes. */
    private static final long RECORD = 64;

    private StreamEventSizes() {}

    /** Whether an event brings something to show: words, thoughts, a call, or a block of any other kind. */
    static boolean isContent(StreamEvent event) {
        return switch (event) {
            case ContentBlockDelta delta -> characters(delta.delta()) > 0;
            case ContentBlockStart(int index, ContentBlock block) -> isContent(block);
            case MessageStart(Message message) -> message.content().stream().anyMatch(StreamEventSizes::isContent);
            default -> false;
        };
    }

    private static boolean isContent(ContentBlock block) {
        return !(block instanceof Text || block instanceof Thinking) || characters(block) > 0;
    }

    /** What the model wrote in it, in characters. */
    static long characters(StreamEvent event) {
        return switch (event) {
            case ContentBlockDelta delta -> characters(delta.delta());
            case ContentBlockStart(int index, ContentBlock block) -> characters(block);
            case MessageStart(Message message) -> characters(message);
            default -> 0;
        };
    }

    /** The words of a prompt, in characters. */
    static long characters(MessageRequest request) {
        return request.messages().stream()
                        .mapToLong(StreamEventSizes::characters)
                        .sum()
                + request.system().stream()
                        .mapToLong(StreamEventSizes::characters)
                        .sum();
    }

    /** About how many bytes an event takes in a queue. */
    static long bytes(StreamEvent event) {
        return RECORD
                + switch (event) {
                    case Unknown unknown -> unknown.json().length();
                    case ContentBlockStart(int index, ContentBlock.Image image)
                    when image.source() instanceof MediaSource.Base64Data picture ->
                        picture.data().length();
                    case ContentBlockDelta(int index, SignatureDelta(String signature)) -> signature.length();
                    case ContentBlockDelta(int index, CitationsDelta(Citation citation)) ->
                        citation.json().length();
                    default -> characters(event);
                };
    }

    private static long characters(Message message) {
        return message.content().stream()
                .mapToLong(StreamEventSizes::characters)
                .sum();
    }

    private static long characters(Delta delta) {
        return switch (delta) {
            case TextDelta text -> text.text().length();
            case ThinkingDelta thinking -> thinking.thinking().length();
            case InputJsonDelta input -> input.partialJson().length();
            case SignatureDelta signature -> 0;
            case CitationsDelta citation -> 0;
            case Delta.Unknown unknown -> unknown.json().length();
        };
    }

    private static long characters(ContentBlock block) {
        return switch (block) {
            case Text text -> text.text().length();
            case Thinking thinking -> thinking.thinking().length();
            case ToolUse call -> call.name().length() + call.input().length();
            case ContentBlock.RedactedThinking hidden -> hidden.data().length();
            case ContentBlock.ServerToolUse call -> call.input().length();
            case ContentBlock.ServerToolResult result -> result.content().length();
            case ContentBlock.ToolResult result ->
                result.content().stream()
                        .mapToLong(StreamEventSizes::characters)
                        .sum();
            case ContentBlock.Image image -> 0;
            case ContentBlock.Document document -> 0;
            case ContentBlock.Unknown unknown -> unknown.json().length();
        };
    }
}
