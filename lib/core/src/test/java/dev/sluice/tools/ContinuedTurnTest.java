package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.Usage;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.TurnReset;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.Runs.CollectedEvents;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A turn that broke off with its process, and of which the claim knows the beginning: the model is asked to continue it. */
@Timeout(60)
class ContinuedTurnTest {
    private static final Consumer<LlmClient.Builder> CONTINUED = client -> client.continuation(Continuation.upTo(1));

    private final RunJournal journal = RunJournal.inMemory();
    private final Tool work = tool("work", (input, context) -> "done");

    /** A claim whose giver knows what was told of a turn. */
    private static final class Told extends ClaimWrapper {
        private final int turn;
        private final Message said;

        Told(Claim claim, int turn, String... blocks) {
            super(claim);
            this.turn = turn;
            List<Text> content = java.util.Arrays.stream(blocks).map(Text::new).toList();
            said = new Message(
                    "msg_told",
                    Role.ASSISTANT,
                    "claude-sonnet-5",
                    "anthropic",
                    List.copyOf(content),
                    FinishReason.UNKNOWN,
                    null,
                    null,
                    Usage.NONE,
                    Map.of());
        }

        @Override
        public Optional<Message> begun(int asked) {
            return asked == turn ? Optional.of(said) : Optional.empty();
        }
    }

    /** A process that died in the turn: nothing of its answer is recorded. */
    private void dieIn(int turn, Script... answers) {
        var claim = DyingClaim.at(
                journal.claim("r"), record -> record.startsWith("{\"type\":\"answer\",\"turn\":" + turn), false);
        try (var before = Runs.with(answers);
                ToolLoop run = before.run(work).journal(claim).start()) {
            assertThat(collect(run).failure()).isInstanceOf(StreamException.Cancelled.class);
        }
    }

    private static CollectedEvents all(ToolLoop run) {
        CollectedEvents events = collect(run);
        assertThat(events.failure()).isNull();
        return events;
    }

    @Test
    void theAnswerHasTheBeginningAndTheRestOnce() {
        dieIn(1, says("Rivers run d", "own to nowhere"));
        try (var runs = Runs.with(CONTINUED, says("Rivers ", "run downhill."));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run d"))
                        .start()) {
            CollectedEvents events = all(run);
            assertThat(events.of(TurnReset.class)).isEmpty();
            assertThat(events.of(MessageStart.class))
                    .singleElement()
                    .satisfies(start -> assertThat(start.message().id()).isEqualTo("msg_told"));
            assertThat(run.finalText()).isEqualTo("Rivers run downhill.");
            assertThat(runs.peer.requests().getLast().bodyText()).contains("<last_words>Rivers run d</last_words>");
        }
        try (var runs = Runs.with();
                ToolLoop run = runs.run(work).journal(journal.claim("r")).start()) { // it was recorded whole
            assertThat(run.finalText()).isEqualTo("Rivers run downhill.");
        }
    }

    @Test
    void callsOfTheTurnsBeforeAreNotMadeAgain() {
        dieIn(2, calls(use(0, "a", "work", "{}")), says("Rivers run d", "own"));
        try (var runs = Runs.with(CONTINUED, says("Rivers run downhill."));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 2, "Rivers run d"))
                        .start()) {
            CollectedEvents events = all(run);
            assertThat(events.aboutTools()).containsExactly("start a", "complete a");
            assertThat(run.finalText()).isEqualTo("Rivers run downhill.");
            assertThat(run.turns()).isEqualTo(3); // one of them by the process that died
        }
    }

    @Test
    void aModelThatContinuesElsewhereIsAskedAnew() {
        dieIn(1, says("Rivers run d", "own"));
        try (var runs = Runs.with(CONTINUED, says("Sure, here is the rest"), says("Rivers are wet."));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run d"))
                        .start()) {
            CollectedEvents events = all(run);
            assertThat(events.of(MessageStart.class)).hasSize(1);
            assertThat(run.finalText()).isEqualTo("Rivers are wet.");
            assertThat(runs.peer.requests()).hasSize(2);
            assertThat(run.usage().outputTokens())
                    .as("both are paid for")
                    .isGreaterThan(run.finalMessage().usage().outputTokens());
        }
    }

    @Test
    void aContinuationThatBreaksOffBeforeItsFirstWordIsAskedAnew() {
        dieIn(1, says("Rivers run d", "own"));
        Script broken = Script.stream().sse(ClaudeWire.messageStart()).cut();
        try (var runs = Runs.with(CONTINUED, broken, broken, says("Rivers are wet."));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run d"))
                        .start()) {
            assertThat(all(run).of(TurnReset.class)).isEmpty();
            assertThat(run.finalText()).isEqualTo("Rivers are wet.");
        }
    }

    @Test
    void aContinuationThatTheTotalTimeEndsIsNotAskedAgain() {
        dieIn(1, says("Rivers run d", "own"));
        try (var runs = Runs.with(
                        CONTINUED,
                        Script.stream().sse(ClaudeWire.messageStart()).stall());
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run d"))
                        .controller(StreamController.withTimeout(Duration.ofMillis(500)))
                        .start()) {
            assertThat(collect(run).failure()).isInstanceOf(StreamException.TimedOut.class);
        }
        try (Claim claim = journal.claim("r")) {
            assertThat(claim.records())
                    .as("one request in each process")
                    .hasSize(2)
                    .allMatch(record -> record.startsWith("{\"type\":\"turn\""));
        }
    }

    @Test
    void aContinuationThatBreaksOffLaterFailsWithAllOfTheAnswerSoFar() {
        dieIn(1, says("Rivers run d", "own"));
        Script broken = Script.stream().sse(ClaudeWire.begin("Rivers run down")).cut();
        try (var runs = Runs.with(
                        CONTINUED, broken, Script.json(400, ClaudeWire.errorJson("invalid_request_error", "no")));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run d"))
                        .start()) {
            assertThat(collect(run).failure())
                    .isInstanceOfSatisfying(
                            StreamException.class,
                            e -> assertThat(e.partial().text()).isEqualTo("Rivers run down"));
        }
    }

    @Test
    void anAnswerOfWhichNothingIsLeftToSayIsComplete() {
        dieIn(1, says("Rivers run downhill.", "x"));
        try (var runs = Runs.with(CONTINUED, says("Rivers run downhill."));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run downhill."))
                        .start()) {
            assertThat(run.finalText()).isEqualTo("Rivers run downhill.");
        }
    }

    @Test
    void aClientWithoutContinuationAsksAnew() {
        dieIn(1, says("Rivers run d", "own"));
        try (var runs = Runs.with(says("Rivers are wet."));
                ToolLoop run = runs.run(work)
                        .journal(new Told(journal.claim("r"), 1, "Rivers run d"))
                        .start()) {
            assertThat(all(run).of(MessageStart.class)).hasSize(1);
            assertThat(run.finalText()).isEqualTo("Rivers are wet.");
            assertThat(runs.peer.requests().getLast().bodyText()).doesNotContain("last_words");
        }
    }
}
