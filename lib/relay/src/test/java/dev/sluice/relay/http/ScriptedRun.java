package dev.sluice.relay.http;

import dev.sluice.relay.RunSource;
import dev.sluice.tools.RunEvent;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A run that does what a test says. */
public final class ScriptedRun implements RunSource {
    private static final RunEvent END = new RunEvent.Debug(null, "end");

    private final LinkedBlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();

    /** Opens when the run is cancelled. */
    public final CountDownLatch cancelled = new CountDownLatch(1);

    /** Opens when the run is closed. */
    public final CountDownLatch closed = new CountDownLatch(1);

    /** One more event. */
    public void step(int number) {
        step(number, "");
    }

    /** One more event, with so much more in it. */
    public void step(int number, String more) {
        events.add(new RunEvent.ToolProgress("call", "step " + number + more, number % 100));
    }

    /** The last event, and the end. */
    public void complete() {
        events.add(new RunEvent.StreamComplete());
        events.add(END);
    }

    @Override
    public Iterator<RunEvent> iterator() {
        return new Iterator<>() {
            private RunEvent next;

            @Override
            public boolean hasNext() {
                try {
                    next = next == null ? events.take() : next;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    next = END;
                }
                return next != END;
            }

            @Override
            public RunEvent next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                RunEvent event = next;
                next = null;
                return event;
            }
        };
    }

    @Override
    public void cancel(String reason) {
        cancelled.countDown();
        events.add(END);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
