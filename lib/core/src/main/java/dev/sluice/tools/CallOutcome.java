package dev.sluice.tools;

import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a call, once.
 *
 * @param output as the model reads it
 * @param shown as a watcher of the run sees it
 * @param end whether the tool failed, and how
 * @param cause the tool's exception; null if it threw none
 */
record CallOutcome(
        ToolOutput output,
        String shown,
        ToolFailure end,
        @Nullable Throwable cause) {
    /** The outcome of a call that has none. */
    static final CallOutcome STOPPED = error("the call was stopped before it had ended");

    /** The tool's result. */
    static CallOutcome of(ToolOutput output) {
        return of(output, output.isError() ? ToolFailure.REPORTED : ToolFailure.NONE, null);
    }

    /** It was refused or stopped, in words for the model. */
    static CallOutcome error(String what) {
        return of(ToolOutput.error("Error: " + what), ToolFailure.STOPPED, null);
    }

    /** The tool threw something. */
    static CallOutcome thrown(Throwable e) {
        return of(ToolOutput.error("Error: " + Throwables.message(e)), ToolFailure.THROWN, e);
    }

    /** The outcome that was recorded. */
    static CallOutcome recorded(ToolOutput output, ToolFailure end) {
        return of(output, end, null);
    }

    private static CallOutcome of(ToolOutput output, ToolFailure end, @Nullable Throwable cause) {
        return new CallOutcome(output, ToolOutputConverter.shown(output), end, cause);
    }

    ToolResult result(String id) {
        return new ToolResult(id, output.content(), output.isError(), Map.of());
    }

    RunEvent event(ToolUse call) {
        return output.isError()
                ? new RunEvent.ToolError(call.id(), call.name(), shown, cause)
                : new RunEvent.ToolComplete(call.id(), shown);
    }
}
