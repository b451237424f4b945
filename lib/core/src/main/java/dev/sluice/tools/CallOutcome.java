package dev.sluice.tools;

import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import java.util.Map;

/**
 * What a call has come to, once.
 *
 * @param output as the model is told
 * @param shown as who watches the run is told
 */
record CallOutcome(ToolOutput output, String shown) {
    /** What is the outcome of a call of which there is none. */
    static final CallOutcome STOPPED = error("the call was stopped before it had ended");

    /** What the tool gave. */
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
