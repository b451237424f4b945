package dev.sluice.sse;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One server-sent event.
 *
 * @param type the {@code event} field; {@code message} if the server gave none
 * @param data the {@code data} lines, joined with line feeds
 * @param id the last event id at this event, which an event without one takes over from the one before; empty if there
 *     has been none
 * @param retry the reconnection time that came with this event; null if none did
 */
public record SseEvent(
        String type, String data, String id, @Nullable Duration retry) {

    /** An event with data and nothing else. */
    public static SseEvent of(String data) {
        return new SseEvent("message", data, "", null);
    }
}
