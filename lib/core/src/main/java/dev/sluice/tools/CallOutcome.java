package dev.sluice.tools;

import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import java.util.Map;

/**
 * The outcome of a call, once.
 *
 * @param output as the model reads it
 * @param shown as a watcher of the run sees it
 */
record CallOutcome(ToolOutput output, String shown) {
    /** The outcome of a call that has none. */
    static final CallOutcome STOPPED = error("the call was stopped before it had ended");

    /** The tool's result. */
    static CallOutcome of(ToolOutput output) {
        return new CallOutcome(output, ToolOutputConverter.shown(output));
    }

    /** Something went wrong, in words for the model. */
    static CallOutcome error(String what) {
        return of(ToolOutput.error("Error: " + what));
    }

    /** The tool threw something. */
    static CallOutcome thrown(Throwable e) {
        return error(Throwables.message(e));
    }

    ToolResult result(String id) {
        return new ToolResult(id, output.content(), output.isError(), Map.of());
    }

    RunEvent event(String id) {
        return output.isError() ? new RunEvent.ToolError(id, shown) : new RunEvent.ToolComplete(id, shown);
    }
}
