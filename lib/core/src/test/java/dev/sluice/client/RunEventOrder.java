package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.Debug;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolEvent;
import dev.sluice.tools.RunEvent.ToolOrphaned;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import dev.sluice.tools.RunEvent.TurnReset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The order of events that {@link RunEvent} promises. */
final class RunEventOrder {
    private final Set<String> running = new HashSet<>();
    private final Set<String> ended = new HashSet<>();
    private final Set<String> endedInTurn = new HashSet<>();
    private final Set<String> takenBack = new HashSet<>();
    private boolean speaking;
    private boolean over;

    void of(List<RunEvent> events, EndReason end) {
        for (RunEvent event : events) {
            assertThat(over).as("something comes after the end: %s", event).isFalse();
            next(event);
        }
        assertThat(over).as("the last event").isTrue();
        assertThat(running).as("calls without an end").isEmpty();
        assertThat(events.getLast() instanceof StreamComplete).isEqualTo(end instanceof Completed);
    }

    private void next(RunEvent event) {
        switch (event) {
            case MessageStart start -> {
                assertThat(speaking).isFalse();
                assertThat(running).as("calls of the turn before").isEmpty();
                speaking = true;
                endedInTurn.clear();
            }
            case MessageDelta delta -> assertThat(speaking).isTrue();
            case MessageStop stop -> {
                assertThat(speaking).isTrue();
                speaking = false;
            }
            case TurnReset reset -> {
                assertThat(speaking).isTrue();
                speaking = false;
                takenBack.addAll(running);
                takenBack.addAll(endedInTurn);
                running.clear();
            }
            case ToolOrphaned orphan ->
                assertThat(takenBack.remove(orphan.id())).isTrue();
            case ToolStart(var id, var name, var input) -> {
                assertThat(ended).doesNotContain(id);
                assertThat(running.add(id)).isTrue();
            }
            case RunEvent.ApprovalAsked question -> assertThat(running).contains(question.id());
            case ToolProgress(var id, var message, var percentage) ->
                assertThat(running).contains(id);
            case ToolEvent(var id, var inner) -> assertThat(running).contains(id);
            case Debug(var id, var message) -> assertThat(running).contains(id);
            case ToolComplete(var id, var output) -> end(id);
            case ToolError error -> end(error.id());
            case StreamError error -> over = true;
            case StreamComplete complete -> over = true;
        }
    }

    private void end(String id) {
        assertThat(running.remove(id)).as("a call that runs: %s", id).isTrue();
        ended.add(id);
        endedInTurn.add(id);
    }
}
