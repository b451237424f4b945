package dev.sluice.tools;

import dev.sluice.StreamController;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.continuation.Continuation;
import dev.sluice.internal.KeptAnswer;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolChoice;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets the answer of each turn of a run: sends the conversation so far, within what is left of the run's limits; or takes the answer
 * that was recorded.
 */
final class TurnRequests {
    private static final Logger log = LoggerFactory.getLogger(TurnRequests.class);

    private final RunSettings settings;
    private final Transcript transcript;
    private final StreamController limits;
    private final RunDeadline deadline;
    private final BooleanSupplier isOver;
    private final @Nullable JournaledRun journal;

    /** Replaced for each turn by the run's thread; a stop on another thread cancels the one that it reads here. */
    private volatile StreamController current = StreamController.withCancellation();

    /** The answer that comes; null if none does. */
    private volatile @Nullable MessageStream coming;

    /** Which turn was asked for last. For the run's thread. */
    private int turn;

    /** Whether the last answer was fetched with the token of a lost process, without a new request. For the run's thread. */
    private boolean fetching;

    /**
     * The requests of one run.
     *
     * @param limits the controller's limits on time, for the turns
     * @param isOver whether the run has ended
     * @param journal null if the run has none
     */
    TurnRequests(
            RunSettings settings,
            Transcript transcript,
            StreamController limits,
            RunDeadline deadline,
            BooleanSupplier isOver,
            @Nullable JournaledRun journal) {
        this.settings = settings;
        this.transcript = transcript;
        this.limits = limits;
        this.deadline = deadline;
        this.isOver = isOver;
        this.journal = journal;
    }

    /** Which turn was asked for last, from 1. For the run's thread. */
    int turn() {
        return turn;
    }

    /**
     * Gets the next answer, or the one of the last turn again if that was taken back. For the run's thread.
     *
     * @throws IllegalStateException if the client is closed
     */
    TurnAnswer send() {
        List<Message> answers = transcript.answers();
        boolean isAgain = turn == answers.size() + 1;
        turn = answers.size() + 1;
        if (journal == null) {
            TurnAnswer.Live answer = ask(answers);
            transcript.beginTurn(answer, requests(answer), 0);
            return answer;
        }
        int before = isAgain ? 0 : journal.recorded().requests(turn);
        int lost = isAgain ? 0 : journal.recorded().lost(turn);
        Optional<Message> recorded =
                isAgain ? Optional.empty() : journal.recorded().answer(turn);
        if (recorded.isPresent()) {
            var answer = new RecordedAnswer(recorded.get());
            transcript.beginTurn(answer, before, lost);
            return answer;
        }
        Optional<String> token = isAgain ? Optional.empty() : journal.recorded().token(turn);
        Optional<Message> begun = isAgain ? Optional.empty() : journal.begun(turn);
        TurnAnswer answer = token.flatMap(this::resume)
                .or(() -> begun.flatMap(known -> goOn(known, answers)))
                .orElseGet(() -> ask(answers));
        int sent = requests(answer);
        boolean replaces = isAgain ? fetching : before > 0;
        fetching = !answer.isAsked();
        transcript.beginTurn(answer, before + sent, lost + (replaces ? sent : 0));
        return journal.recording(turn, replaces, answer);
    }

    private int requests(TurnAnswer answer) {
        return !answer.isAsked() || Objects.requireNonNull(coming).isEnded() ? 0 : 1;
    }

    private Optional<ContinuedAnswer> goOn(Message begun, List<Message> answers) {
        LlmClient client = settings.client();
        if (InternalParts.of(client, Continuation.class).times() == 0) {
            return Optional.empty();
        }
        try {
            return ContinuedAnswer.of(begun, request(answers), client.provider(), this::stream);
        } catch (IllegalArgumentException e) { // this provider has no field for such a request
            log.info(
                    "The answer of turn {} cannot be continued, so the model is asked again: {}", turn, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<TurnAnswer> resume(String token) {
        try {
            return Optional.of(live(settings.client().resume(token, bounds()), true));
        } catch (IllegalArgumentException | UnsupportedOperationException e) { // the client is another one now
            log.info("The answer of turn {} cannot be resumed, so the model is asked again: {}", turn, e.getMessage());
            return Optional.empty();
        }
    }

    private TurnAnswer.Live ask(List<Message> answers) {
        return stream(request(answers));
    }

    /** What the model is asked in this turn. */
    private MessageRequest request(List<Message> answers) {
        MessageRequest.Builder next =
                settings.client().provider().continueRequest(settings.request(), answers).toBuilder()
                        .messages(transcript.conversation(false).messages());
        if (!answers.isEmpty()) { // a model that must call a tool each time would never come to an end
            settings.request().toolChoice().map(TurnRequests::noLongerForced).ifPresent(next::toolChoice);
        }
        return next.build();
    }

    private TurnAnswer.Live stream(MessageRequest request) {
        MessageStream answer = settings.budget() == null
                ? settings.client().stream(request, bounds())
                : settings.client().stream(request, bounds(), settings.budget());
        return live(answer, false);
    }

    private TurnAnswer.Live live(MessageStream answer, boolean isResumed) {
        coming = answer;
        return new TurnAnswer.Live(answer, isResumed);
    }

    private StreamController bounds() {
        StreamController.Builder bounds = limits.toBuilder();
        deadline.remaining().ifPresent(left -> bounds.timeout(left.isPositive() ? left : Duration.ofNanos(1)));
        StreamController controller = bounds.build();
        current = controller;
        if (isOver.getAsBoolean()) {
            controller.cancel("the run is over");
        }
        return controller;
    }

    /** Leaves the answer that comes to a server that keeps it, if another process may want it. For any thread. */
    void leaveRunning(boolean isDurable) {
        MessageStream known = coming;
        if (known != null && isDurable) {
            InternalParts.of(known, KeptAnswer.class).leaveRunning();
        }
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
