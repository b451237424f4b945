package dev.sluice.tools;

import dev.sluice.StreamController;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The context of a call that nobody watches. */
record BareToolContext(String input) implements ToolContext {
    @Override
    public ToolUse call() {
        return new ToolUse("toolu_1", "tool", input, Map.of());
    }

    @Override
    public void progress(String message) {}

    @Override
    public void progress(String message, int percentage) {}

    @Override
    public void log(String message) {}

    @Override
    public StreamController controller() {
        return StreamController.withCancellation();
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public Optional<Duration> remaining() {
        return Optional.empty();
    }

    @Override
    public Message run(InnerRun inner) {
        throw new UnsupportedOperationException();
    }

    /** The text that a tool gives for an input which it must find valid. */
    static String text(Tool tool, String input) throws Exception {
        if (tool.problem(input).isPresent()) {
            throw new AssertionError(tool.problem(input).get());
        }
        return ToolOutputConverter.shown(tool.call(input, new BareToolContext(input)));
    }
}
