package dev.sluice.tools;

import dev.sluice.StreamController;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolChoice;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Sends the request of each turn of a run: the conversation so far, within what is left of the run's limits. */
final class TurnRequests {
    private final RunSettings settings;
    private final Transcript transcript;
    private final StreamController limits;
    private final RunDeadline deadline;
    private final BooleanSupplier isOver;

    /** Replaced for each turn by the run's thread; a stop on another thread cancels the one that it reads here. */
    private volatile StreamController current = StreamController.withCancellation();

    /**
     * The requests of one run.
     *
     * @param limits the controller's limits on time, for the turns
     * @param isOver whether the run has ended
     */
    TurnRequests(
            RunSettings settings,
            Transcript transcript,
            StreamController limits,
            RunDeadline deadline,
            BooleanSupplier isOver) {
        this.settings = settings;
        this.transcript = transcript;
        this.limits = limits;
        this.deadline = deadline;
        this.isOver = isOver;
    }

    /**
     * Sends the next request. For the run's thread.
     *
     * @throws IllegalStateException if the client is closed
     */
    MessageStream send() {
        List<Message> answers = transcript.answers();
        MessageRequest.Builder next =
                settings.client().provider().continueRequest(settings.request(), answers).toBuilder()
                        .messages(transcript.conversation(false).messages());
        if (!answers.isEmpty()) { // a model that must call a tool each time would never come to an end
            settings.request().toolChoice().map(TurnRequests::noLongerForced).ifPresent(next::toolChoice);
        }
        StreamController.Builder bounds = limits.toBuilder();
        deadline.remaining().ifPresent(left -> bounds.timeout(left.isPositive() ? left : Duration.ofNanos(1)));
        StreamController controller = bounds.build();
        current = controller;
        if (isOver.getAsBoolean()) {
            controller.cancel("the run is over");
        }
        MessageStream answer = settings.budget() == null
                ? settings.client().stream(next.build(), controller)
                : settings.client().stream(next.build(), controller, settings.budget());
        transcript.beginTurn(answer, !answer.isEnded());
        return answer;
    }

    /** Cancels the request that was sent last. For any thread. */
    void cancel(String why) {
        current.cancel(why);
    }

    private static ToolChoice noLongerForced(ToolChoice first) {
        return switch (first.mode()) {
            case ANY, TOOL -> new ToolChoice(ToolChoice.Mode.AUTO, null, first.parallel());
            case AUTO, NONE -> first;
        };
    }
}
