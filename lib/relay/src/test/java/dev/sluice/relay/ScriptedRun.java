package dev.sluice.relay;

import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.tools.RunEvent;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A run that says what the test tells it to, when the test does. */
final class ScriptedRun implements RunSource {
    private static final Object END = new Object();

    final List<String> cancels = new CopyOnWriteArrayList<>();
    volatile boolean closed;
    volatile boolean heedsCancel = true;
    private final LinkedBlockingQueue<Object> script = new LinkedBlockingQueue<>();

    static RunEvent text(String text) {
        return new RunEvent.MessageDelta(new StreamEvent.ContentBlockDelta(0, new Delta.TextDelta(text)));
    }

    static RunEvent progress(String message) {
        return new RunEvent.ToolProgress("call", message, null);
    }

    /** Texts 1, 2, … and the end. */
    static ScriptedRun counting(int texts) {
        var run = new ScriptedRun();
        for (int i = 1; i < texts; i++) {
            run.say(text(i + " "));
        }
        run.say(new RunEvent.StreamComplete());
        return run;
    }

    ScriptedRun say(RunEvent event) {
        script.add(event);
        return this;
    }

    ScriptedRun fail(RuntimeException failure) {
        script.add(failure);
        return this;
    }

    ScriptedRun end() {
        script.add(END);
        return this;
    }

    @Override
    public Iterator<RunEvent> iterator() {
        return new Iterator<>() {
            private Object next;

            @Override
            public boolean hasNext() {
                while (next == null) {
                    try {
                        next = script.take();
                    } catch (InterruptedException e) {
                        if (heedsCancel) {
                            next = END;
                        }
                    }
                }
                if (next instanceof RuntimeException failure) {
                    throw failure;
                }
                return next != END;
            }

            @Override
            public RunEvent next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                var event = (RunEvent) next;
                next = null;
                return event;
            }
        };
    }

    @Override
    public void cancel(String reason) {
        cancels.add(reason);
        if (heedsCancel) {
            script.clear();
            script.add(END);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
