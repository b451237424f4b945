package dev.sluice.provider.gemini;

import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.JsonFields;
import java.util.function.Consumer;

/**
 * One step of an answer, and the blocks that it becomes. It starts, grows and stops; its stop may be missing. Fields
 * that a step does not take from its objects have no place in it, and the caller passes them on raw.
 */
abstract sealed class InteractionsStep
        permits InteractionsOutput, InteractionsThought, InteractionsCall, InteractionsCollected {
    static final String OUTPUT = "model_output";
    static final String THOUGHT = "thought";
    static final String FUNCTION_CALL = "function_call";
    static final String FUNCTION_RESULT = "function_result";
    static final String USER_INPUT = "user_input";
    static final String CALL = "_call";
    static final String RESULT = "_result";

    private final String type;
    private boolean stopped;

    InteractionsStep(String type) {
        this.type = type;
    }

    /** A step of which nothing is known but its type. */
    static InteractionsStep of(String type, InteractionsAnswer answer) {
        return switch (type) {
            case OUTPUT -> new InteractionsOutput(answer);
            case THOUGHT -> new InteractionsThought(answer);
            default ->
                type.endsWith(CALL) ? new InteractionsCall(type, answer) : new InteractionsCollected(type, answer);
        };
    }

    /** The type of the step of a delta whose step was not announced; empty if it cannot be known. */
    static String typeOf(String delta) {
        return switch (delta) {
            case "text", "text_annotation_delta", "image", "audio", "video", "document" -> OUTPUT;
            case "thought_summary", "thought_signature" -> THOUGHT;
            case "arguments_delta" -> FUNCTION_CALL;
            default -> delta.endsWith(CALL) || delta.endsWith(RESULT) ? delta : "";
        };
    }

    /** The step's type as the wire names it. */
    final String type() {
        return type;
    }

    /** Whether no more of it will come. */
    final boolean isStopped() {
        return stopped;
    }

    /** Takes the step as it starts. */
    abstract void start(JsonFields step, Consumer<? super StreamEvent> out);

    /** Takes more of the step; false, and nothing taken, if there is no place for it. */
    abstract boolean delta(String type, JsonFields delta, Consumer<? super StreamEvent> out);

    /** Ends the step, once. */
    final void stop(Consumer<? super StreamEvent> out) {
        if (!stopped) {
            stopped = true;
            end(out);
        }
    }

    abstract void end(Consumer<? super StreamEvent> out);

    /** The text of a field; empty if it has none. */
    static String text(JsonFields wire, String name) {
        String text = wire.textIfAny(name);
        return text == null ? "" : text;
    }
}
