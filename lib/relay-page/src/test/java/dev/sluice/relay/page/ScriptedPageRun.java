package dev.sluice.relay.page;

import dev.sluice.message.Delta;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.relay.RunSource;
import dev.sluice.tools.RunEvent;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** A run whose events the test tells one by one, for the real relay to carry. */
final class ScriptedPageRun implements RunSource {
    private static final RunEvent END = new RunEvent.Debug(null, "end");

    /** Counted down when the run is cancelled. */
    final CountDownLatch cancelled = new CountDownLatch(1);

    private final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();

    ScriptedPageRun tell(RunEvent event) {
        events.add(event);
        return this;
    }

    ScriptedPageRun begin() {
        return tell(new RunEvent.MessageStart(Message.assistant("")));
    }

    ScriptedPageRun text(String text) {
        return tell(new RunEvent.MessageDelta(new StreamEvent.ContentBlockDelta(0, new Delta.TextDelta(text))));
    }

    void complete() {
        tell(new RunEvent.MessageStop(Message.assistant(""))).tell(new RunEvent.StreamComplete());
        end();
    }

    /** The end, announced or not. */
    void end() {
        events.add(END);
    }

    @Override
    public Iterator<RunEvent> iterator() {
        return Stream.generate(this::next).takeWhile(event -> event != END).iterator();
    }

    private RunEvent next() {
        try {
            return events.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return END;
        }
    }

    @Override
    public void cancel(String reason) {
        cancelled.countDown();
        end();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
