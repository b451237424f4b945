package dev.sluice.provider.openai;

import dev.sluice.StreamException.ProtocolError;

/**
 * The numbers of a response's events. They say where the answer stands, and which events a resumed connection sends once more. An
 * answer whose events are not numbered upwards has no place to resume from.
 */
final class SequenceNumbers {
    /** The number of an event that has none. */
    static final long NONE = -1;

    private long last = NONE;
    private boolean usable = true;
    private boolean gapless = true;
    private boolean resumed;

    /** The events that follow come from another connection. */
    void resumed() {
        resumed = true;
    }

    /**
     * Takes the number of the next event.
     *
     * @return whether the event is new
     * @throws ProtocolError if a resumed connection leaves out events, or does not number them
     */
    boolean next(long number) {
        if (resumed) {
            return nextOfResumed(number);
        }
        usable &= number > last;
        gapless &= number == last + 1;
        last = number;
        return true;
    }

    private boolean nextOfResumed(long number) {
        if (number == NONE) {
            throw new ProtocolError(
                    "The server resumed the answer with an event that has no sequence_number, after event " + last,
                    null);
        }
        if (number <= last) {
            return false;
        }
        if (gapless && number != last + 1) {
            throw new ProtocolError(
                    "The server resumed the answer with event " + number + " after event " + last
                            + ", and left out those between them",
                    null);
        }
        last = number;
        return true;
    }

    /** The number of the last event; empty if there is no place to resume from. */
    String position() {
        return usable && last != NONE ? Long.toString(last) : "";
    }
}
