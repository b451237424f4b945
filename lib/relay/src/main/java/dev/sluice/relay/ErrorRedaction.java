package dev.sluice.relay;

import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.Debug;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The part of a run's events that watchers may see. An exception's message can name hosts, paths and other people's
 * data. Unless they are allowed, watchers get a general text instead, and no notes for developers.
 *
 * @param errors whether they may see what went wrong as it was said
 */
record ErrorRedaction(boolean errors) {
    static final String FAILED = "Something went wrong, and the answer could not be completed.";
    static final String RETRYABLE = "Something went wrong. Please try again.";
    static final String TOOL_FAILED = "This step did not work.";

    /** The event as watchers may see it; empty if they may not. */
    Optional<RunEvent> of(RunEvent event) {
        if (errors) {
            return Optional.of(event);
        }
        return switch (event) {
            case Debug debug -> Optional.empty();
            case ToolEvent(String id, RunEvent inner) -> of(inner).map(shown -> new ToolEvent(id, shown));
            case ToolError error -> Optional.of(new ToolError(error.id(), error.name(), TOOL_FAILED, null));
            case StreamError(String error, Map<String, Object> details) -> Optional.of(masked(details));
            case RunEvent.MessageStart start -> Optional.of(start);
            case RunEvent.MessageDelta delta -> Optional.of(delta);
            case RunEvent.MessageStop stop -> Optional.of(stop);
            case RunEvent.TurnReset reset -> Optional.of(reset); // its JSON has the kind of the failure, and no message
            case RunEvent.ToolStart start -> Optional.of(start);
            case RunEvent.ToolProgress progress -> Optional.of(progress);
            case RunEvent.ToolComplete complete -> Optional.of(complete);
            case RunEvent.ApprovalAsked question -> Optional.of(question);
            case RunEvent.ToolOrphaned orphan -> Optional.of(orphan); // its JSON has no input and no output
            case RunEvent.StreamComplete complete -> Optional.of(complete);
        };
    }

    private static StreamError masked(Map<String, Object> details) {
        var kept = new HashMap<>(details);
        kept.keySet().retainAll(Set.of("code", "retryable"));
        return new StreamError(Boolean.TRUE.equals(details.get("retryable")) ? RETRYABLE : FAILED, kept);
    }
}
