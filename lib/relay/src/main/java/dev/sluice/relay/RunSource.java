package dev.sluice.relay;

import dev.sluice.tools.RunEvent;
import dev.sluice.tools.ToolLoop;
import java.util.Iterator;

/** The events that a relay carries: one thread iterates them, and any thread can stop them. */
public interface RunSource extends Iterable<RunEvent>, AutoCloseable {

    /** Stops it: the iterator ends soon. For any thread; does not block. */
    void cancel(String reason);

    /** Whether it has ended only to wait for a person: somebody goes on with it when the answer comes. */
    default boolean isParked() {
        return false;
    }

    /** Gives up what it holds. */
    @Override
    void close();

    /** A run of a model and its tools; one of no tools for a single answer. */
    static RunSource of(ToolLoop run) {
        return new RunSource() {
            @Override
            public Iterator<RunEvent> iterator() {
                return run.iterator();
            }

            @Override
            public void cancel(String reason) {
                run.cancel(reason);
            }

            @Override
            public boolean isParked() {
                return run.isParked();
            }

            @Override
            public void close() {
                run.close();
            }
        };
    }
}
