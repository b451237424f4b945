package dev.sluice.tools;

import dev.sluice.StreamController;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.tools.RunEvent.Debug;
import dev.sluice.tools.RunEvent.ToolEvent;
import dev.sluice.tools.RunEvent.ToolProgress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Stream;

/** The context of a call's tool. */
record CallContext(RunScope run, ToolCallTask of) implements ToolContext {
    @Override
    public ToolUse call() {
        return of.called();
    }

    @Override
    public String callKey() {
        return of.journal().key();
    }

    @Override
    public boolean mayHaveRun() {
        return of.journal().mayHaveRun();
    }

    @Override
    public void progress(String message) {
        Objects.requireNonNull(message, "message");
        report(id -> new ToolProgress(id, message, null));
    }

    @Override
    public void progress(String message, int percentage) {
        if (percentage < 0 || percentage > 100) {
            throw new IllegalArgumentException("percentage: " + percentage + ", must be 0 to 100");
        }
        Objects.requireNonNull(message, "message");
        report(id -> new ToolProgress(id, message, percentage));
    }

    @Override
    public void log(String message) {
        Objects.requireNonNull(message, "message");
        report(id -> new Debug(id, message));
    }

    @Override
    public StreamController controller() {
        return run.controller().get();
    }

    @Override
    public boolean isCancelled() {
        return of.isOver() || run.queue().isOver();
    }

    @Override
    public <T> Optional<T> attribute(ToolContext.Attribute<T> attribute) {
        return run.settings().attributes().get(attribute);
    }

    @Override
    public Optional<Duration> remaining() {
        return Stream.of(Optional.ofNullable(of.remaining()), run.remaining().get())
                .flatMap(Optional::stream)
                .min(Duration::compareTo)
                .map(left -> left.isNegative() ? Duration.ZERO : left);
    }

    @Override
    public Message run(InnerRun inner) {
        Runnable forget = of.onEnd(() -> inner.cancel("the tool call that it is a part of has ended"));
        try (inner) {
            for (RunEvent event : inner) {
                report(id -> new ToolEvent(id, event));
            }
            return inner.finalMessage();
        } finally {
            forget.run();
        }
    }

    private void report(Function<String, RunEvent> event) {
        if (!of.report(event)) {
            throw new CancellationException("the tool call " + id() + " has ended: its result is no longer wanted");
        }
    }
}
