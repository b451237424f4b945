package dev.sluice.relay;

import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolEvent;

/**
 * An event as it goes into the log: of a limited length, because what is in there goes to every watcher, again and again.
 *
 * @param type its name on the wire
 * @param json the event
 */
record LogEntry(String type, String json) {

    /** The run waits for a person, and nobody works on it. It may be the last event for days; the run goes on behind it. */
    static final LogEntry PARKED = new LogEntry("run_parked", "{\"type\":\"run_parked\"}");

    /**
     * Writes an event. The output of a tool that would make it too long is cut, and says so: the model has had all of it.
     *
     * @throws IllegalArgumentException if it cannot be written as JSON, or is too long
     */
    static LogEntry of(RunEvent event, int maxLength) {
        String json = event.toJson();
        if (json.length() > maxLength) {
            json = shortened(event, maxLength / 8).toJson();
        }
        if (json.length() > maxLength) {
            throw new IllegalArgumentException("an event " + event.type() + " of " + json.length()
                    + " characters is longer than the " + maxLength + " that are allowed");
        }
        return new LogEntry(event.type(), json);
    }

    /** In JSON a character can take six, so an eighth of the limit always fits. */
    private static RunEvent shortened(RunEvent event, int length) {
        return switch (event) {
            case ToolComplete(String id, String output)
            when output.length() > length ->
                new ToolComplete(id, start(output, length) + "… (cut: " + output.length() + " characters in all)");
            case ToolEvent(String id, RunEvent inner) -> new ToolEvent(id, shortened(inner, length));
            default -> event;
        };
    }

    /** No half of a pair of surrogates, which would be no text. */
    private static String start(String text, int length) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }
}
