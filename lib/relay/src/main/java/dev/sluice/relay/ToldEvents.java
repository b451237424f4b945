package dev.sluice.relay;

import dev.sluice.StreamException;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.relay.ToldPart.Comparison;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.ApprovalAsked;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolEvent;
import dev.sluice.tools.RunEvent.ToolOrphaned;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import dev.sluice.tools.RunEvent.TurnReset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's watchers have been told by the machine that had the run before. A run that goes on from its journal delivers all of
 * itself again; this leaves of that what the watchers do not know. For one thread.
 *
 * <p>A turn of which they know the end is not told again. Of one of which they know a part, the rest is told if the answer begins with
 * that part; otherwise the turn is taken back, and then told whole. A call's start, question and end are told once per turn.
 */
final class ToldEvents {
    /** A step of a call, in the turn in which it was called. The id of a question is its key, because a call may have several questions. */
    private record CallStep(int turn, String id, Step step) {}

    private enum Step {
        START,
        QUESTION,
        END,
        ORPHANED
    }

    /** What was told. */
    private final Place told = new Place();

    private final Set<CallStep> steps = new HashSet<>();
    private boolean ended;

    /** Where the run is that goes on. */
    private final Place run = new Place();

    /** What is known of the turn that broke off, until the run has delivered that much of it. */
    private @Nullable ToldPart part;

    /** What was held back of that turn, because the watchers know it: told again if it turns out to be another answer. */
    private final List<RunEvent> known = new ArrayList<>();

    /** How many turns are complete, and whether there is a part of another one. */
    private static final class Place {
        int complete;
        boolean open;

        int turn() {
            return complete + (open ? 1 : 0);
        }

        void start() {
            open = true;
        }

        void stop() {
            complete++;
            open = false;
        }

        void reset() {
            open = false;
        }
    }

    /** Of a new run. */
    ToldEvents() {}

    /** Of a stream with these events, all of them. */
    ToldEvents(List<RelayEvent> events) {
        events.forEach(event -> note(event.type(), event.json()));
    }

    /** Whether they know the run's end. */
    boolean hasEnd() {
        return ended;
    }

    private void note(String type, String json) {
        switch (type) {
            case "message_start" -> {
                told.start();
                part = new ToldPart();
                part.add(json);
            }
            case "message_delta" -> {
                if (part != null) {
                    part.add(json);
                }
            }
            case "message_stop" -> {
                told.stop();
                part = null;
            }
            case "turn_reset" -> takeBack();
            case "tool_start" -> noteStep(json, "id", Step.START);
            case "approval_asked" -> noteStep(json, "call_key", Step.QUESTION);
            case "tool_complete", "tool_error" -> noteStep(json, "id", Step.END);
            case "tool_orphaned" -> noteStep(json, "id", Step.ORPHANED);
            case "stream_complete", "stream_error" -> ended = true;
            default -> {}
        }
    }

    private void noteStep(String json, String field, Step step) {
        if (Json.readObject(json).get(field) instanceof String id) {
            steps.add(new CallStep(told.turn(), id, step));
        }
    }

    private void takeBack() {
        forgetCalls(told);
        told.reset();
        part = null;
    }

    /** The turn of which they know a part; if there is none, the last one of which they know the end. */
    int openTurn() {
        return told.turn();
    }

    /** What is known of the answer to the open turn, if the model can be asked to continue it. */
    Optional<Message> toContinue() {
        return part == null ? Optional.empty() : part.toContinue();
    }

    private void forgetCalls(Place at) {
        steps.removeIf(step -> step.turn() == at.turn() && step.step() != Step.ORPHANED);
    }

    /** What is to be told of this event, which is the next one of the run: nothing, the event, or the event behind a reset. */
    List<RunEvent> toTell(RunEvent event) {
        return switch (event) {
            case MessageStart start -> {
                run.start();
                yield ofTurn(event);
            }
            case MessageDelta delta -> ofTurn(event);
            case MessageStop stop -> {
                List<RunEvent> tell = ofTurn(event);
                run.stop();
                yield tell;
            }
            case TurnReset reset -> {
                if (part != null) {
                    takeBack();
                    known.clear();
                }
                forgetCalls(run);
                run.reset();
                yield List.of(event);
            }
            case ToolStart call -> once(call.id(), Step.START, event);
            case ApprovalAsked question -> once(question.callKey(), Step.QUESTION, event);
            case ToolComplete end -> once(end.id(), Step.END, event);
            case ToolError end -> once(end.id(), Step.END, event);
            case ToolOrphaned orphan -> once(orphan.id(), Step.ORPHANED, event);
            case ToolProgress progress -> unlessOver(progress.id(), event);
            case ToolEvent inner -> unlessOver(inner.id(), event);
            case RunEvent.Debug note -> List.of(note);
            case RunEvent.StreamError end -> ended ? List.of() : List.of(end);
            case RunEvent.StreamComplete end -> ended ? List.of() : List.of(end);
        };
    }

    private List<RunEvent> ofTurn(RunEvent event) {
        if (run.turn() <= told.complete) {
            return List.of();
        }
        if (part == null) {
            return List.of(event);
        }
        Comparison comparison = part.compare(event);
        known.add(event);
        if (comparison instanceof Comparison.Different) {
            return anew();
        }
        if (part.isOver()) {
            part = null;
            known.clear();
        }
        return comparison instanceof Comparison.Rest(RunEvent rest) ? List.of(rest) : List.of();
    }

    /** The turn is taken back, and what was held back of it is told. */
    private List<RunEvent> anew() {
        var tell = new ArrayList<RunEvent>();
        tell.add(new TurnReset(
                told.turn(), 1, new StreamException.Truncated("The machine that asked for this answer was lost")));
        takeBack();
        List<RunEvent> again = List.copyOf(known);
        known.clear();
        again.forEach(event -> tell.addAll(toTell(event)));
        return tell;
    }

    private List<RunEvent> once(String id, Step step, RunEvent event) {
        if (part != null && run.turn() == told.turn()) {
            known.add(event);
        }
        return steps.add(new CallStep(run.turn(), id, step)) ? List.of(event) : List.of();
    }

    private List<RunEvent> unlessOver(String id, RunEvent event) {
        return steps.contains(new CallStep(run.turn(), id, Step.END)) ? List.of() : List.of(event);
    }
}
