package dev.sluice.tools;

import dev.sluice.message.ContentBlock.ToolResult;
import java.util.Map;
import java.util.Objects;

/** What a call has come to, once: as the model is told, and as who watches the run is told. */
record Outcome(ToolOutput output) {
    /** What is the outcome of a call of which there is none. */
    static final Outcome STOPPED = error("the call was stopped before it had ended");

    /** Something went wrong, in words for the model. */
    static Outcome error(String what) {
        return new Outcome(ToolOutput.error("Error: " + what));
    }

    /** The tool threw something. */
    static Outcome thrown(Throwable e) {
        return error(words(e));
    }

    /** An exception in words: its message, or else its class. */
    static String words(Throwable e) {
        return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    }

    ToolResult result(String id) {
        return new ToolResult(id, output.content(), output.isError(), Map.of());
    }

    RunEvent event(String id) {
        String text = Outputs.shown(output);
        return output.isError() ? new RunEvent.ToolError(id, text) : new RunEvent.ToolComplete(id, text);
    }
}
