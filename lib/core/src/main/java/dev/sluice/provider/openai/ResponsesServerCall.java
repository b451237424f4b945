package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool that the service runs. It has a block for the call and, when the item is whole, one for its result,
 * whose content is the raw item. It is that block which goes back.
 */
final class ResponsesServerCall extends ResponsesItem {
    private static final String CODE = "code_interpreter_call";
    private static final String MCP = "mcp_call";
    private static final String SEARCH = "web_search_call";
    private static final String FILES = "file_search_call";

    /** The tools whose calls have a record. */
    static final Set<String> TYPES = Set.of(SEARCH, FILES, CODE, "image_generation_call", MCP);

    private final int call;
    private final int result;
    private final ResponsesText input = new ResponsesText(this::grow);
    private String id = "";
    private String tool;
    private boolean started;
    private boolean opened;

    ResponsesServerCall(String type, int call, int result) {
        super(type);
        this.call = call;
        this.result = result;
        tool = type.equals(MCP) ? "" : type.substring(0, type.length() - "_call".length());
    }

    @Override
    void added(JsonFields item, Consumer<? super StreamEvent> out) {
        read(item);
        if (!tool.isEmpty()) {
            start(out);
        }
    }

    @Override
    @Nullable
    ResponsesText text(String name, JsonFields event) {
        String own = type().equals(CODE) ? CODE + "_code" : type().equals(MCP) ? MCP + "_arguments" : "";
        return name.equals(own) && !isDone() ? input : null;
    }

    @Override
    boolean whole(JsonFields item, Consumer<? super StreamEvent> out) {
        if (!started) {
            read(item);
        }
        start(out);
        switch (type()) {
            case CODE -> input.fill(item.textIfAny("code"), out);
            case MCP -> input.fill(item.textIfAny("arguments"), out);
            case SEARCH -> input.fill(item.raw("action"), out);
            case FILES -> {
                String queries = item.raw("queries");
                input.fill(queries == null ? null : "{\"queries\":" + queries + "}", out);
            }
            default -> {}
        }
        stop(false, out);
        out.accept(new ContentBlockStart(result, new ContentBlock.ServerToolResult(type(), id, item.raw(), Map.of())));
        out.accept(new ContentBlockStop(result));
        return true;
    }

    @Override
    void stop(boolean cut, Consumer<? super StreamEvent> out) {
        start(out);
        if (opened && !cut) {
            delta("\"}", out);
        }
        out.accept(new ContentBlockStop(call));
    }

    private void read(JsonFields item) {
        String known = item.textIfAny("id");
        id = known == null || known.isEmpty() ? type() + "_" + call : known;
        String name = item.textIfAny("name");
        tool = type().equals(MCP) && name != null ? name : tool;
    }

    private void start(Consumer<? super StreamEvent> out) {
        if (!started) {
            started = true;
            id = id.isEmpty() ? type() + "_" + call : id;
            out.accept(new ContentBlockStart(call, new ContentBlock.ServerToolUse(id, tool, "{}", Map.of())));
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
        if (!type().equals(CODE)) {
            delta(more, out);
            return;
        }
        if (!opened) {
            opened = true;
            delta("{\"code\":\"", out);
        }
        String json = Json.write(more);
        delta(json.substring(1, json.length() - 1), out);
    }

    private void delta(String json, Consumer<? super StreamEvent> out) {
        out.accept(new ContentBlockDelta(call, new Delta.InputJsonDelta(json)));
    }
}
