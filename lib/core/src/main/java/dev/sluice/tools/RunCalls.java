package dev.sluice.tools;

import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.tools.RecordedRun.RecordedCall;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The calls of one run that may have a thread. For any thread, except that the run's thread makes them. */
final class RunCalls {
    private final RunScope scope;
    private final Set<String> removedTools;
    private final BooleanSupplier isStopping;
    private final Set<ToolCallTask> calls = ConcurrentHashMap.newKeySet();

    /**
     * No calls yet.
     *
     * @param removedTools the names of tools that the run's conversation has taken from the model
     * @param isStopping whether a call that begins is to be stopped at once
     */
    RunCalls(RunScope scope, Set<String> removedTools, BooleanSupplier isStopping) {
        this.scope = scope;
        this.removedTools = removedTools;
        this.isStopping = isStopping;
    }

    /** Starts a call, of one of the run's tools or of none; {@code cut} says by what its input was cut, and is null if it was not. */
    ToolCallTask start(int turn, ToolUse use, @Nullable String cut) throws InterruptedException {
        int number = scope.keys().next();
        var call = new ToolCallTask(
                scope,
                use,
                tool(use.name()),
                cut,
                new CallJournal(scope.journal(), turn, () -> scope.keys().key(number)));
        add(call);
        call.start();
        return call;
    }

    /** The calls of a turn that were recorded before the run was claimed. They go on when the model makes them. */
    List<ToolCallTask> restored(int turn) {
        JournaledRun journal = scope.journal();
        return journal == null
                ? List.of()
                : journal.takeCalls(turn).stream()
                        .map(before -> restored(journal, before))
                        .toList();
    }

    private ToolCallTask restored(JournaledRun journal, RecordedCall before) {
        ToolUse use = before.call().use();
        var call = new ToolCallTask(scope, use, tool(use.name()), null, new CallJournal(journal, before));
        add(call);
        return call;
    }

    private @Nullable Tool tool(String name) {
        return removedTools.contains(name) ? null : scope.settings().tools().get(name);
    }

    private void add(ToolCallTask call) {
        calls.add(call);
        if (isStopping.getAsBoolean()) { // meanwhile
            call.stop("the call was stopped before it began");
        }
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
