package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Assigns the fragments of tool calls to their calls. OpenAI numbers the calls and gives id and name in the first
 * fragment only; other servers
 *
 * <ul>
 *   <li>send no number (Ollama before 0.4.7, Gemini's endpoint): then the id identifies a call, and a name begins one;
 *   <li>number all calls 0 (Ollama, issue 15457): then another id with a name begins another call;
 *   <li>repeat id and name in each fragment, or send them empty: that is no news;
 *   <li>send no id: then one is made of the answer's id, because the call's result has to name it.
 * </ul>
 */
final class OpenAiToolCalls {
    /** The field of the calls, and the name under which unknown parts of them are passed on. */
    static final String CALLS = "tool_calls";

    /** The field of the only call, on the wire of 2023, before there were tools. */
    static final String LEGACY = "function_call";

    private final OpenAiBlocks blocks;
    private final List<Call> calls = new ArrayList<>();

    OpenAiToolCalls(OpenAiBlocks blocks) {
        this.blocks = blocks;
    }

    /** A call, whose block starts when its name is known. */
    private static final class Call {
        final long number;
        final String field;
        String id = "";
        String name = "";
        Map<String, String> extra = Map.of();
        Map<String, String> unknown = Map.of();
        int index = -1;
        final StringBuilder waiting = new StringBuilder();

        Call(long number, String field) {
            this.number = number;
            this.field = field;
        }
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    /** Takes a member of {@code tool_calls}. */
    void fragment(JsonFields wire, String messageId, Consumer<? super StreamEvent> out) {
        long number = wire.number("index", -1);
        String id = wire.textOrEmpty("id");
        JsonFields function = wire.object("function");
        if (function == null) {
            function = new JsonFields(); // of an unknown type: the rest of it is passed on unchanged
        }
        wire.takeIf("type", "function");
        Map<String, String> rest = wire.rest();
        Call call = find(number, id, name(function));
        if (call == null && id.isEmpty() && rest.isEmpty() && isEmpty(function)) {
            return;
        }
        if (call == null) {
            call = new Call(number, CALLS);
            calls.add(call);
        }
        take(call, id, function, rest, messageId, out);
    }

    /** Takes a {@code function_call}, of which an answer has at most one. */
    void legacy(JsonFields function, String messageId, Consumer<? super StreamEvent> out) {
        if (calls.isEmpty() && isEmpty(function)) {
            return;
        }
        Call call = calls.isEmpty() ? new Call(-1, LEGACY) : calls.getFirst();
        if (calls.isEmpty()) {
            calls.add(call);
        }
        take(call, "", function, Map.of(), messageId, out);
    }

    /**
     * Starts what still waits for a name: it will not come. A fragment without any id is no call, because a result
     * could answer nothing; it is passed on raw.
     */
    void end(String messageId, Consumer<? super StreamEvent> out) {
        for (Call call : List.copyOf(calls)) {
            if (call.index >= 0) {
                continue;
            }
            if (call.id.isEmpty() && call.extra.isEmpty()) {
                calls.remove(call);
                var fields = new LinkedHashMap<>(call.unknown);
                fields.put("arguments", Json.write(call.waiting.toString()));
                out.accept(new StreamEvent.Unknown(call.field, RawJson.object(fields)));
            } else {
                start(call, messageId, out);
            }
        }
    }

    private void take(
            Call call,
            String id,
            JsonFields function,
            Map<String, String> rest,
            String messageId,
            Consumer<? super StreamEvent> out) {
        call.waiting.append(arguments(function));
        if (call.index < 0) {
            call.id = call.id.isEmpty() ? id : call.id;
            call.name = name(function);
            call.extra = merged(call.extra, rest);
            call.unknown = merged(call.unknown, function.rest());
            if (!call.name.isEmpty()) {
                start(call, messageId, out);
            }
        } else {
            grow(call, out);
            unknown(call, merged(rest, function.rest()), out);
        }
    }

    private void start(Call call, String messageId, Consumer<? super StreamEvent> out) {
        call.index = blocks.call(
                index -> new ContentBlock.ToolUse(
                        call.id.isEmpty() ? "call_" + messageId + "_" + index : call.id, call.name, "{}", call.extra),
                out);
        grow(call, out);
        unknown(call, call.unknown, out);
    }

    private void grow(Call call, Consumer<? super StreamEvent> out) {
        if (!call.waiting.isEmpty()) {
            blocks.input(call.index, call.waiting.toString(), out);
            call.waiting.setLength(0);
        }
    }

    private void unknown(Call call, Map<String, String> rest, Consumer<? super StreamEvent> out) {
        if (!rest.isEmpty()) {
            String json = RawJson.object(rest);
            out.accept(
                    blocks.isOpen(call.index)
                            ? new ContentBlockDelta(call.index, new Delta.Unknown(CALLS, json))
                            : new StreamEvent.Unknown(CALLS, json));
        }
    }

    private @Nullable Call find(long number, String id, String name) {
        for (Call call : calls.reversed()) {
            boolean other = !id.isEmpty() && !call.id.isEmpty() && !id.equals(call.id);
            boolean same = number >= 0
                    ? call.number == number && !(other && !name.isEmpty())
                    : id.isEmpty() ? name.isEmpty() : id.equals(call.id);
            if (same) {
                return call;
            }
            if (number >= 0 && call.number == number) {
                return null;
            }
        }
        return null;
    }

    /** Some services send an empty call with an answer that calls nothing. */
    private static boolean isEmpty(JsonFields function) {
        return name(function).isEmpty() && arguments(function).isBlank();
    }

    private static String name(JsonFields function) {
        String name = function.textIfAny("name");
        return name == null ? "" : name;
    }

    /** The arguments: a text with JSON in it; of some servers the JSON itself. */
    private static String arguments(JsonFields function) {
        String text = function.textIfAny("arguments");
        String raw = text == null ? function.raw("arguments") : text;
        return raw == null ? "" : raw;
    }

    private static Map<String, String> merged(Map<String, String> one, Map<String, String> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        var all = new LinkedHashMap<>(one);
        all.putAll(other);
        return all;
    }
}
