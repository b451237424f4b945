package dev.sluice.tools;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls of one run that may have a thread. For any thread. */
final class RunCalls {
    private final Set<ToolCallTask> calls = ConcurrentHashMap.newKeySet();

    void add(ToolCallTask call) {
        calls.add(call);
    }

    /** Stops all of them, with a result for the model. */
    void stop(String why) {
        calls.forEach(call -> call.stop(why));
    }

    /** Forgets those whose threads have ended. */
    void forgetEnded() {
        calls.removeIf(call -> !call.isAlive());
    }

    /** Those whose thread was interrupted and still runs the caller's code. */
    List<ToolCallTask> stragglers() {
        return calls.stream().filter(call -> call.straggler() != null).toList();
    }
}
