package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A step whose fields are collected until it stops: what a tool of Google's gave back, or a step that has no record. Deltas
 * of its own type add fields to it.
 */
final class InteractionsCollected extends InteractionsStep {
    private final InteractionsAnswer answer;
    private final int block;
    private final Map<String, String> fields = new LinkedHashMap<>();

    InteractionsCollected(String type, InteractionsAnswer answer) {
        super(type);
        this.answer = answer;
        // The caller's words are no part of the answer, even if the service repeats them.
        block = type.equals(USER_INPUT) ? -1 : answer.nextBlock();
        fields.put("type", Json.write(type));
    }

    @Override
    void start(JsonFields step, Consumer<? super StreamEvent> out) {
        fields.putAll(step.rest());
    }

    @Override
    boolean delta(String type, JsonFields delta, Consumer<? super StreamEvent> out) {
        if (!type.equals(type())) {
            return false;
        }
        delta.rest().forEach((name, json) -> {
            String before = fields.put(name, json);
            if (before != null && !before.equals(json) && !before.equals("\"\"")) {
                out.accept(new StreamEvent.Unknown(name, before));
            }
        });
        return true;
    }

    @Override
    void end(Consumer<? super StreamEvent> out) {
        if (block < 0) {
            out.accept(new StreamEvent.Unknown(type(), RawJson.object(fields)));
            return;
        }
        boolean isResult = type().endsWith(RESULT) && !type().equals(FUNCTION_RESULT);
        out.accept(new ContentBlockStart(
                block, isResult ? result() : new ContentBlock.Unknown(type(), RawJson.object(fields))));
        out.accept(new ContentBlockStop(block));
    }

    private ContentBlock result() {
        fields.remove("type");
        String call = text(fields.get("call_id"));
        if (!call.isEmpty()) {
            fields.remove("call_id");
        }
        String result = fields.remove("result");
        return new ContentBlock.ServerToolResult(
                type(), call.isEmpty() ? answer.serverCall() : call, result == null ? "null" : result, fields);
    }

    private static String text(@Nullable String json) {
        return json != null && Json.readAny(json) instanceof String text ? text : "";
    }
}
