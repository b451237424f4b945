package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolOrphaned;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import dev.sluice.tools.Runs.CollectedEvents;
import dev.sluice.tools.Tool.AfterCrash;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run with a journal: what it has done is not done again. */
@Timeout(60)
class DurableRunTest {
    private static final Predicate<String> RESULT = record -> record.contains("\"type\":\"result\"");

    private final RunJournal journal = RunJournal.inMemory();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final Tool work = tool("work", (input, context) -> {
        ran.add(context.callKey() + " " + input);
        return "done " + ran.size();
    });

    /** A turn that makes a call, as often as it is asked for; and then one that is text. */
    private static Runs oneCall(String call) {
        return Runs.byMessages(messages -> messages == 1 ? calls(call) : says("ok"));
    }

    /** Lets a process die at its first such record, which is not written. */
    private void dieAt(ToolLoop.Builder run, Predicate<String> record) {
        try (ToolLoop loop =
                run.journal(DyingClaim.at(journal.claim("r"), record, false)).start()) {
            assertThat(collect(loop).failure())
                    .isInstanceOf(StreamException.Cancelled.class)
                    .hasMessageContaining("another machine has taken the run over");
        }
    }

    private CollectedEvents goOn(ToolLoop.Builder run) {
        try (ToolLoop loop = run.journal(journal.claimAbandoned().orElseThrow()).start()) {
            CollectedEvents events = collect(loop);
            assertThat(events.failure()).isNull();
            return events;
        }
    }

    @Test
    void aRequestThatIsLostWithItsProcessDoesNotCountForTheLimitOfTurns() {
        try (var runs = Runs.byMessages(messages -> messages < 5 ? calls(use(0, "a", "work", "{}")) : says("ok"))) {
            Predicate<String> second = record -> record.startsWith("{\"type\":\"answer\",\"turn\":2");
            dieAt(runs.run(work).maxTurns(3), second);
            dieAt(runs.run(work).maxTurns(3), second);
            goOn(runs.run(work).maxTurns(3));
            assertThat(ran).hasSize(2);
            int asked = runs.peer.requests().size();
            try (ToolLoop again =
                    runs.run(work).maxTurns(3).journal(journal.claim("r")).start()) {
                assertThat(again.finalText()).isEqualTo("ok");
                assertThat(again.turns()).isEqualTo(asked).isEqualTo(5);
            }
            assertThat(runs.peer.requests()).as("the replay sends none").hasSize(asked);
        }
    }

    @Test
    void aRunThatGoesOnEndsAtTheLimitOfTurns() {
        try (var runs = Runs.byMessages(messages -> calls(use(0, "a", "work", "{}")))) {
            dieAt(runs.run(work).maxTurns(2), record -> record.startsWith("{\"type\":\"answer\",\"turn\":2"));
            for (int i = 0; i < 2; i++) {
                try (ToolLoop loop =
                        runs.run(work).maxTurns(2).journal(journal.claim("r")).start()) {
                    assertThatThrownBy(loop::finalMessage).isInstanceOf(StreamException.LimitExceeded.class);
                }
            }
            assertThat(ran).hasSize(1);
            assertThat(runs.peer.requests()).hasSize(3);
        }
    }

