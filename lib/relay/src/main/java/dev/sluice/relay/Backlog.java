package dev.sluice.relay;

import java.util.ArrayList;
import java.util.List;

/** The events that wait to be written to a watcher, who guards it with its lock. Empty, it holds no memory but its own. */
final class Backlog {
    private final int behindAt;
    private List<RelayEvent> waiting = List.of();
    private long arrived;
    private int bytes;
    private int writing;
    private boolean text;
    private boolean hurry;
    private boolean behind;

    /**
     * Events that are to be written together.
     *
     * @param events the events
     * @param behind whether so much waited that texts are to be merged
     * @param arrived when the first of them came
     */
    record Batch(List<RelayEvent> events, boolean behind, long arrived) {}

    /** An empty one, whose watcher is behind when more than these bytes wait. */
    Backlog(int behindAt) {
        this.behindAt = behindAt;
    }

    void add(RelayEvent event, long now) {
        if (waiting.isEmpty()) {
            waiting = new ArrayList<>();
            arrived = now;
        }
        waiting.add(event);
        bytes += event.bytes();
        boolean isText = StreamFormat.mergeable().contains(event.type());
        hurry |= !isText || !text;
        text = isText;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether an event waits that is no continued text. */
    boolean isUrgent() {
        return hurry;
    }

    /** How much it holds, with what is being written. */
    int bytes() {
        return bytes;
    }

    /**
     * Takes the next events, to be written: as many as have no more than these bytes, but one at least if there is one. They count
     * until {@link #written()}.
     */
    Batch take(int most) {
        int count = 0;
        int taken = 0;
        while (count < waiting.size()
                && (count == 0 || taken + waiting.get(count).bytes() <= most)) {
            taken += waiting.get(count).bytes();
            count++;
        }
        behind |= bytes > behindAt;
        var batch = new Batch(List.copyOf(waiting.subList(0, count)), behind, arrived);
        if (count == waiting.size()) {
            waiting = List.of();
        } else {
            waiting.subList(0, count).clear();
        }
        writing = taken;
        hurry = !waiting.isEmpty();
        behind &= hurry; // until it has caught up
        return batch;
    }

    /** The taken batch has been written. */
    void written() {
        bytes -= writing;
        writing = 0;
    }

    void clear() {
        waiting = List.of();
        bytes = writing;
        hurry = false;
    }
}
