package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.internal.StreamStops;
import java.lang.ref.WeakReference;

/** The controller of a run, as the run's threads know it. For any thread. */
final class RunControl {
    static final String ABANDONED = "abandoned without close()";

    /** Weak, because its callbacks may refer to the loop. The cleaner must find a loop that nobody else refers to. */
    private final WeakReference<StreamController> controller;

    RunControl(StreamController controller) {
        this.controller = new WeakReference<>(controller);
    }

    /** The controller; of a forgotten run, one that is cancelled. */
    StreamController controller() {
        StreamController held = controller.get();
        if (held == null) {
            held = StreamController.withCancellation();
            held.cancel(ABANDONED);
        }
        return held;
    }

    /** Cancels the run, with the callbacks of its controller. False if there is no controller any more. */
    boolean cancelUnasked(String why) {
        StreamController held = controller.get();
        if (held == null) {
            return false;
        }
        StreamStops.cancelUnasked(held, why);
        return true;
    }

    /** Whether a run with this end is not to be taken up by another process: it is done, or its caller has stopped it. */
    boolean isForGood(EndReason end) {
        StreamController held = controller.get();
        return !(end instanceof Cancelled(String why))
                || (held != null && !why.equals(ABANDONED) && !StreamStops.isUnasked(held));
    }

    /** The run's thread has ended it. */
    void readerEnded(EndReason end) {
        StreamController held = controller.get();
        if (held != null) {
            StreamStops.readerEnded(held, end);
        }
    }
}