    @Test
    void aRunThatHasEndedIsDeliveredAgainAndNothingIsDoneAgain() {
        try (var runs =
                Runs.with(calls(use(0, "a", "work", "{\"n\":1}"), use(1, "b", "work", "{}")), says("Riv", "ers"))) {
            String conversation;
            try (ToolLoop loop =
                    runs.run(work).journal(journal.claim("order-1")).start()) {
                assertThat(loop.finalText()).isEqualTo("Rivers");
                conversation = loop.conversation().toJson();
            }
            assertThat(ran).containsExactlyInAnyOrder("order-1-1 {\"n\":1}", "order-1-2 {}");
            assertThat(journal.claimAbandoned()).isEmpty();
            try (ToolLoop again =
                    runs.run(work).journal(journal.claim("order-1")).start()) {
                var events = collect(again);
                assertThat(events.failure()).isNull();
                assertThat(events.of(MessageStop.class)).hasSize(2);
                assertThat(events.aboutTools()).contains("start a", "complete a", "start b", "complete b");
                assertThat(events.events().getLast()).isInstanceOf(StreamComplete.class);
                assertThat(again.conversation().toJson()).isEqualTo(conversation);
                assertThat(again.turns()).isEqualTo(2);
                assertThat(again.metrics().calls()).hasSize(2);
            }
            assertThat(ran).hasSize(2);
            assertThat(runs.peer.requests()).hasSize(2);
        }
    }

    /** Dies when the answer is to be recorded, and the call in it has its result. */
    private void dieInATurnWhoseCallHasRun(Runs runs) {
        var recorded = new CountDownLatch(1);
        var claim = DyingClaim.at(
                journal.claim("r"),
                record -> {
                    if (record.contains("\"type\":\"result\"")) {
                        recorded.countDown();
                    }
                    return record.contains("\"type\":\"answer\"");
                },
                false);
        var finish = new CountDownLatch(1);
        try (ToolLoop loop = runs.run(work).journal(claim).start()) {
            Thread.ofVirtual().start(() -> {
                try {
                    recorded.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                finish.countDown();
            });
            gate.set(finish);
            open.countDown();
            assertThat(collect(loop).failure()).isInstanceOf(StreamException.Cancelled.class);
        }
        assertThat(ran).containsExactly("r-1 {\"n\":1}");
    }

    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicReference<CountDownLatch> gate = new AtomicReference<>();

    /** A turn with one call, whose end comes when the call has its result. */
    private Script slowTurn(String call) {
        String[] events = Runs.turn("tool_use", call);
        var end = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            try {
                open.await();
                gate.get().await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            end.countDown();
        });
        return Script.stream()
                .sse(events[0], events[1])
                .sse(ClaudeWire.textStart(1))
                .gate(end)
                .sse(ClaudeWire.blockStop(1))
                .sse(events[2], events[3])
                .end();
    }

    @Test
    void aCallOfABrokenTurnIsKeptForTheSameCallOfTheNewAnswer() {
        try (var runs = Runs.with(
                slowTurn(use(0, "a", "work", "{\"n\":1}")), calls(use(0, "z", "work", "{\"n\":1.0}")), says("ok"))) {
            dieInATurnWhoseCallHasRun(runs);
            CollectedEvents events = goOn(runs.run(work));
            assertThat(events.aboutTools()).containsExactly("start z", "complete z");
            assertThat(events.of(ToolOrphaned.class)).isEmpty();
            assertThat(ran).hasSize(1);
            assertThat(runs.lastContent(3).toString()).contains("done 1").contains("tool_use_id=z");
        }
    }

