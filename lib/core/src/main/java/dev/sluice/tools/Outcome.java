package dev.sluice.tools;

import dev.sluice.control.Throwables;
import dev.sluice.message.ContentBlock.ToolResult;
import java.util.Map;

/**
 * What a call has come to, once.
 *
 * @param output as the model is told
 * @param shown as who watches the run is told
 */
record Outcome(ToolOutput output, String shown) {
    /** What is the outcome of a call of which there is none. */
    static final Outcome STOPPED = error("the call was stopped before it had ended");

    /** What the tool gave. */
    static Outcome of(ToolOutput output) {
        return new Outcome(output, Outputs.shown(output));
    }

    /** Something went wrong, in words for the model. */
    static Outcome error(String what) {
        return of(ToolOutput.error("Error: " + what));
    }

    /** The tool threw something. */
    static Outcome thrown(Throwable e) {
        return error(Throwables.message(e));
    }

    ToolResult result(String id) {
        return new ToolResult(id, output.content(), output.isError(), Map.of());
    }

    RunEvent event(String id) {
        return output.isError() ? new RunEvent.ToolError(id, shown) : new RunEvent.ToolComplete(id, shown);
    }
}
