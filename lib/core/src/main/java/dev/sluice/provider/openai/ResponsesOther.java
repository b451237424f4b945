package dev.sluice.provider.openai;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An item that has no record: one block, as the item came when it was whole. */
final class ResponsesOther extends ResponsesItem {
    private static final String TOOLS = "mcp_list_tools";

    /** Items that the caller has to answer, even if no record says so. */
    private static final Set<String> WAITING =
            Set.of("computer_call", "local_shell_call", "shell_call", "apply_patch_call", "mcp_approval_request");

    private final int block;
    private String json = "";
    private boolean waits;

    ResponsesOther(String type, int block) {
        super(type);
        this.block = block;
        waits = WAITING.contains(type);
    }

    /** Whether the answer continues when the caller has done something. */
    boolean waits() {
        return waits;
    }

    @Override
    void added(JsonFields item, Consumer<? super StreamEvent> out) {
        json = item.raw();
    }

    @Override
    @Nullable
    ResponsesText text(String name, JsonFields event) {
        return null;
    }

    /** A list of tools may come without them, which the end of the answer has then. */
    @Override
    boolean whole(JsonFields item, Consumer<? super StreamEvent> out) {
        json = item.raw();
        waits |= type().equals("tool_search_call") && "client".equals(item.textIfAny("execution"));
        if (type().equals(TOOLS) && !item.has("tools")) {
            return false;
        }
        stop(false, out);
        return true;
    }

    @Override
    void stop(boolean cut, Consumer<? super StreamEvent> out) {
        if (!json.isEmpty()) {
            out.accept(new ContentBlockStart(block, new ContentBlock.Unknown(type(), json)));
            out.accept(new ContentBlockStop(block));
        }
    }
}
