package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of one of the caller's tools: a function's, whose input is JSON, or a custom one's, whose input is a text. That
 * text becomes the object {@code {"input":"…"}}, which is left open if the call was cut, so that it looks like no whole
 * input. The block starts when the tool's name is known, and stops when the item is whole.
 */
final class ResponsesCall extends ResponsesItem {
    private static final String ARGUMENTS = "arguments";
    private static final String INPUT = "input";

    private final int block;
    private final boolean custom;
    private final ResponsesText input = new ResponsesText(this::grow);
    private String callId = "";
    private String name = "";
    private Map<String, String> extra = Map.of();
    private Map<String, String> late = Map.of();

    /** The announcement of a function's call: a beginning that nothing repeats, or all of it. */
    private String announced = "";

    private boolean started;
    private boolean opened;

    ResponsesCall(String type, int block) {
        super(type);
        this.block = block;
        custom = type.equals(CUSTOM_CALL);
    }

    @Override
    void added(JsonFields item, Consumer<? super StreamEvent> out) {
        read(item);
        announced = custom ? text(item, INPUT) : arguments(item);
        if (!name.isEmpty()) {
            start(out);
        }
        if (!custom && !Json.isObject(announced)) {
            input.fill(announced, out);
        }
    }

    @Override
    @Nullable
    ResponsesText text(String name, JsonFields event) {
        return name.equals(custom ? "custom_tool_call_input" : "function_call_arguments") && !isDone() ? input : null;
    }

    @Override
    boolean whole(JsonFields item, Consumer<? super StreamEvent> out) {
        boolean cut = "incomplete".equals(item.textIfAny("status"));
        Map<String, String> before = extra;
        String whole = custom ? text(item, INPUT) : arguments(item);
        if (started) {
            item.skip("call_id");
            item.skip("name");
            late = changes(before, rest(item));
        } else {
            read(item);
        }
        input.fill(whole, out);
        stop(cut, out);
        return true;
    }

    @Override
    void stop(boolean cut, Consumer<? super StreamEvent> out) {
        start(out);
        if (input.isEmpty() && !cut) {
            input.fill(announced, out);
        }
        if (custom && !cut) {
            open(out);
            delta("\"}", out);
        }
        out.accept(new ContentBlockStop(block));
    }

    @Override
    Optional<String> late() {
        if (late.isEmpty()) {
            return Optional.empty();
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("type", Json.write(type()));
        fields.put("call_id", Json.write(callId));
        fields.putAll(late);
        return Optional.of(RawJson.object(fields));
    }

    private void read(JsonFields item) {
        name = text(item, "name");
        callId = text(item, "call_id");
        var fields = new LinkedHashMap<String, String>();
        if (custom) {
            fields.put(OpenAiBlocks.TYPE, Json.write(CUSTOM_CALL));
        }
        fields.putAll(rest(item));
        extra = fields;
        if (callId.isEmpty()) { // its result has to name it
            String id = item.textIfAny("id");
            callId = id == null || id.isEmpty() ? "call_" + block : id;
        }
    }

    /** The item's fields that the block has no component for. */
    private static Map<String, String> rest(JsonFields item) {
        item.skip("type");
        item.skip("status");
        item.skip(ARGUMENTS);
        item.skip(INPUT);
        return item.rest();
    }

    private void start(Consumer<? super StreamEvent> out) {
        if (!started) {
            started = true;
            String id = callId.isEmpty() ? "call_" + block : callId;
            out.accept(new ContentBlockStart(block, new ContentBlock.ToolUse(id, name, "{}", extra)));
            if (!input.isEmpty()) {
                handOut(input.soFar().toString(), out);
            }
        }
    }

    private void grow(String more, Consumer<? super StreamEvent> out) {
        if (started) {
            handOut(more, out);
        }
    }

    private void handOut(String more, Consumer<? super StreamEvent> out) {
        if (custom) {
            open(out);
            String json = Json.write(more);
            delta(json.substring(1, json.length() - 1), out);
        } else {
            delta(more, out);
        }
    }

    private void open(Consumer<? super StreamEvent> out) {
        if (!opened) {
            opened = true;
            delta("{\"" + INPUT + "\":\"", out);
        }
    }

    private void delta(String json, Consumer<? super StreamEvent> out) {
        out.accept(new ContentBlockDelta(block, new Delta.InputJsonDelta(json)));
    }

    /** The arguments: a text with JSON in it; of some servers the JSON itself. */
    private static String arguments(JsonFields item) {
        String text = item.textIfAny(ARGUMENTS);
        String raw = text == null ? item.raw(ARGUMENTS) : text;
        return raw == null ? "" : raw;
    }

    private static String text(JsonFields item, String name) {
        String text = item.textIfAny(name);
        return text == null ? "" : text;
    }
}
