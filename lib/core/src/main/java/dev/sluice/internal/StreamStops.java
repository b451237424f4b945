package dev.sluice.internal;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.internal.base.Cancellation;
import dev.sluice.internal.base.InternalParts;
import java.util.Optional;

/** What streams, runs and their controllers share about a stop: a cancel, or a limit. For any thread; nothing here blocks. */
public final class StreamStops {
    private StreamStops() {}

    /** Tells a controller that its stream has ended, so that it runs its callbacks if something stopped the stream. */
    public static void ended(StreamController controller, EndReason end) {
        part(controller).end(isStop(end) ? end : null);
    }

    /** Tells a controller the same though its consumer may have events left to take, or may never ask. */
    public static void readerEnded(StreamController controller, EndReason end) {
        if (isStop(end)) {
            part(controller).tell(end);
        }
    }

    /** Whether a cancel or a limit was the end. */
    private static boolean isStop(EndReason end) {
        return end.isAbort()
                || (end instanceof Failed(StreamException failure)
                        && (failure instanceof TimedOut || failure instanceof LimitExceeded));
    }

    /** Cancels a stream whose consumer did not ask for it: its thread was interrupted, or its client was closed. */
    public static void cancelUnasked(StreamController controller, String reason) {
        part(controller).cancelUnasked(reason);
    }

    /**
     * The exception that a loop throws at this end: a failure, or a cancel that the consumer did not ask for. Empty if the
     * loop just ends, as it does for the consumer's own cancel and limits.
     */
    public static Optional<StreamException> thrownByLoop(StreamController controller, EndReason end) {
        boolean isQuiet = end instanceof Cancelled && !part(controller).isUnasked();
        return isQuiet || end instanceof EndReason.LimitReached ? Optional.empty() : end.toException();
    }

    /** Whether a stream was cancelled, and its consumer did not ask for it. */
    public static boolean isUnasked(StreamController controller) {
        return part(controller).isUnasked();
    }

    private static Cancellation part(StreamController controller) {
        return InternalParts.of(controller, Cancellation.class);
    }
}
