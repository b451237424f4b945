package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamException;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.tools.RunEvent.ApprovalAsked;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.Runs.CollectedEvents;
import dev.sluice.tools.Tool.AfterCrash;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A question may be answered much later, by anybody: the run waits for it without a thread, a connection or a claim. */
@Timeout(60)
class ParkedRunTest {
    private static final String YES = ToolApproval.answer(ToolApproval.allow());

    private final RunJournal journal = RunJournal.inMemory();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final Tool pay = tool("pay", (input, context) -> {
        ran.add("pay " + context.callKey() + " " + input);
        return "paid";
    });
    private final Tool look = tool("look", (input, context) -> {
        ran.add("look");
        return "seen";
    });
    private final AtomicInteger hooks = new AtomicInteger();
    private final ToolApproval approval = (tool, context) -> {
        hooks.incrementAndGet();
        return tool.name().equals("pay") ? ToolApproval.later() : ToolApproval.allow();
    };

    private ToolLoop.Builder run(Runs runs) {
        return runs.run(pay, look).approval(approval);
    }

    private static Runs runs() {
        return Runs.byMessages(messages ->
                messages == 1 ? calls(use(0, "a", "pay", "{\"n\":1}"), use(1, "b", "look", "{}")) : says("ok"));
    }

    private void park(Runs runs, Claim claim) {
        try (ToolLoop loop = run(runs).journal(claim).start()) {
            CollectedEvents events = collect(loop);
            assertThat(events.failure()).isNull();
            assertThat(events.of(ApprovalAsked.class))
                    .containsExactly(new ApprovalAsked("a", "pay", "{\"n\":1}", "r-1"));
            assertThat(events.aboutTools()).contains("start a").doesNotContain("complete a", "error a");
            assertThat(events.events()).noneMatch(StreamComplete.class::isInstance);
            assertThat(loop.isParked()).isTrue();
            assertThat(loop.endReason()).contains(new Cancelled("waits for an approval of 'pay'"));
            assertThatThrownBy(loop::finalMessage).isInstanceOf(StreamException.Cancelled.class);
            assertThat(loop.stillRunning()).isEmpty();
        }
    }

    private CollectedEvents goOn(Runs runs) {
        try (ToolLoop loop =
                run(runs).journal(journal.claimAbandoned().orElseThrow()).start()) {
            CollectedEvents events = collect(loop);
            assertThat(events.failure()).isNull();
            assertThat(loop.isParked()).isFalse();
            assertThat(events.events().getLast()).isInstanceOf(StreamComplete.class);
            return events;
        }
    }

    @Test
    void anAnswerAfterItWasParkedLetsItGoOn() {
        try (var runs = runs()) {
            park(runs, journal.claim("r"));
            assertThat(ran).containsExactly("look");
            assertThat(journal.claimAbandoned()).isEmpty();
            assertThat(journal.answer("r", "r-1", YES)).isTrue();
            assertThat(journal.answer("r", "r-1", ToolApproval.answer(ToolApproval.deny("no"))))
                    .isFalse();
            CollectedEvents events = goOn(runs);
            assertThat(events.of(ApprovalAsked.class)).hasSize(1); // it is told from the beginning
            assertThat(events.aboutTools()).contains("complete a", "complete b");
            assertThat(ran).containsExactly("look", "pay r-1 {\"n\":1}");
            assertThat(hooks).hasValue(2);
        }
    }

    @Test
    void aRefusalIsReadByTheModel() {
        try (var runs = runs()) {
            park(runs, journal.claim("r"));
            journal.answer("r", "r-1", ToolApproval.answer(ToolApproval.deny("too \"much\"")));
            CollectedEvents events = goOn(runs);
            assertThat(events.of(ToolError.class))
                    .singleElement()
                    .satisfies(error ->
                            assertThat(error.error()).isEqualTo("Error: the call was not allowed: too \"much\""));
            assertThat(ran).containsExactly("look");
        }
    }

