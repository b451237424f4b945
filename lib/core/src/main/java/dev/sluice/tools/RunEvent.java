package dev.sluice.tools;

import dev.sluice.StreamException;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of a run: of the model's answers, or of a tool that it called.
 *
 * <p>For each turn {@link MessageStart}, any number of {@link MessageDelta}, {@link MessageStop}. A turn that breaks off and is asked
 * again has {@link TurnReset} in the place of {@link MessageStop}, and begins anew. Each call of one of the caller's tools has {@link ToolStart}, any number of {@link ToolProgress}, {@link Debug} and {@link ToolEvent},
 * and exactly one of {@link ToolComplete} and {@link ToolError}; if {@link TurnReset} comes before that, nothing more. The calls' events interleave with those of the turns
 * and of each other. A run that completes has {@link StreamComplete} last, one that fails {@link StreamError}. A run
 * that is cancelled, or comes to its controller's limit on events, has no last event.
 */
public sealed interface RunEvent {

    /** The event of the model's stream that this stands for; empty if it stands for none. */
    default Optional<StreamEvent> event() {
        return Optional.empty();
    }

    /**
     * The event's name for watchers, such as {@code tool_progress}. It stays the same if the classes here change.
     * {@code docs/tools.md} lists all.
     */
    default String type() {
        return switch (this) {
            case MessageStart start -> "message_start";
            case MessageDelta delta -> "message_delta";
            case MessageStop stop -> "message_stop";
            case TurnReset reset -> "turn_reset";
            case ToolStart start -> "tool_start";
            case ToolProgress progress -> "tool_progress";
            case ToolComplete complete -> "tool_complete";
            case ToolError error -> "tool_error";
            case ToolEvent inner -> "tool_event";
            case ToolOrphaned orphan -> "tool_orphaned";
            case ApprovalAsked question -> "approval_asked";
            case StreamError error -> "stream_error";
            case StreamComplete complete -> "stream_complete";
            case Debug debug -> "debug";
        };
    }

    /**
     * The event as a JSON object: its {@link #type() name} in {@code type}, which is first, and what a watcher may see of it.
     * See {@code docs/tools.md} for each one's fields.
     */
    default String toJson() {
        return RunEventJson.write(this);
    }

    /**
     * A turn of the model's begins.
     *
     * @param message as the event {@link StreamEvent.MessageStart} has it
     */
    record MessageStart(Message message) implements RunEvent {
        @Override
        public Optional<StreamEvent> event() {
            return Optional.of(new StreamEvent.MessageStart(message));
        }
    }

    /**
     * An event of the model's turn between its start and its end.
     *
     * @param delta what came, as it came
     */
    record MessageDelta(StreamEvent delta) implements RunEvent {
        @Override
        public Optional<StreamEvent> event() {
            return Optional.of(delta);
        }

        /** The words that it adds to the answer; empty if none. */
        public String text() {
            return delta
                            instanceof
                            StreamEvent.ContentBlockDelta(int index, dev.sluice.message.Delta.TextDelta(String text))
                    ? text
                    : "";
        }
    }

    /**
     * A turn of the model's is complete.
     *
     * @param message the whole turn
     */
    record MessageStop(Message message) implements RunEvent {
        @Override
        public Optional<StreamEvent> event() {
            return Optional.of(new StreamEvent.MessageStop());
        }
    }

    /**
     * A turn has broken off and is asked again: takes back all that it has said since its {@link MessageStart}, its calls included.
     * Nothing more comes of those calls, except {@link ToolOrphaned}. A tool that already runs, or has run, is not run again if the
     * model makes the same call again: its events then come under the new call's id. See {@link ToolLoop.Builder#retryTurns}.
     *
     * @param turn which turn, from 1
     * @param attempt which attempt at this turn broke off, from 1
     * @param failure why; {@link StreamException#partial()} has what was taken back. In {@link #toJson} only its kind, in {@code
     *     code}, and the tokens that were paid for, in {@code usage}
     */
    record TurnReset(int turn, int attempt, StreamException failure) implements RunEvent {}

    /**
     * The model has called a tool. Comes for each call, also for one that cannot be run. It does not come if the answer
     * was refused or no further turn is allowed, because the calls are then ignored.
     *
     * @param id the call
     * @param name the tool, as the model names it
     * @param input the input as JSON text, exactly as the model wrote it, or as it was repaired
     */
    record ToolStart(String id, String name, String input) implements RunEvent {}

    /**
     * A tool reports its progress.
     *
     * @param id the call
     * @param message what it does
     * @param percentage what part is done, from 0 to 100; null if it did not say
     */
    record ToolProgress(String id, String message, @Nullable Integer percentage) implements RunEvent {}

    /**
     * A tool has given its result.
     *
     * @param id the call
     * @param output the result as the model reads it: text, or the blocks as a JSON array if one of them is no text
     */
    record ToolComplete(String id, String output) implements RunEvent {}

    /**
     * A tool has failed, was refused, or was stopped. The model receives the same text.
     *
     * @param id the call
     * @param name the tool, as the model names it
     * @param error what happened
     * @param cause the tool's exception, with its stack trace; null if it threw none. Not in {@link #toJson}
     */
    record ToolError(
            String id, String name, String error, @Nullable Throwable cause) implements RunEvent {}

    /**
     * An event of a run inside a tool.
     *
     * @param id the call that the inner run is a part of
     * @param inner what happened in it
     */
    record ToolEvent(String id, RunEvent inner) implements RunEvent {}

    /**
     * A tool has run for nothing: {@link TurnReset} took its call back, and the model did not make the same call again. If it still
     * ran, it was stopped. Whoever must, can undo what it has done.
     *
     * @param id the call that was taken back
     * @param name the tool
     * @param input the input that the tool was given, as JSON text. Not in {@link #toJson}
     * @param output the tool's result or error, as the model would have read it. Not in {@link #toJson}
     */
    record ToolOrphaned(String id, String name, String input, String output) implements RunEvent {}

    /**
     * A call waits for a person's answer, which may come much later: {@link RunJournal#answer} takes it. Comes after {@link ToolStart}.
     *
     * @param id the call
     * @param name the tool
     * @param input the input that the tool is to be given, as JSON text
     * @param callKey what the answer names the call by
     */
    record ApprovalAsked(String id, String name, String input, String callKey) implements RunEvent {}

    /**
     * The run has failed, or has come to a limit. The last event.
     *
     * @param error what happened, in words
     * @param details {@code code}: the kind of failure. {@code retryable}: whether the same may work later. If they
     *     exist: {@code status}, {@code request_id}, {@code limit}. Plain values
     */
    record StreamError(String error, Map<String, Object> details) implements RunEvent {
        /** Copies the details. */
        public StreamError {
            details = Map.copyOf(details);
        }
    }

    /** The model is done, and so is the run. The last event. */
    record StreamComplete() implements RunEvent {}

    /**
     * A note for who looks for errors; not for who waits for the answer.
     *
     * @param id the call it is about; null for the run as a whole
     * @param message the note
     */
    record Debug(@Nullable String id, String message) implements RunEvent {}
}
