package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import java.util.function.Consumer;

/** The model's thoughts: a summary in pieces, which may be missing, and a signature. */
final class InteractionsThought extends InteractionsStep {
    private static final String SUMMARY = "thought_summary";

    private final InteractionsAnswer answer;
    private final int block;
    private boolean started;

    InteractionsThought(InteractionsAnswer answer) {
        super(THOUGHT);
        this.answer = answer;
        block = answer.nextBlock();
    }

    @Override
    void start(JsonFields step, Consumer<? super StreamEvent> out) {
        step.skip("type");
        var summary = step.objectsIfAny("summary");
        String signature = text(step, "signature");
        answer.signed(signature);
        started = true;
        out.accept(new ContentBlockStart(block, new Thinking("", signature.isEmpty() ? null : signature, step.rest())));
        summary.forEach(item -> summary(item, out));
    }

    @Override
    boolean delta(String type, JsonFields delta, Consumer<? super StreamEvent> out) {
        JsonFields item = delta.objectIfAny("content");
        boolean isSummary = type.equals(SUMMARY) && (item != null || !delta.has("content"));
        String signature = delta.textIfAny("signature");
        if (!isSummary && !(type.equals("thought_signature") && signature != null)) {
            return false;
        }
        begin(out);
        if (item != null && isSummary) {
            summary(item, out);
        }
        if (signature != null && !signature.isEmpty()) {
            answer.signed(signature);
            delta(new Delta.SignatureDelta(signature), out);
        }
        return true;
    }

    @Override
    void end(Consumer<? super StreamEvent> out) {
        begin(out);
        out.accept(new ContentBlockStop(block));
    }

    private void begin(Consumer<? super StreamEvent> out) {
        if (!started) {
            started = true;
            out.accept(new ContentBlockStart(block, new Thinking("", null, java.util.Map.of())));
        }
    }

    /** A piece of the summary; a piece without words, such as an image, is passed on raw. */
    private void summary(JsonFields item, Consumer<? super StreamEvent> out) {
        String words = item.textIfAny("text");
        if (words == null) {
            delta(new Delta.Unknown(SUMMARY, item.raw()), out);
        } else if (!words.isEmpty()) {
            delta(new Delta.ThinkingDelta(words), out);
        }
    }

    private void delta(Delta delta, Consumer<? super StreamEvent> out) {
        out.accept(new ContentBlockDelta(block, delta));
    }
}
