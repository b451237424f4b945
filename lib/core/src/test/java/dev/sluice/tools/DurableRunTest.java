package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tools.RunEvent.ApprovalAsked;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.StreamComplete;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run with a journal: what it has done is not done again. */
@Timeout(60)
class DurableRunTest {
    private final RunJournal journal = RunJournal.inMemory();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final Tool work = tool("work", (input, context) -> {
        ran.add(context.callKey() + " " + input);
        return "done " + ran.size();
    });

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
            }
            assertThat(ran).hasSize(2);
            assertThat(runs.peer.requests()).hasSize(2);
        }
    }

    @Test
    void aQuestionParksTheRunAndItsAnswerLetsItGoOnElsewhere() {
        try (var runs = Runs.with(calls(use(0, "a", "work", "{\"n\":1}"), use(1, "b", "free", "{}")), says("ok"))) {
            Tool free = tool("free", (input, context) -> ran.add("free"));
            ToolApproval approval =
                    (tool, context) -> tool.name().equals("free") ? ToolApproval.allow() : ToolApproval.later();
            try (ToolLoop loop = runs.run(work, free)
                    .approval(approval)
                    .journal(journal.claim("r"))
                    .start()) {
                var events = collect(loop);
                assertThat(events.failure()).isNull();
                assertThat(events.of(ApprovalAsked.class)).singleElement().satisfies(asked -> {
                    assertThat(asked.callKey()).isEqualTo("r-1");
                    assertThat(asked.name()).isEqualTo("work");
                });
                assertThat(loop.isParked()).isTrue();
                assertThat(ran).containsExactly("free");
            }
            assertThat(journal.claimAbandoned()).isEmpty();
            assertThat(journal.answer("r", "r-1", ToolApproval.answer(ToolApproval.allow())))
                    .isTrue();
            assertThat(journal.answer("r", "r-1", ToolApproval.answer(ToolApproval.deny("no"))))
                    .isFalse();
            RunJournal.Claim claim = journal.claimAbandoned().orElseThrow();
            try (ToolLoop loop =
                    runs.run(work, free).approval(approval).journal(claim).start()) {
                assertThat(loop.finalText()).isEqualTo("ok");
                assertThat(loop.isParked()).isFalse();
            }
            assertThat(ran).containsExactly("free", "r-1 {\"n\":1}");
        }
    }
}
