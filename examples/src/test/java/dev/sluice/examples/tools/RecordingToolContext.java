package dev.sluice.examples.tools;

import dev.sluice.StreamController;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.tools.ToolContext;
import dev.sluice.tools.ToolOutput;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The context of one call, which keeps what the tool reports. */
class RecordingToolContext implements ToolContext {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<Integer> percentages = new CopyOnWriteArrayList<>();

    @Override
    public ToolUse call() {
        return new ToolUse("call_1", "tool", "{}", Map.of());
    }

    @Override
    public void progress(String message) {
        messages.add(message);
    }

    @Override
    public void progress(String message, int percentage) {
        messages.add(message);
        percentages.add(percentage);
    }

    @Override
    public void log(String message) {}

    @Override
    public StreamController controller() {
        throw new UnsupportedOperationException();
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

    /** What a tool that failed says. */
    static String error(Object result) {
        if (result instanceof ToolOutput output && output.isError()) {
            return ((dev.sluice.message.ContentBlock.Text) output.content().getFirst()).text();
        }
        throw new AssertionError("no error: " + result);
    }
}
