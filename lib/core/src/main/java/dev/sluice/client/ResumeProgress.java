package dev.sluice.client;

import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * How far the consumer of an answer has come, in the positions of the wire, so that another stream can go on from there. An event of
 * the wire may be several of the stream's, or none. Pings do not count, because no server sends them again. The reader notes
 * events, the consumer takes them, and any thread may ask for the {@link #place}.
 */
final class ResumeProgress {
    /**
     * Behind an event of the wire, and so many of the stream's further.
     *
     * @param position of the event of the wire; empty for the beginning
     */
    record Place(String position, long events) {
        static final Place BEGINNING = new Place("", 0);
    }

    /**
     * Where the events of an event of the wire begin.
     *
     * @param first how many events of the stream are before that
     * @param position the position of the event of the wire before it
     */
    private record Mark(long first, String position) {}

    private final Queue<Mark> marks = new ConcurrentLinkedQueue<>();
    private volatile boolean unusable;

    // The reader's own.
    private final Place start;
    private long noted;
    private String before = "";
    private String current = "";
    private boolean reached;
    private long skipped;

    // The consumer's own.
    private Mark latest = new Mark(0, "");
    private long taken;

    /** Null when nothing is left. */
    private volatile @Nullable Place place;

    /**
     * The progress of a consumer who has got what is before a place, from another stream.
     *
     * @param start the place
     */
    ResumeProgress(Place start) {
        this.start = start;
        reached = start.position().isEmpty();
        place = start;
    }

    /**
     * Notes an event, before it is queued.
     *
     * @param position that of its event of the wire; empty if that has none
     * @return whether it is before the {@linkplain #ResumeProgress start}
     */
    boolean isReplayed(StreamEvent event, String position) {
        if (event instanceof Ping) {
            return !reached || skipped < start.events();
        }
        if (position.isEmpty()) {
            unusable = true;
        } else if (!position.equals(current)) {
            before = current;
            current = position;
            marks.add(new Mark(noted, before));
        }
        noted++;
        reached |= before.equals(start.position());
        if (reached && skipped < start.events()) {
            skipped++;
            return true;
        }
        return !reached;
    }

    /** Whether no event has been noted. For the reader. */
    boolean isUnnoted() {
        return noted == 0;
    }

    /** Another answer takes the place of this one: there is nothing to go on from. */
    void giveUp() {
        unusable = true;
    }

    /** The consumer has got an event. */
    void taken(StreamEvent event) {
        replayed(event);
        place = event instanceof MessageStop ? null : new Place(latest.position, taken - latest.first);
    }

    /** The consumer's message has got an event that is before the start. */
    void replayed(StreamEvent event) {
        if (event instanceof Ping) {
            return;
        }
        taken++;
        for (Mark next = marks.peek(); next != null && next.first <= taken; next = marks.peek()) {
            latest = next;
            marks.remove();
        }
    }

    /** How far the consumer has come; empty if there is nothing left, or no way to go on from there. */
    Optional<Place> place() {
        return unusable ? Optional.empty() : Optional.ofNullable(place);
    }
}
