package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.format.UiMessageFormat.Answers;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Where a client's message stops after the client has answered questions: after the event that the message names. A stream that was begun
 * anew has other numbers. There the run asks the questions again, and the client needs only what follows from its answers. For one thread.
 */
final class UiPlace {
    private final long after;
    private final Set<String> unasked; // keys of the answered questions
    private final Set<Object> answered = new HashSet<>(); // the calls of the answered questions
    private boolean begun;
    private boolean anew;

    UiPlace(Answers answers) {
        after = answers.after();
        unasked = new HashSet<>(answers.byCall().keySet());
    }

    /** The event that the client's message names. */
    long after() {
        return after;
    }

    /** Whether this event, the stream's next one, comes after the place. */
    boolean isBefore(RelayEvent event) {
        if (!begun) {
            begun = true;
            anew = event.id() > after;
        }
        return anew ? isNews(event) : event.id() > after;
    }

    private boolean isNews(RelayEvent event) {
        return switch (event.type()) {
            case "stream_error" -> true;
            case "message_start", "run_parked", "stream_complete" -> unasked.isEmpty();
            case "tool_progress", "tool_event", "tool_complete", "tool_error" -> isOfAnswer(read(event));
            case "approval_asked" -> {
                Map<String, Object> question = read(event);
                boolean known = question.get("call_key") instanceof String key && unasked.remove(key);
                if (known) {
                    answered.add(question.get("id"));
                }
                yield !known && isOfAnswer(question);
            }
            default -> false;
        };
    }

    private boolean isOfAnswer(Map<String, Object> event) {
        return unasked.isEmpty() && answered.contains(event.get("id"));
    }

    private static Map<String, Object> read(RelayEvent event) {
        return Json.readObject(event.json());
    }
}
