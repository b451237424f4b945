package dev.sluice.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog.End;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a stream of events: an event, the end, or the beginning of a stream that replaced another one.
 *
 * @param id its place
 * @param event the event
 * @param end how the stream ended; {@code EXPIRED} at a beginning, because so the replaced stream ends for its readers
 */
record StoredEntry(
        long id, @Nullable RelayEvent event, @Nullable End end) {
    static final String FINISHED = "finished";
    static final String LOST = "lost";

    /** Not stored: the writer leaves the stream open for another one. */
    static final String LEFT = "left";

    /** The last event's place if this is the last entry. */
    long lastEvent() {
        return end == null || isBegin() ? id : id - 1;
    }

    /** Whether this is the beginning of a stream that replaced another one. */
    boolean isBegin() {
        return end == End.EXPIRED;
    }

    /** The entries of an answer to XRANGE, or those of one stream in an answer to XREAD. */
    static List<StoredEntry> all(@Nullable Object answer) {
        return list(answer).stream().map(StoredEntry::of).toList();
    }

    private static StoredEntry of(Object entry) {
        var parts = list(entry);
        var name = text(parts.get(0));
        long id = Long.parseLong(name.substring(name.indexOf('-') + 1));
        var fields = list(parts.get(1));
        return fields.size() == 2
                ? new StoredEntry(id, null, end(text(fields.getFirst()), text(fields.get(1))))
                : new StoredEntry(id, new RelayEvent(id, text(fields.get(1)), text(fields.get(3))), null);
    }

    private static End end(String field, String how) {
        if (field.equals("begin")) {
            return End.EXPIRED;
        }
        return how.equals(FINISHED) ? End.FINISHED : End.WRITER_LOST;
    }

    /** An answer that is a list; empty if there is none. */
    @SuppressWarnings("unchecked")
    static List<Object> list(@Nullable Object answer) {
        return answer == null ? List.of() : (List<Object>) answer;
    }

    /** An answer that is a string. */
    static String text(Object answer) {
        return new String((byte[]) answer, UTF_8);
    }
}
