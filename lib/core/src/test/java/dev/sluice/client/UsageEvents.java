package dev.sluice.client;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;

/** Events that a budget counts, in few words. */
public final class UsageEvents {
    private UsageEvents() {}

    public static StreamEvent start(Usage usage, ContentBlock... content) {
        return new MessageStart(new Message(
                "msg_1",
                Role.ASSISTANT,
                "model-1",
                List.of(content),
                FinishReason.UNKNOWN,
                null,
                null,
                usage,
                Map.of()));
    }

    public static StreamEvent start(long input, long output) {
        return start(Usage.of(input, output));
    }

    public static StreamEvent open(ContentBlock block) {
        return new ContentBlockStart(0, block);
    }

    public static StreamEvent delta(Delta delta) {
        return new ContentBlockDelta(0, delta);
    }

    /** Text that is so many tokens by the rule of thumb. */
    public static StreamEvent text(int tokens) {
        return delta(new Delta.TextDelta("abcd".repeat(tokens)));
    }

    /** Thinking that is so many tokens by the rule of thumb. */
    public static StreamEvent thinking(int tokens) {
        return delta(new Delta.ThinkingDelta("abcd".repeat(tokens)));
    }

    /** The usage that a provider reports in the middle of an answer. */
    public static StreamEvent usage(Usage usage) {
        return new MessageDelta(FinishReason.UNKNOWN, null, null, usage, Map.of());
    }

    /** The usage at the end of an answer. */
    public static StreamEvent end(Usage usage) {
        return new MessageDelta(FinishReason.STOP, "end_turn", null, usage, Map.of());
    }

    public static StreamEvent end(long input, long output) {
        return end(Usage.of(input, output));
    }
}
