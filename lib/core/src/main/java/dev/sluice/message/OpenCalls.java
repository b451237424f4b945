package dev.sluice.message;

import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.ArrayList;
import java.util.List;

/**
 * The tool calls of a conversation that have no result. Messages of the model's in a row are one turn, and so are those
 * between two of its turns; a call is answered in the turn after its own or never.
 */
final class OpenCalls {
    private final List<ToolUse> missed = new ArrayList<>();
    private final List<ToolUse> waiting = new ArrayList<>();
    private boolean answering;

    OpenCalls(List<Message> messages) {
        messages.forEach(this::add);
    }

    /** Those of the model's last turn: what may still be answered. */
    List<ToolUse> waiting() {
        return List.copyOf(waiting);
    }

    /** All of them, in order. */
    List<ToolUse> all() {
        var all = new ArrayList<>(missed);
        all.addAll(waiting);
        return List.copyOf(all);
    }

    private void add(Message message) {
        if (message.role() != Role.ASSISTANT) {
            answering = true;
            message.content().forEach(this::answer);
            return;
        }
        if (answering) {
            missed.addAll(waiting);
            waiting.clear();
            answering = false;
        }
        waiting.addAll(message.toolUses());
    }

    private void answer(ContentBlock block) {
        if (block instanceof ToolResult result) {
            waiting.stream()
                    .filter(call -> call.id().equals(result.toolUseId()))
                    .findFirst()
                    .ifPresent(waiting::remove);
        }
    }
}
