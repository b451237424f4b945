package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamException.ApiError;
import dev.sluice.budget.Budget;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Conversation;
import dev.sluice.message.MediaSource;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run does with calls, and how it ends. */
@Timeout(60)
class ToolLoopTest {
    private static final Tool ECHO = tool("echo", (input, context) -> "heard " + input);

    @Test
    void theModelCallsAToolAndGoesOnWithItsResult() {
        try (var runs = Runs.with(calls(use(0, "t1", "echo", "{\"a\":1}")), says("Fine", "."));
                ToolLoop loop = runs.run(ECHO).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isNull();
            assertThat(collected.of(ToolStart.class)).containsExactly(new ToolStart("t1", "echo", "{\"a\":1}"));
            assertThat(collected.of(ToolComplete.class)).containsExactly(new ToolComplete("t1", "heard {\"a\":1}"));
            assertThat(collected.events()).last().isEqualTo(new StreamComplete());
            assertThat(collected.of(MessageStop.class)).hasSize(2);
            assertThat(loop.endReason()).contains(new Completed());
            assertThat(loop.finalText()).isEqualTo("Fine.");
            assertThat(loop.turns()).isEqualTo(2);
            assertThat(loop.usage().outputTokens()).isEqualTo(7);
            assertThat(loop.usage().inputTokens()).isEqualTo(20);
            assertThat(runs.lastContent(2))
                    .singleElement()
                    .asString()
                    .contains("tool_result", "tool_use_id=t1", "heard {\"a\":1}");
            Conversation fixture = loop.conversation();
            assertThat(fixture.messages()).hasSize(4);
            assertThat(fixture.unanswered()).isEmpty();
            assertThat(fixture.messages().getLast().text()).isEqualTo("Fine.");
        }
    }

    @Test
    void withoutACallThereIsOneTurn() {
        try (var runs = Runs.with(says("Hi"));
                ToolLoop loop = runs.run(ECHO).start()) {
            assertThat(loop.text().toList()).containsExactly("Hi");
            assertThat(loop.turns()).isEqualTo(1);
            assertThat(runs.peer.requests()).hasSize(1);
        }
    }