    @Test
    void aCallOfABrokenTurnThatIsNotMadeAgainIsReported() {
        try (var runs = Runs.with(
                slowTurn(use(0, "a", "work", "{\"n\":1}")), calls(use(0, "z", "work", "{\"n\":2}")), says("ok"))) {
            dieInATurnWhoseCallHasRun(runs);
            CollectedEvents events = goOn(runs.run(work));
            assertThat(events.aboutTools()).containsExactly("start z", "complete z");
            assertThat(events.of(ToolOrphaned.class)).singleElement().satisfies(orphan -> {
                assertThat(orphan.id()).isEqualTo("a");
                assertThat(orphan.output()).isEqualTo("done 1");
            });
            assertThat(ran).containsExactly("r-1 {\"n\":1}", "r-2 {\"n\":2}");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallThatACrashHasCutIsRunAgainOrAskedAboutOrReported(AfterCrash fate) {
        try (var runs = oneCall(use(0, "a", "work", "{\"n\":1}"))) {
            var asked = new CopyOnWriteArrayList<String>();
            ToolApproval approval = (tool, context) -> {
                asked.add(context.callKey() + " " + context.mayHaveRun());
                return ToolApproval.allow();
            };
            Tool cut = work.afterCrash(fate).timeout(Duration.ofSeconds(30));
            assertThat(cut.afterCrash()).isEqualTo(fate);
            dieAt(runs.run(cut).approval(approval), RESULT);
            assertThat(ran).containsExactly("r-1 {\"n\":1}");
            CollectedEvents events = goOn(runs.run(cut).approval(approval));
            switch (fate) {
                case RUN_AGAIN -> {
                    assertThat(ran).containsExactly("r-1 {\"n\":1}", "r-1 {\"n\":1}");
                    assertThat(asked).containsExactly("r-1 false");
                }
                case ASK -> {
                    assertThat(ran).containsExactly("r-1 {\"n\":1}", "r-1 {\"n\":1}");
                    assertThat(asked).containsExactly("r-1 false", "r-1 true");
                    assertThat(events.aboutTools()).containsExactly("start a", "progress a", "complete a");
                }
                case REPORT -> {
                    assertThat(ran).hasSize(1);
                    assertThat(asked).containsExactly("r-1 false");
                    assertThat(events.of(ToolError.class))
                            .singleElement()
                            .satisfies(
                                    error -> assertThat(error.error()).contains("not known whether the tool has run"));
                }
            }
        }
    }

    @Test
    void aToolThatIsGoneIsReported() {
        try (var runs = oneCall(use(0, "a", "work", "{\"n\":1}"))) {
            dieAt(runs.run(work.afterCrash(AfterCrash.RUN_AGAIN)), RESULT);
            CollectedEvents events = goOn(runs.run());
            assertThat(events.of(ToolError.class)).hasSize(1);
            assertThat(ran).hasSize(1);
        }
    }

    @Test
    void theRunGoesOnWithTheInputThatWasRepairedAndIsNotRepairedAgain() {
        try (var runs = oneCall(use(0, "a", "strict", "{\"n\":\"x\"}"))) {
            var repairs = new CopyOnWriteArrayList<String>();
            Tool strict = Tool.of(
                            "strict",
                            "is strict",
                            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}",
                            (input, context) -> ran.add(input))
                    .afterCrash(AfterCrash.RUN_AGAIN);
            InputRepair repair = (use, problem) -> {
                repairs.add(use.input());
                return Optional.of("{\"n\":" + repairs.size() + "}");
            };
            dieAt(runs.run(strict).repair(repair), RESULT);
            CollectedEvents events = goOn(runs.run(strict).repair(repair));
            assertThat(repairs).hasSize(1);
            assertThat(ran).containsExactly("{\"n\":1}", "{\"n\":1}");
            assertThat(events.of(RunEvent.ToolStart.class))
                    .singleElement()
                    .satisfies(start -> assertThat(start.input()).isEqualTo("{\"n\":1}"));
        }
    }

    @Test
    void aRecordThatCannotBeWrittenFailsTheRunAndAnotherGoesOn() {
        try (var runs = oneCall(use(0, "a", "work", "{}"))) {
            Claim claim = new FailingClaim(journal.claim("r"), Code.UNAVAILABLE);
            try (ToolLoop loop = runs.run(work).journal(claim).start()) {
                CollectedEvents events = collect(loop);
                assertThat(events.failure())
                        .isInstanceOf(ProtocolError.class)
                        .hasMessageContaining("The journal of the run has failed: the test says so")
                        .hasCauseInstanceOf(JournalException.class);
                assertThat(events.of(RunEvent.ToolComplete.class)).isEmpty(); // which is not recorded
            }
            goOn(runs.run(work.afterCrash(AfterCrash.RUN_AGAIN)));
        }
    }

    @Test
    void aRunWithTooManyRecordsFailsForGood() {
        try (var runs = oneCall(use(0, "a", "work", "{}"))) {
            Claim claim = new FailingClaim(journal.claim("r"), Code.FULL);
            try (ToolLoop loop = runs.run(work).journal(claim).start()) {
                assertThat(collect(loop).failure()).isInstanceOf(ProtocolError.class);
            }
            assertThat(journal.claimAbandoned()).isEmpty();
        }
    }

    @Test
    void aRunThatFailsOrIsCancelledByItsCallerHasEnded() {
        try (var runs = Runs.with(Script.json(400, "{}"))) {
            try (ToolLoop loop = runs.run(work).journal(journal.claim("r")).start()) {
                assertThat(collect(loop).failure()).isInstanceOf(StreamException.ApiError.class);
            }
            assertThat(journal.claimAbandoned()).isEmpty();
        }
        try (var runs = Runs.with(Script.stream().stall())) {
            var controller = StreamController.withCancellation();
            try (ToolLoop loop = runs.run(work)
                    .controller(controller)
                    .journal(journal.claim("s"))
                    .start()) {
                controller.cancel("enough");
                assertThat(collect(loop).failure()).isNull();
                assertThat(loop.endReason()).contains(new EndReason.Cancelled("enough"));
            }
            assertThat(eventually(() ->
                            journal.claimAbandoned().isEmpty() && assertUnknown(() -> journal.answer("s", "k", "{}"))))
                    .isTrue();
        }
    }

    @Test
    void aRunWhoseClientOrJournalIsClosedIsLeftToOthers() {
        for (boolean client : new boolean[] {true, false}) {
            try (var runs = Runs.with(Script.stream().stall());
                    ToolLoop loop = runs.run(work).journal(journal.claim("r")).start()) {
                runs.peer.awaitRequest(1);
                if (client) {
                    runs.client.close();
                } else {
                    journal.close();
                }
                assertThat(collect(loop).failure()).isInstanceOf(StreamException.Cancelled.class);
                Claim next = Awaitility.await()
                        .until(journal::claimAbandoned, Optional::isPresent)
                        .orElseThrow();
                next.close();
            }
        }
    }

    @Test
    void aRunThatCannotBeReadIsNotStarted() {
        try (var runs = Runs.with(says("ok"))) {
            Claim before = journal.claim("r");
            before.append("{\"type\":\"answer\",\"turn\":1,\"version\":99}");
            before.close();
            Claim claim = journal.claim("r");
            assertThatThrownBy(() -> runs.run(work).journal(claim).start())
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("version");
            claim.append("{}"); // it is still the caller's
            assertThat(runs.peer.requests()).isEmpty();
        }
    }

    @Test
    void withoutAJournalEachCallHasAKeyOfItsOwn() {
        try (var runs = Runs.with(calls(use(0, "a", "work", "{}"), use(1, "b", "work", "{}")), says("ok"))) {
            for (int i = 0; i < 2; i++) {
                try (ToolLoop loop = runs.run(work).start()) {
                    loop.done();
                }
            }
            assertThat(ran).doesNotHaveDuplicates().allMatch(call -> call.matches("[0-9a-f-]{36}-[12] \\{}"));
        }
    }

    private static boolean assertUnknown(ThrowingCallable call) {
        try {
            call.call();
            return false;
        } catch (Throwable e) {
            return e instanceof JournalException refusal && refusal.code() == Code.UNKNOWN;
        }
    }

    private static boolean eventually(Callable<Boolean> condition) {
        Awaitility.await().until(condition);
        return true;
    }

    /** Fails at the first result. */
    private static final class FailingClaim extends ClaimWrapper {
        private final Code code;

        FailingClaim(Claim claim, Code code) {
            super(claim);
            this.code = code;
        }

        @Override
        public void append(String record) {
            if (RESULT.test(record)) {
                throw new JournalException(code, "the test says so");
            }
            super.append(record);
        }
    }
}
