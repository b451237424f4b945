package dev.sluice.relay;

import dev.sluice.tools.RunEvent;
import java.util.Iterator;

/** A run that runs an action when its events are first asked for. */
record ForwardingRun(RunSource to, Runnable first) implements RunSource {
    @Override
    public Iterator<RunEvent> iterator() {
        first.run();
        return to.iterator();
    }

    @Override
    public void cancel(String reason) {
        to.cancel(reason);
    }

    @Override
    public void close() {
        to.close();
    }
}
