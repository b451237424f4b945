package dev.sluice.relay;

import dev.sluice.json.Json;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolEvent;
import java.util.Map;

/**
 * An event as it goes into the log: checked, because what is in there goes to every watcher, again and again.
 *
 * @param type its name on the wire
 * @param json the event
 */
record EventText(String type, String json) {

    /**
     * Writes an event. The output of a tool that would make it too long is cut, and says so: the model has had all of it.
     *
     * @throws IllegalArgumentException if it is not a JSON object of its type, or too long
     */
    static EventText of(RunEvent event, int maxLength) {
        EventText whole = checked(event);
        EventText text = whole.json.length() > maxLength ? checked(shortened(event, maxLength / 8)) : whole;
        if (text.json.length() > maxLength) {
            throw new IllegalArgumentException("an event " + text.type + " of " + text.json.length()
                    + " characters is longer than the " + maxLength + " that are allowed");
        }
        return text;
    }

    private static EventText checked(RunEvent event) {
        String type = event.type();
        String json = event.toJson();
        Map<String, Object> fields = Json.readObject(json);
        if (!type.equals(fields.get("type"))) {
            throw new IllegalArgumentException("an event " + type + " says that it is " + fields.get("type"));
        }
        return new EventText(type, json);
    }

    /** In JSON a character can take six, so that an eighth of what is allowed fits whatever they are. */
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
