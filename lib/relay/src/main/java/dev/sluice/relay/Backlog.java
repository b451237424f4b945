package dev.sluice.relay;

import java.util.ArrayList;
import java.util.List;

/** The events that wait to be written to a watcher, who guards it with its lock. Empty, it holds no memory but its own. */
final class Backlog {
    private List<RelayEvent> waiting = List.of();
    private long arrived;
    private int bytes;
    private int writing;
    private boolean text;
    private boolean hurry;

    /**
     * Events that are to be written together.
     *
     * @param events the events
     * @param bytes how much that is
     * @param arrived when the first of them came
     */
    record Batch(List<RelayEvent> events, int bytes, long arrived) {}

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

    /** Whether an event waits that is not text that goes on. */
    boolean isUrgent() {
        return hurry;
    }

    /** How much it holds, with what is being written. */
    int bytes() {
        return bytes;
    }

    /** Takes all of it, to be written; it counts until {@link #written()}. */
    Batch take() {
        var batch = new Batch(waiting, bytes, arrived);
        waiting = List.of();
        writing = bytes;
        hurry = false;
        return batch;
    }

    /** What was taken has been written. */
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
