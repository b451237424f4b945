package dev.sluice.aggregate;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;

/** The wire's names of events, deltas and blocks; for messages. */
final class WireNames {
    private WireNames() {}

    static String of(StreamEvent event) {
        return switch (event) {
            case StreamEvent.MessageStart start -> "message_start";
            case StreamEvent.ContentBlockStart start -> "content_block_start";
            case StreamEvent.ContentBlockDelta delta -> "content_block_delta";
            case StreamEvent.ContentBlockStop stop -> "content_block_stop";
            case StreamEvent.MessageDelta delta -> "message_delta";
            case StreamEvent.MessageStop stop -> "message_stop";
            case StreamEvent.Ping ping -> "ping";
            case StreamEvent.Unknown unknown -> unknown.type();
        };
    }

    static String of(Delta delta) {
        return switch (delta) {
            case Delta.TextDelta text -> "text_delta";
            case Delta.InputJsonDelta json -> "input_json_delta";
            case Delta.ThinkingDelta thinking -> "thinking_delta";
            case Delta.SignatureDelta signature -> "signature_delta";
            case Delta.CitationsDelta citation -> "citations_delta";
            case Delta.Unknown unknown -> unknown.type();
        };
    }

    static String of(ContentBlock block) {
        return switch (block) {
            case ContentBlock.Text text -> "text";
            case ContentBlock.Thinking thinking -> "thinking";
            case ContentBlock.RedactedThinking redacted -> "redacted_thinking";
            case ContentBlock.ToolUse use -> "tool_use";
            case ContentBlock.ServerToolUse use -> "server_tool_use";
            case ContentBlock.ServerToolResult result -> result.type();
            case ContentBlock.ToolResult result -> "tool_result";
            case ContentBlock.Image image -> "image";
            case ContentBlock.Document document -> "document";
            case ContentBlock.Unknown unknown -> unknown.type();
        };
    }
}