    @Test
    void anAnswerThatIsNoneIsARefusal() {
        for (String none : List.of("", "[]", "{}", "{\"allowed\":\"yes\"}", "true")) {
            assertThat(ToolApproval.decision(none)).isInstanceOf(ToolApproval.Verdict.Denied.class);
        }
        assertThat(ToolApproval.decision("{\"allowed\":true,\"x\":1}")).isEqualTo(ToolApproval.allow());
        assertThat(ToolApproval.decision("{\"allowed\":false}")).isEqualTo(ToolApproval.deny("no reason was given"));
        assertThatThrownBy(() -> ToolApproval.answer(ToolApproval.later()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The answer comes while another call still runs, or at the moment when the run is parked: it goes on in place. */
    @Test
    void anAnswerBeforeItIsParkedIsTakenAtOnce() {
        var asked = new CountDownLatch(1);
        Tool slow = tool("look", (input, context) -> {
            asked.await();
            ran.add("look");
            return "seen";
        });
        for (boolean early : new boolean[] {true, false}) {
            String id = early ? "early" : "late";
            Claim claim = new ClaimWrapper(journal.claim(id)) {
                @Override
                public boolean park(Collection<String> callKeys) {
                    if (!early) {
                        assertThat(journal.answer(id, callKeys.iterator().next(), YES))
                                .isTrue();
                    }
                    return super.park(callKeys);
                }
            };
            try (var runs = runs();
                    ToolLoop loop = runs.run(pay, slow)
                            .approval(approval)
                            .journal(claim)
                            .start()) {
                CollectedEvents events = collect(loop, event -> {
                    if (event instanceof ApprovalAsked question) {
                        if (early) {
                            journal.answer(id, question.callKey(), YES);
                        }
                        asked.countDown();
                    }
                });
                assertThat(events.failure()).isNull();
                assertThat(loop.finalText()).isEqualTo("ok");
                assertThat(loop.isParked()).isFalse();
            }
        }
        assertThat(ran).containsExactly("look", "pay early-1 {\"n\":1}", "look", "pay late-1 {\"n\":1}");
    }

    @Test
    void twoQuestionsAreAnsweredOneAfterTheOther() {
        try (var runs =
                Runs.with(calls(use(0, "a", "pay", "{\"n\":1}"), use(1, "b", "pay", "{\"n\":2}")), says("ok"))) {
            try (ToolLoop loop = run(runs).journal(journal.claim("r")).start()) {
                assertThat(collect(loop).of(ApprovalAsked.class)).hasSize(2);
                assertThat(loop.isParked()).isTrue();
            }
            journal.answer("r", "r-2", YES);
            try (ToolLoop loop =
                    run(runs).journal(journal.claimAbandoned().orElseThrow()).start()) {
                assertThat(collect(loop).aboutTools()).contains("complete b").doesNotContain("complete a");
                assertThat(loop.isParked()).isTrue();
            }
            assertThat(ran).containsExactly("pay r-2 {\"n\":2}");
            journal.answer("r", "r-1", YES);
            goOn(runs);
            assertThat(ran).containsExactly("pay r-2 {\"n\":2}", "pay r-1 {\"n\":1}");
            assertThat(runs.peer.requests()).hasSize(2);
        }
    }

    /** A process dies at each record around the question. */
    @Test
    void aQuestionOutlivesAProcessThatDies() {
        for (boolean written : new boolean[] {true, false}) {
            for (int k = 1; k <= 8; k++) {
                String id = "run-" + written + k;
                ran.clear();
                try (var runs = runs()) {
                    try (ToolLoop loop = run(runs)
                            .journal(DyingClaim.at(journal.claim(id), k, written))
                            .start()) {
                        var unused = collect(loop);
                    }
                    int asked = 0;
                    boolean parked;
                    do {
                        try (ToolLoop loop =
                                run(runs).journal(journal.claim(id)).start()) {
                            CollectedEvents events = collect(loop);
                            parked = loop.isParked();
                            for (ApprovalAsked question :
                                    parked ? events.of(ApprovalAsked.class) : List.<ApprovalAsked>of()) {
                                assertThat(journal.answer(id, question.callKey(), YES))
                                        .isTrue();
                                asked++;
                            }
                        }
                    } while (parked);
                    assertThat(asked).isEqualTo(1);
                    assertThat(ran).filteredOn(call -> call.startsWith("pay")).hasSize(1);
                }
            }
        }
    }

    /** That a person has allowed the call does not mean that it may be run twice. */
    @Test
    void whetherACallMayRunAgainIsAskedAnew() {
        Tool asking = pay.afterCrash(AfterCrash.ASK);
        try (var runs = runs()) {
            park(runs, journal.claim("r"));
            journal.answer("r", "r-1", YES);
            Claim dying = DyingClaim.at(
                    journal.claimAbandoned().orElseThrow(), record -> record.contains("\"type\":\"result\""), false);
            try (ToolLoop loop =
                    runs.run(asking, look).approval(approval).journal(dying).start()) {
                assertThat(collect(loop).failure()).isInstanceOf(StreamException.Cancelled.class);
            }
            assertThat(ran).hasSize(2);
            for (int i = 0; i < 2; i++) { // it is parked, and found again as it is
                Claim claim = i == 0 ? journal.claimAbandoned().orElseThrow() : journal.claim("r");
                try (ToolLoop loop = runs.run(asking, look) // and nobody else decides
                        .journal(claim)
                        .start()) {
                    CollectedEvents events = collect(loop);
                    assertThat(events.of(ApprovalAsked.class))
                            .singleElement()
                            .satisfies(
                                    question -> assertThat(question.callKey()).isEqualTo("r-1.1"));
                    assertThat(events.aboutTools()).contains("progress a");
                    assertThat(loop.isParked()).isTrue();
                }
                assertThat(journal.claimAbandoned()).isEmpty();
            }
            journal.answer("r", "r-1.1", YES);
            try (ToolLoop loop = runs.run(asking, look)
                    .journal(journal.claimAbandoned().orElseThrow())
                    .start()) {
                assertThat(loop.finalText()).isEqualTo("ok");
            }
            assertThat(ran).containsExactly("look", "pay r-1 {\"n\":1}", "pay r-1 {\"n\":1}");
        }
    }

    @Test
    void withoutAJournalNobodyCanBeAsked() {
        try (var log = CapturedLog.open();
                var runs = runs();
                ToolLoop loop = run(runs).start()) {
            CollectedEvents events = collect(loop);
            assertThat(events.failure()).isNull();
            assertThat(events.of(ApprovalAsked.class)).isEmpty();
            assertThat(events.of(ToolError.class))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error())
                            .isEqualTo("Error: the call was not allowed: nobody can be asked"));
            assertThat(log.text()).contains("takes a run with a journal");
        }
    }
}
