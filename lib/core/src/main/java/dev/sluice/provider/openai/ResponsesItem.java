package dev.sluice.provider.openai;

import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One item of an answer's output, and the blocks that it becomes. It is announced, grows and is done; any of the three may
 * be missing. An event that has no place in it changes nothing, and the caller passes it on raw.
 */
abstract sealed class ResponsesItem
        permits ResponsesMessage, ResponsesReasoning, ResponsesCall, ResponsesServerCall, ResponsesOther {
    static final String MESSAGE = "message";
    static final String REASONING = "reasoning";
    static final String FUNCTION_CALL = "function_call";
    static final String CUSTOM_CALL = "custom_tool_call";

    private final String type;
    private boolean done;

    ResponsesItem(String type) {
        this.type = type;
    }

    /**
     * An item of which nothing is known but its type.
     *
     * @param next reserves the index of a block
     */
    static ResponsesItem of(String type, IntSupplier next) {
        return switch (type) {
            case MESSAGE -> new ResponsesMessage(next);
            case REASONING -> new ResponsesReasoning(next.getAsInt());
            case FUNCTION_CALL, CUSTOM_CALL -> new ResponsesCall(type, next.getAsInt());
            default ->
                ResponsesServerCall.TYPES.contains(type)
                        ? new ResponsesServerCall(type, next.getAsInt(), next.getAsInt())
                        : new ResponsesOther(type, next.getAsInt());
        };
    }

    /** The item's type as the wire names it. */
    final String type() {
        return type;
    }

    /** Whether it is whole, or no more of it will come. */
    final boolean isDone() {
        return done;
    }

    /** Takes the item as it is announced. */
    abstract void added(JsonFields item, Consumer<? super StreamEvent> out);

    /**
     * The text that an event adds to; null if there is none here, or it is whole.
     *
     * @param name the event's name without what stands around it, such as {@code output_text}
     */
    abstract @Nullable ResponsesText text(String name, JsonFields event);

    /** Takes a part as it is announced; false if there is no place for it. */
    boolean partAdded(JsonFields event, Consumer<? super StreamEvent> out) {
        return false;
    }

    /** Takes a part that is whole; false if there is no place for it. */
    boolean partDone(JsonFields event, Consumer<? super StreamEvent> out) {
        return false;
    }

    /** Takes a source of a text; false if there is no place for it. */
    boolean annotation(JsonFields event, Consumer<? super StreamEvent> out) {
        return false;
    }

    /** Takes the whole item, and ends its blocks. */
    final void done(JsonFields item, Consumer<? super StreamEvent> out) {
        done = whole(item, out);
    }

    /**
     * Ends the blocks of an item of which no more will come.
     *
     * @param cut whether that is because the answer was cut: then so is the item
     */
    final void end(boolean cut, Consumer<? super StreamEvent> out) {
        if (!done) {
            done = true;
            stop(cut, out);
        }
    }

    /** Takes the whole item, and ends its blocks; false if it is not all there yet. */
    abstract boolean whole(JsonFields item, Consumer<? super StreamEvent> out);

    abstract void stop(boolean cut, Consumer<? super StreamEvent> out);

    /** The parts of the whole item that came too late for its blocks, with the item's identity, as raw JSON. */
    Optional<String> late() {
        return Optional.empty();
    }

    /** The fields of a whole item that were not known, or otherwise, when its blocks began. Their ids may change. */
    static Map<String, String> changes(Map<String, String> before, Map<String, String> now) {
        var changes = new LinkedHashMap<>(now);
        changes.remove("id");
        changes.entrySet().removeAll(before.entrySet());
        return changes;
    }
}
