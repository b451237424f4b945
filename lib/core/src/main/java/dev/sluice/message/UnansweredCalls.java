package dev.sluice.message;

import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The tool calls of a conversation that have no result. Consecutive messages of the model's are one turn, and so are
 * those between two of its turns. A call is answered in the turn after its own or never. A message, a call and a result
 * each cost the same however many there are.
 */
final class UnansweredCalls {
    private final List<ToolUse> missed = new ArrayList<>();

    // New for each turn, since to clear a map costs as much as it ever held.
    private SequencedMap<Integer, ToolUse> waiting = new LinkedHashMap<>(); // by a number of its own
    private Map<String, Deque<Integer>> numbers = new HashMap<>(); // of those that wait, by id

    private int calls;
    private boolean answering;

    UnansweredCalls(List<Message> messages) {
        messages.forEach(this::add);
    }

    /** All of them, in order. */
    List<ToolUse> all() {
        var all = new ArrayList<>(missed);
        all.addAll(waiting.values());
        return List.copyOf(all);
    }

    /** And then this. */
    void add(Message message) {
        if (message.role() != Role.ASSISTANT) {
            answering = true;
            message.content().forEach(this::answer);
            return;
        }
        if (answering) {
            missed.addAll(waiting.values());
            waiting = new LinkedHashMap<>();
            numbers = new HashMap<>();
            answering = false;
        }
        message.toolUses().forEach(this::call);
    }

    /** Whether a call of this id, of the model's last turn, may still be answered. */
    boolean isWaiting(String id) {
        return numbers.containsKey(id);
    }

    /** And then the result of the first call of this id that waits for one; false if there is none. */
    boolean answer(String id) {
        Deque<Integer> first = numbers.get(id);
        if (first == null) {
            return false;
        }
        answering = true;
        waiting.remove(first.remove());
        if (first.isEmpty()) {
            numbers.remove(id);
        }
        return true;
    }

    private void call(ToolUse call) {
        waiting.put(calls, call);
        numbers.computeIfAbsent(call.id(), id -> new ArrayDeque<>(1)).add(calls++);
    }

    private void answer(ContentBlock block) {
        if (block instanceof ToolResult result) {
            answer(result.toolUseId());
        }
    }
}
