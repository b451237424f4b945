package dev.sluice.relay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest events of a stream, by id, within limits of number and bytes. Not for use by several threads. */
final class EventRing {
    private static final int SMALLEST = 16;

    private final int maxEvents;
    private final long maxBytes;

    /** An event is at the place of its id modulo the length, so that nothing needs to be searched for. */
    private @Nullable RelayEvent[] places = new @Nullable RelayEvent[SMALLEST];

    private final long begin;
    private long first;
    private long last;
    private long bytes;

    EventRing(int maxEvents, long maxBytes) {
        this(maxEvents, maxBytes, 1);
    }

    /** A ring whose first event gets this id. */
    EventRing(int maxEvents, long maxBytes, long begin) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.begin = begin;
        first = begin;
        last = begin - 1;
    }

    /** Whether all events after this one are kept; 0 stands for all. */
    boolean hasAllAfter(long id) {
        return (id == 0 && first == begin) || (id >= first - 1 && id <= last);
    }

    /** The id of the oldest event that is kept; one more than {@link #last} if none is. */
    long first() {
        return first;
    }

    /** The id of the newest event that ever was; 0 if there was none. */
    long last() {
        return last;
    }

    /** How many bytes it keeps, about. */
    long bytes() {
        return bytes;
    }

    /** Adds the next event, and drops the oldest while there is more than may be kept; the newest always stays. */
    RelayEvent add(String type, String json) {
        var event = new RelayEvent(last + 1, type, json);
        if (last - first + 1 == places.length) {
            grow();
        }
        last = event.id();
        places[place(last)] = event;
        bytes += event.bytes();
        while (first < last && (last - first + 1 > maxEvents || bytes > maxBytes)) {
            bytes -= get(first).bytes();
            places[place(first++)] = null;
        }
        return event;
    }

    /** Up to so many events from this id on, which must be kept. */
    List<RelayEvent> from(long id, int most) {
        int count = (int) Math.min(most, last - id + 1);
        if (count == 1) {
            return List.of(get(id));
        }
        var events = new ArrayList<RelayEvent>(count);
        for (long next = id; next < id + count; next++) {
            events.add(get(next));
        }
        return events;
    }

    private RelayEvent get(long id) {
        RelayEvent event = places[place(id)];
        if (event == null) {
            throw new IllegalStateException("the event " + id + " is not kept");
        }
        return event;
    }

    private int place(long id) {
        return (int) (id % places.length);
    }

    private void grow() {
        @Nullable RelayEvent[] old = places;
        places = new @Nullable RelayEvent[old.length * 2];
        for (long id = first; id <= last; id++) {
            places[place(id)] = old[(int) (id % old.length)];
        }
    }
}
