package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.MessageStop;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One answer of the model's, and the calls in it. For the run's thread. */
final class Turn {
    private static final String CUT =
            "the answer was cut at max_tokens within the input of this call, so the tool did not run; write less";

    private final RunEventQueue queue;
    private final Transcript transcript;
    private final CallStarter starter;
    private final TurnAnswer answer;
    private final boolean early;

    private final TreeSet<Integer> blocks = new TreeSet<>();
    private final List<ToolCallTask> calls = new ArrayList<>();
    private Message message = Message.EMPTY;
    private boolean hasStart;

    /**
     * A call without input that is the last block so far. If the answer is cut here, it looks the same as one whose
     * input has not begun.
     */
    private @Nullable ToolUse withoutInput;

    /** Starts the calls of a run. */
    interface CallStarter {
        /** A call that has been started; {@code cut} says by what its input was cut, and is null if it was not. */
        ToolCallTask start(ToolUse use, @Nullable String cut) throws InterruptedException;
    }

    /**
     * A turn.
     *
     * @param early whether calls start while the model speaks
     */
    Turn(RunEventQueue queue, Transcript transcript, CallStarter starter, TurnAnswer answer, boolean early) {
        this.queue = queue;
        this.transcript = transcript;
        this.starter = starter;
        this.answer = answer;
        this.early = early;
    }

    /**
     * Forwards the model's events until the turn is complete or stopped, and starts the calls.
     *
     * @return how the answer ended; empty if the run is over
     * @throws dev.sluice.StreamException if it failed
     */
    EndReason read() throws InterruptedException {
        for (StreamEvent event : answer.events()) {
            if (!queue.put(toRunEvent(event))) {
                throw new InterruptedException(); // as the thread that ended the run has done, or is about to do
            }
            if (early) {
                look(event);
            }
        }
        return answer.end();
    }

    /** The whole answer. */
    Message message() {
        return message;
    }

    /** Whether nothing has come of an answer that another process has begun: then the model can be asked instead. */
    boolean isLost() {
        return answer.isResumed() && !hasStart;
    }

    /** Whether anything of it was reported. */
    boolean wasShown() {
        return hasStart;
    }

    /** Another answer takes the place of this one, which broke off: its server need not finish it. */
    void cancelBroken(StreamException failure) {
        answer.cancelBroken(failure);
    }

    /** The calls that were started so far. */
    List<ToolCallTask> calls() {
        return List.copyOf(calls);
    }

    /** The calls that are to be answered, all of them started, in order. */
    List<ToolCallTask> startAll() throws InterruptedException {
        var begun = new ArrayList<>(calls);
        var all = new ArrayList<ToolCallTask>();
        for (ToolUse use : message.toolUses()) {
            ToolCallTask call = begun.stream()
                    .filter(started -> started.use().id().equals(use.id()))
                    .findFirst()
                    .orElse(null);
            if (call == null) {
                call = start(use, isCut(use) ? CUT : null);
            } else {
                begun.remove(call);
            }
            all.add(call);
        }
        return all;
    }

    /** Stops what has been started, and reports that. The results are for the calls that the answer has. */
    List<ToolResult> stopAll(String why) throws InterruptedException {
        for (ToolCallTask call : calls) {
            call.stop(why);
        }
        for (ToolCallTask call : calls) {
            var unused = call.result();
        }
        calls.clear();
        CallOutcome stopped = CallOutcome.error(why);
        return message.toolUses().stream().map(use -> stopped.result(use.id())).toList();
    }

    private RunEvent toRunEvent(StreamEvent event) {
        if (event instanceof StreamEvent.MessageStart(Message start) && !hasStart) {
            hasStart = true;
            for (int i = 0; i < start.content().size(); i++) {
                blocks.add(i);
            }
            return new MessageStart(start);
        }
        if (event instanceof StreamEvent.MessageStop) {
            message = answer.snapshot();
            transcript.calling(message, calls);
            return new MessageStop(message);
        }
        return new MessageDelta(event);
    }

    /** Starts a call when its block is complete: as soon as it cannot be a cut one. */
    private void look(StreamEvent event) throws InterruptedException {
        switch (event) {
            case ContentBlockStart(int index, ContentBlock block) -> {
                blocks.add(index);
                if (withoutInput != null) {
                    start(withoutInput, null);
                    withoutInput = null;
                }
                if (block instanceof ContentBlock.Unknown(String type, var json) && type.equals("fallback")) {
                    stopAll("the answer was taken back and another model continues, so the tool was stopped");
                }
            }
            case ContentBlockStop(int index) -> {
                int place = blocks.headSet(index).size();
                if (answer.snapshot().content().get(place) instanceof ToolUse use && use.isInputValid()) {
                    if (isEmpty(use)) {
                        withoutInput = use;
                    } else {
                        start(use, null);
                    }
                }
            }
            default -> {}
        }
    }

    private ToolCallTask start(ToolUse use, @Nullable String cut) throws InterruptedException {
        ToolCallTask call = starter.start(use, cut);
        calls.add(call);
        return call;
    }

    /** Whether the answer met its limit within this call: in its last block, because nothing came after it. */
    private boolean isCut(ToolUse use) {
        return message.finishReason() == FinishReason.LENGTH
                && message.content().getLast().equals(use)
                && (!use.isInputValid() || isEmpty(use));
    }

    private static boolean isEmpty(ToolUse use) {
        return use.inputAsMap().isEmpty();
    }
}
