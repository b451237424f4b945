package dev.sluice.tools;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.SignatureDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;

/** Estimates how many bytes a run's event takes while it waits in the queue: two for each character of its long texts. */
final class RunEventSize {
    private RunEventSize() {}

    static long of(RunEvent event) {
        return 2 * characters(event);
    }

    private static long characters(RunEvent event) {
        return switch (event) {
            case RunEvent.MessageDelta(StreamEvent delta) -> characters(delta);
            case RunEvent.ToolStart start -> start.input().length();
            case RunEvent.ToolProgress progress -> progress.message().length();
            case RunEvent.ToolComplete complete -> complete.output().length();
            case RunEvent.ToolError error -> error.error().length();
            case RunEvent.ToolEvent(String id, RunEvent inner) -> characters(inner);
            case RunEvent.ApprovalAsked question -> question.input().length();
            case RunEvent.ToolOrphaned orphan ->
                orphan.input().length() + orphan.output().length();
            case RunEvent.Debug note -> note.message().length();
            // The transcript holds these messages anyway, or has just let go of them.
            case RunEvent.MessageStart start -> 0;
            case RunEvent.MessageStop stop -> 0;
            case RunEvent.TurnReset reset -> 0;
            case RunEvent.StreamError error -> 0;
            case RunEvent.StreamComplete complete -> 0;
        };
    }

    private static long characters(StreamEvent event) {
        return switch (event) {
            case ContentBlockDelta(int index, Delta delta) -> characters(delta);
            case ContentBlockStart(int index, ContentBlock block) -> characters(block);
            case StreamEvent.Unknown unknown -> unknown.json().length();
            default -> 0;
        };
    }

    private static long characters(Delta delta) {
        return switch (delta) {
            case TextDelta(String text) -> text.length();
            case InputJsonDelta(String json) -> json.length();
            case ThinkingDelta(String thinking) -> thinking.length();
            case SignatureDelta(String signature) -> signature.length();
            case CitationsDelta citations -> citations.citation().json().length();
            case Delta.Unknown unknown -> unknown.json().length();
        };
    }

    private static long characters(ContentBlock block) {
        return switch (block) {
            case ContentBlock.Text text -> text.text().length();
            case ContentBlock.Thinking thinking -> thinking.thinking().length();
            case ContentBlock.RedactedThinking hidden -> hidden.data().length();
            case ContentBlock.ToolUse call -> call.input().length();
            case ContentBlock.ServerToolUse call -> call.input().length();
            case ContentBlock.ServerToolResult result -> result.content().length();
            case ContentBlock.Unknown unknown -> unknown.json().length();
            default -> 0;
        };
    }
}
