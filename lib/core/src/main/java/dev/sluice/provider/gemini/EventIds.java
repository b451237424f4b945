package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ProtocolError;

/**
 * The ids of an interaction's events. They say where the answer stands, and which events a resumed connection sends once more. An
 * answer with an event that has no id has no place to resume from. An id is a name without an order, so that an event that is
 * missing cannot be noticed.
 */
final class EventIds {
    private String last = "";
    private boolean usable = true;
    private boolean resumed;

    /** Whether a resumed connection has begun from the start, and the last event has not come by. */
    private boolean replayed;

    /** The events that follow come from another connection. */
    void resumed() {
        resumed = true;
        replayed = false;
    }

    /**
     * Takes the next event.
     *
     * @param type its type
     * @param id its id; empty if it has none
     * @return whether the event is new
     * @throws ProtocolError if a resumed connection sends the whole answer without the event that was the last
     */
    boolean next(String type, String id) {
        replayed |= resumed && type.equals(InteractionsDecoder.CREATED);
        if (resumed && (replayed || id.equals(last))) {
            if (replayed && type.equals(InteractionsDecoder.COMPLETED) && !id.equals(last)) {
                throw new ProtocolError(
                        "The server resumed the answer from its start, and without the event " + last
                                + " that was received before",
                        null);
            }
            replayed &= !id.equals(last);
            return false;
        }
        resumed = false;
        usable &= !id.isEmpty() && !id.equals(last);
        last = id;
        return true;
    }

    /** The id of the last event; empty if there is no place to resume from. */
    String position() {
        return usable ? last : "";
    }
}
