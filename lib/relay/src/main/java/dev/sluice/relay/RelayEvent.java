package dev.sluice.relay;

/**
 * An event of a run as it is kept and sent: the JSON of a {@link dev.sluice.tools.RunEvent}, with its place in the run.
 *
 * @param id the place, from 1, without gaps; what a browser gives back as {@code Last-Event-ID}
 * @param type the event's name, as in the JSON's field {@code type}
 * @param json the event as a JSON object
 */
public record RelayEvent(long id, String type, String json) {

    /** The cost of an event beside its JSON: the record, its name on the wire, its id. */
    private static final int OVERHEAD = 64;

    /** About how many bytes it takes to keep or to send; what the limits in bytes are counted in. */
    int bytes() {
        return OVERHEAD + json.length();
    }
}