    @Test
    void resultsGoBackInTheOrderOfTheCallsWhicheverToolIsDoneFirst() {
        var secondIsDone = new CountDownLatch(1);
        Tool slow = tool("slow", (input, context) -> {
            Runs.await(secondIsDone);
            return "one";
        });
        Tool quick = tool("quick", (input, context) -> {
            secondIsDone.countDown();
            return "two";
        });
        try (var runs = Runs.with(
                        calls(use(0, "a", "slow", "{\"x\":1}"), use(1, "b", "quick", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(slow, quick).start()) {
            loop.done();
            assertThat(runs.lastContent(2))
                    .extracting(block -> block.get("tool_use_id"))
                    .containsExactly("a", "b");
        }
    }

    @Test
    void whatGoesWrongWithACallIsToldToTheModel() {
        Tool throwing = tool("throwing", (input, context) -> {
            throw new IOException("no such river");
        });
        Tool silent = tool("silent", (input, context) -> {
            throw new IllegalStateException();
        });
        Tool broken = tool("broken", (input, context) -> {
            throw new StackOverflowError();
        });
        Tool says = tool("says", (input, context) -> ToolOutput.error("my own words"));
        Tool interrupted = tool("interrupted", (input, context) -> {
            throw new InterruptedException("by itself");
        });
        try (var runs = Runs.with(
                        calls(
                                use(0, "a", "throwing", "{\"x\":1}"),
                                use(1, "b", "silent", "{\"x\":1}"),
                                use(2, "c", "broken", "{\"x\":1}"),
                                use(3, "d", "says", "{\"x\":1}"),
                                use(4, "e", "nobody", "{\"x\":1}"),
                                use(5, "f", "interrupted", "{\"x\":1}"),
                                use(6, "g", "says", "{\"x\":")),
                        says("ok"));
                ToolLoop loop =
                        runs.run(throwing, silent, broken, says, interrupted).start()) {
            var collected = collect(loop);
            assertThat(collected.of(ToolStart.class)).hasSize(7);
            assertThat(collected.of(ToolError.class))
                    .filteredOn(error -> !error.id().equals("g"))
                    .extracting(
                            ToolError::id,
                            ToolError::name,
                            ToolError::error,
                            error ->
                                    error.cause() == null ? null : error.cause().getClass())
                    .containsExactlyInAnyOrder(
                            tuple("a", "throwing", "Error: no such river", IOException.class),
                            tuple("b", "silent", "Error: IllegalStateException", IllegalStateException.class),
                            tuple("c", "broken", "Error: StackOverflowError", StackOverflowError.class),
                            tuple("d", "says", "my own words", null),
                            tuple("e", "nobody", "Error: Tool 'nobody' not found", null),
                            tuple("f", "interrupted", "Error: by itself", InterruptedException.class));
            assertThat(collected.of(ToolError.class))
                    .filteredOn(error -> error.id().equals("g"))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error()).contains("the input of 'says' is not valid"));
            assertThat(runs.lastContent(2))
                    .hasSize(7)
                    .allSatisfy(block -> assertThat(block).containsEntry("is_error", true));
            assertThat(runs.lastContent(2).getFirst().toString()).contains("Error: no such river");
        }
    }

    @Test
    void whoIsAskedDecidesWhetherAToolRuns() {
        var asked = new CopyOnWriteArrayList<String>();
        ToolApproval approval = (tool, call) -> {
            asked.add(call.id());
            return switch (call.id()) {
                case "a" -> ToolApproval.allow();
                case "b" -> ToolApproval.deny("not today");
                default -> throw new IOException("nobody there");
            };
        };
        try (var runs = Runs.with(
                        calls(
                                use(0, "a", "echo", "{\"x\":1}"),
                                use(1, "b", "echo", "{\"x\":1}"),
                                use(2, "c", "echo", "{\"x\":1}")),
                        says("ok"));
                ToolLoop loop = runs.run(ECHO).approval(approval).start()) {
            var collected = collect(loop);
            assertThat(asked).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(collected.of(ToolComplete.class))
                    .extracting(ToolComplete::id)
                    .containsExactly("a");
            assertThat(collected.of(ToolError.class))
                    .containsExactlyInAnyOrder(
                            new ToolError("b", "echo", "Error: the call was not allowed: not today", null),
                            new ToolError("c", "echo", "Error: the call was not allowed: nobody there", null));
        }
    }

    @Test
    void anInvalidInputIsMendedOnce() {
        var problems = new CopyOnWriteArrayList<String>();
        InputRepair repair = (call, problem) -> {
            problems.add(call.id());
            return switch (call.id()) {
                case "a" -> Optional.of("{\"x\":2}");
                case "b" -> Optional.of("still broken");
                case "c" -> Optional.empty();
                default -> throw new IOException("cannot");
            };
        };
        try (var runs = Runs.with(
                        calls(
                                use(0, "a", "echo", "{\"x\":"),
                                use(1, "b", "echo", "{"),
                                use(2, "c", "echo", "{"),
                                use(3, "d", "echo", "{"),
                                use(4, "e", "echo", "{\"x\":1}")),
                        says("ok"));
                ToolLoop loop = runs.run(ECHO).repair(repair).start()) {
            var collected = collect(loop);
            assertThat(problems).containsExactlyInAnyOrder("a", "b", "c", "d");
            assertThat(collected.of(ToolStart.class)).contains(new ToolStart("a", "echo", "{\"x\":2}"));
            assertThat(collected.of(ToolComplete.class))
                    .containsExactlyInAnyOrder(
                            new ToolComplete("a", "heard {\"x\":2}"), new ToolComplete("e", "heard {\"x\":1}"));
            assertThat(collected.of(ToolError.class))
                    .extracting(ToolError::id)
                    .containsExactlyInAnyOrder("b", "c", "d");
        }
    }

    @Test
    void noMoreToolsRunAtOnceThanMay() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var twoAreThere = new CountDownLatch(2);
        Tool counted = tool("counted", (input, context) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            twoAreThere.countDown();
            Runs.await(twoAreThere);
            Thread.yield();
            running.decrementAndGet();
            return "";
        });
        String[] uses = new String[12];
        for (int i = 0; i < uses.length; i++) {
            uses[i] = use(i, "t" + i, "counted", "{\"x\":1}");
        }
        try (var runs = Runs.with(calls(uses), says("ok"));
                ToolLoop loop = runs.run(counted).parallelism(2).start()) {
            assertThat(collect(loop).of(ToolComplete.class)).hasSize(12);
            assertThat(most).hasValue(2);
        }
    }

    @Test
    void aToolMayRunARunOfItsOwn() {
        try (var inside = Runs.with(calls(use(0, "i", "echo", "{\"x\":1}")), says("deep"));
                var runs = Runs.with(calls(use(0, "a", "agent", "{\"x\":1}")), says("ok"))) {
            Tool agent = tool(
                    "agent",
                    (input, context) -> context.run(inside.run(ECHO).start()).text());
            try (ToolLoop loop = runs.run(agent).start()) {
                var collected = collect(loop);
                assertThat(collected.of(ToolComplete.class)).containsExactly(new ToolComplete("a", "deep"));
                List<RunEvent> nested = collected.of(RunEvent.ToolEvent.class).stream()
                        .peek(event -> assertThat(event.id()).isEqualTo("a"))
                        .map(RunEvent.ToolEvent::inner)
                        .toList();
                assertThat(nested)
                        .contains(new ToolComplete("i", "heard {\"x\":1}"))
                        .last()
                        .isEqualTo(new StreamComplete());
            }
        }
    }

    @Test
    void aTurnThatFailsIsToldBehindWhatWasReceivedAndAnotherRunGoesOn() {
        Script broken = Script.json(400, ClaudeWire.errorJson("invalid_request_error", "no"));
        Conversation fixture;
        try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), broken, says("at last"))) {
            try (ToolLoop loop = runs.run(ECHO).start()) {
                var collected = collect(loop);
                assertThat(collected.failure()).isInstanceOf(ApiError.class);
                assertThat(collected.of(ToolComplete.class)).hasSize(1);
                assertThat(collected.events())
                        .last()
                        .isInstanceOfSatisfying(
                                StreamError.class,
                                error -> assertThat(error.details())
                                        .containsEntry("code", "api_error")
                                        .containsEntry("status", 400)
                                        .containsEntry("type", "invalid_request_error")
                                        .containsEntry("request_id", "req_scripted"));
                assertThatThrownBy(loop::done).isInstanceOf(ApiError.class);
                assertThatThrownBy(loop::finalMessage).isInstanceOf(ApiError.class);
                assertThat(loop.isErrored()).isTrue();
                fixture = loop.conversation();
                assertThat(fixture.messages()).hasSize(3);
            }
            try (ToolLoop loop = ToolLoop.builder(
                            runs.client,
                            Runs.REQUEST.toBuilder().conversation(fixture).build())
                    .tools(ECHO)
                    .start()) {
                assertThat(loop.finalText()).isEqualTo("at last");
            }
        }
    }

    @Test
    void toolsThatRunWhenTheAnswerBreaksOffAreStoppedBeforeTheError() {
        var working = new CountDownLatch(1);
        Tool patient = tool("patient", (input, context) -> {
            working.countDown();
            Runs.await(new CountDownLatch(1));
            return "never";
        });
        Script cut = Script.stream()
                .sse(ClaudeWire.messageStart(), use(0, "a", "patient", "{\"x\":1}"))
                .gate(working)
                .sse(textStart(1), text(1, "and"))
                .cut();
        try (var runs = Runs.with(cut);
                ToolLoop loop = runs.run(patient).start()) {
            var collected = collect(loop);
            assertThat(collected.aboutTools()).containsExactly("start a", "error a");
            assertThat(collected.events()).last().isInstanceOf(StreamError.class);
            assertThat(collected.events().get(collected.events().size() - 2)).isInstanceOf(ToolError.class);
            assertThat(collected.failure()).isInstanceOf(dev.sluice.StreamException.class);
            assertThat(((dev.sluice.StreamException) collected.failure())
                            .partial()
                            .text())
                    .isEqualTo("and");
            assertThat(loop.conversation().messages()).isEqualTo(Runs.REQUEST.messages());
            org.awaitility.Awaitility.await().until(() -> loop.stillRunning().isEmpty()); // it was told
        }
    }

    @Test
    void aBudgetEndsTheRun() {
        try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), says("never"));
                ToolLoop loop = runs.run(ECHO).budget(Budget.outputTokens(5)).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isNull();
            assertThat(collected.events())
                    .last()
                    .isInstanceOfSatisfying(
                            StreamError.class,
                            error -> assertThat(error.details())
                                    .containsEntry("code", "limit_reached")
                                    .containsEntry("limit", "output_tokens"));
            assertThat(loop.endReason()).get().isInstanceOf(LimitReached.class);
            assertThat(runs.peer.requests()).hasSize(1);
            assertThat(loop.turns()).isEqualTo(1);
            assertThat(loop.conversation().unanswered()).isEmpty();
            assertThatThrownBy(loop::finalMessage).hasMessageContaining("output tokens");
        }
    }

    @Test
    void progressIsReportedBetweenTheStartAndTheResult() {
        Tool slow = tool("slow", (input, context) -> {
            context.progress("half", 50);
            context.progress("whole", 100);
            return "whole";
        });
        try (var runs = Runs.with(calls(use(0, "a", "slow", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(slow).start()) {
            assertThat(collect(loop).events())
                    .filteredOn(event -> event instanceof ToolStart
                            || event instanceof ToolProgress
                            || event instanceof ToolComplete)
                    .containsExactly(
                            new ToolStart("a", "slow", "{\"x\":1}"),
                            new ToolProgress("a", "half", 50),
                            new ToolProgress("a", "whole", 100),
                            new ToolComplete("a", "whole"));
        }
    }

    @Test
    void anErrorOfAToolMayBeBlocks() {
        var image = new ContentBlock.Image(new MediaSource.Url("https://example.com/a.png"));
        Tool fails = tool("fails", (input, context) -> ToolOutput.error(new ContentBlock.Text("see"), image));
        try (var runs = Runs.with(calls(use(0, "a", "fails", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(fails).start()) {
            loop.done();
            assertThat(runs.lastContent(2))
                    .singleElement()
                    .asString()
                    .contains("is_error=true", "text=see", "type=image", "https://example.com/a.png");
        }
    }

    @Test
    void anImageGoesBackAsABlockAndIsToldAsJson() {
        Tool draw = tool(
                "draw",
                (input, context) -> ToolOutput.of(
                        new ContentBlock.Text("see"),
                        new ContentBlock.Image(new MediaSource.Url("https://example.com/a.png"))));
        try (var runs = Runs.with(calls(use(0, "a", "draw", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(draw).start()) {
            var collected = collect(loop);
            assertThat(collected.of(ToolComplete.class))
                    .singleElement()
                    .satisfies(
                            done -> assertThat(done.output()).startsWith("[{").contains("https://example.com/a.png"));
            assertThat(runs.lastContent(2).toString()).contains("type=image");
        }
    }
}
