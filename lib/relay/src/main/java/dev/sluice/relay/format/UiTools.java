package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tool parts of a UI message. The client fails at a chunk of a call that it does not know. It takes a part of an
 * input after the whole for a new beginning. So chunks at the wrong time are left out.
 */
final class UiTools {
    /** Marks a call that the model's provider runs: no tool of ours, and nothing to be sent back as one. */
    static final Map<String, Object> RUN_BY_PROVIDER = Map.of("runBy", "provider");

    private static final String UNFINISHED = "The call came to no end.";

    private static final class Call {
        final String name;
        final boolean providers;
        final StringBuilder input = new StringBuilder(); // the provider's: it is never reported whole
        boolean inputKnown;
        boolean asked;

        Call(String name, boolean providers) {
            this.name = name;
            this.providers = providers;
        }
    }

    private final Map<String, Call> open = new LinkedHashMap<>(); // by id
    private final Map<Object, String> streaming = new HashMap<>(); // ids, by the block's index

    /** A block begins: perhaps a call, or the result of one of the provider's. */
    void blockStart(Map<String, Object> event, Consumer<String> chunks) {
        String block = String.valueOf(event.get("block"));
        Object index = event.get("index");
        if (block.endsWith("tool_use")
                && index != null
                && event.get("id") instanceof String id
                && event.get("name") instanceof String name) {
            streaming.put(index, id);
            begin(id, name, !block.equals("tool_use"), chunks);
        } else if (event.get("tool_use_id") instanceof String id) {
            Call call = open.get(id);
            if (call != null && call.providers) {
                providersEnd(id, chunks);
            }
        }
    }

    /** More of a call's input, as the model writes it. */
    void inputDelta(Object index, String json, Consumer<String> chunks) {
        String id = streaming.get(index);
        Call call = open.get(id);
        if (call != null && !call.inputKnown) {
            if (call.providers) {
                call.input.append(json);
            }
            chunks.accept(
                    Json.write(SseFrames.object("type", "tool-input-delta", "toolCallId", id, "inputTextDelta", json)));
        }
    }

    /** A block is over. */
    void blockStop(Object index, Consumer<String> chunks) {
        String id = streaming.remove(index);
        Call call = open.get(id);
        if (id != null && call != null && call.providers) {
            String input = call.input.toString();
            available(id, call, Json.isObject(input) ? Json.readObject(input) : input, chunks);
        }
    }

    /** One of the caller's tools is called. */
    void start(String id, String name, @Nullable Object input, Consumer<String> chunks) {
        Call call = open.get(id);
        if (call == null || call.inputKnown) {
            call = begin(id, name, false, chunks);
        }
        available(id, call, input, chunks);
    }

    /** A person is asked for leave to run it. */
    void ask(String id, String name, @Nullable Object input, String key, Consumer<String> chunks) {
        Call call = open.get(id);
        if (call == null || !call.inputKnown) {
            start(id, name, input, chunks);
        }
        open.computeIfPresent(id, (same, known) -> {
            known.asked = true;
            return known;
        });
        chunks.accept(
                Json.write(SseFrames.object("type", "tool-approval-request", "approvalId", key, "toolCallId", id)));
    }

    /** A call has come to its end. */
    void end(String id, String type, String field, @Nullable Object value, Consumer<String> chunks) {
        if (open.remove(id) != null) {
            Map<String, @Nullable Object> chunk =
                    SseFrames.object("type", type, "toolCallId", id, "providerExecuted", true);
            chunk.put(field, value); // also null: the client wants the field
            chunks.accept(Json.write(chunk));
        }
    }

    /** Nothing more comes of any call. */
    void endAll(Consumer<String> chunks) {
        open.values().forEach(call -> call.asked = false);
        endUnasked(chunks);
    }

    /** Nothing more comes of any call, but those that wait for a person. */
    void endUnasked(Consumer<String> chunks) {
        for (String id : open.keySet().toArray(String[]::new)) {
            Call call = open.get(id);
            if (call != null && call.asked) {
                continue;
            }
            if (call != null && call.providers && call.inputKnown) {
                providersEnd(id, chunks);
            } else {
                end(id, "tool-output-error", "errorText", UNFINISHED, chunks);
            }
        }
        streaming.clear();
    }

    /** The client has dropped all calls of the step. */
    void drop() {
        open.clear();
        streaming.clear();
    }

    /** The provider's result is the model's business; that there is one is the user's. */
    private void providersEnd(String id, Consumer<String> chunks) {
        end(id, "tool-output-available", "output", null, chunks);
    }

    private Call begin(String id, String name, boolean providers, Consumer<String> chunks) {
        var call = new Call(name, providers);
        open.put(id, call);
        chunks.accept(Json.write(chunk("tool-input-start", id, call)));
        return call;
    }

    private static void available(String id, Call call, @Nullable Object input, Consumer<String> chunks) {
        call.inputKnown = true;
        Map<String, @Nullable Object> chunk = chunk("tool-input-available", id, call);
        chunk.put("input", input);
        chunks.accept(Json.write(chunk));
    }

    private static Map<String, @Nullable Object> chunk(String type, String id, Call call) {
        return SseFrames.object(
                "type",
                type,
                "toolCallId",
                id,
                "toolName",
                call.name,
                "providerExecuted",
                true,
                "toolMetadata",
                call.providers ? RUN_BY_PROVIDER : null);
    }
}
