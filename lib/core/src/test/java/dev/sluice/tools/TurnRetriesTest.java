package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts.Phase;
import dev.sluice.budget.Budget;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.ToolChoice;
import dev.sluice.sse.NoWaitTime;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolOrphaned;
import dev.sluice.tools.RunEvent.ToolStart;
import dev.sluice.tools.RunEvent.TurnReset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A turn that breaks off after it was shown is asked again, and what it has begun is kept. */
@Timeout(60)
class TurnRetriesTest {
    private final NoWaitTime time = new NoWaitTime();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final Tool work = tool("work", (input, context) -> {
        ran.add(context.id() + " " + input);
        return "done " + ran.size();
    });

    private Runs runs(Script... turns) {
        return Runs.with(settings -> settings.time(time), turns);
    }

    private static Script broken(String... events) {
        return Script.stream().sse(messageStart()).sse(events).cut();
    }

    private static Script brokenWords(String words) {
        return broken(textStart(0), text(0, words));
    }

    @Test
    void whatTheTurnHadSaidIsTakenBackAndWhatItCostIsNot() {
        try (var runs = runs(calls(use(0, "a", "work", "{}")), brokenWords("Rivers ru"), says("Rivers", " run"));
                ToolLoop loop = runs.run(work).retryTurns(1).start()) {
            var collected = collect(loop, event -> {
                if (event instanceof TurnReset) {
                    assertThat(loop.snapshot().text()).doesNotContain("Rivers ru");
                }
            });
            assertThat(collected.failure()).isNull();
            assertThat(collected.of(TurnReset.class)).singleElement().satisfies(reset -> {
                assertThat(reset.turn()).isEqualTo(2);
                assertThat(reset.attempt()).isEqualTo(1);
                assertThat(reset.failure()).isInstanceOf(ConnectionFailed.class);
                assertThat(reset.failure().partial().text()).isEqualTo("Rivers ru");
                assertThat(reset.toJson())
                        .isEqualTo("{\"type\":\"turn_reset\",\"turn\":2,\"attempt\":1,\"code\":\"connection_failed\","
                                + "\"usage\":{\"input_tokens\":10,\"output_tokens\":1,\"cache_read_tokens\":0,"
                                + "\"cache_write_tokens\":0,\"thinking_tokens\":0}}");
            });
            assertThat(loop.finalText()).isEqualTo("Rivers run");
            assertThat(loop.turns()).isEqualTo(3);
            assertThat(loop.usage().inputTokens()).isEqualTo(30);
            assertThat(loop.usage().outputTokens()).isEqualTo(5 + 1 + 2);
            assertThat(loop.metrics().usage()).isEqualTo(loop.usage());
            assertThat(loop.conversation().messages()).hasSize(4);
            assertThat(runs.requestBody(3)).isEqualTo(runs.requestBody(2));
            assertThat(time.waits)
                    .singleElement()
                    .satisfies(wait -> assertThat(wait).isBetween(Duration.ofMillis(375), Duration.ofMillis(500)));
        }
    }

    @Test
    void itIsNotAskedAgainUnlessThatIsSet() {
        try (var runs = runs(brokenWords("Riv"), says("ok"));
                ToolLoop loop = runs.run(work).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isInstanceOf(ConnectionFailed.class);
            assertThat(collected.of(TurnReset.class)).isEmpty();
        }
    }

    @Test
    void itIsAskedAgainSoOftenEachTurnAndThenFailsWithAllThatFailed() {
        try (var runs = runs(
                        brokenWords("a"),
                        calls(use(0, "a", "work", "{}")),
                        brokenWords("b"),
                        Script.stream()
                                .sse(messageStart(), textStart(0), text(0, "c"))
                                .end(),
                        brokenWords("d"));
                ToolLoop loop = runs.run(work).retryTurns(2).start()) {
            var collected = collect(loop);
            assertThat(collected.of(TurnReset.class))
                    .extracting(TurnReset::turn, TurnReset::attempt)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(1, 1),
                            org.assertj.core.groups.Tuple.tuple(2, 1),
                            org.assertj.core.groups.Tuple.tuple(2, 2));
            assertThat(collected.failure()).isInstanceOfSatisfying(ConnectionFailed.class, last -> {
                assertThat(last.partial().text()).isEqualTo("d");
                assertThat(last.getSuppressed()).singleElement().isInstanceOf(StreamException.Truncated.class);
                assertThat(last.getSuppressed()[0].getSuppressed()).hasSize(1);
            });
            assertThat(loop.conversation().unanswered()).isEmpty();
            assertThat(time.waits).hasSize(3);
        }
    }

    /** The tool runs while the turn breaks off, reports under the new call, and knows nothing of all that. */
    @Test
    void aToolThatRunsIsWaitedForByTheSameCall() {
        var begun = new CountDownLatch(1);
        var again = new CountDownLatch(1);
        var ids = new CopyOnWriteArrayList<String>();
        Tool slow = tool("slow", (input, context) -> {
            ids.add(context.id());
            context.progress("begun");
            begun.countDown();
            Runs.await(again);
            context.progress("on");
            ids.add(context.id());
            return "once";
        });
        Script first = Script.stream()
                .sse(messageStart(), use(0, "a", "slow", "{\"x\":1,\"y\":[2.0,null]}"))
                .gate(begun)
                .cut();
        try (var runs = runs(first, calls(use(0, "b", "slow", "{ \"y\" : [2, null], \"x\" : 1 }")), says("ok"));
                ToolLoop loop = runs.run(slow).retryTurns(1).start()) {
            var collected = collect(loop, event -> {
                if (event instanceof ToolStart start && start.id().equals("b")) {
                    again.countDown();
                }
            });
            assertThat(collected.failure()).isNull();
            assertThat(ids).containsExactly("a", "a");
            assertThat(collected.aboutTools())
                    .containsExactly("start a", "progress a", "start b", "progress b", "complete b");
            assertThat(collected.of(ToolOrphaned.class)).isEmpty();
            assertThat(results(loop)).containsExactly(new ToolResult("b", "once"));
            assertThat(loop.metrics().calls()).singleElement().satisfies(call -> {
                assertThat(call.id()).isEqualTo("b");
                assertThat(call.isOrphaned()).isFalse();
            });
        }
    }

    private static List<ToolResult> results(ToolLoop loop) {
        return loop.conversation().messages().stream()
                .flatMap(message -> message.content().stream())
                .filter(ToolResult.class::isInstance)
                .map(ToolResult.class::cast)
                .toList();
    }

    /** A script that breaks off when so many tools are done. */
    private Script brokenWhenRan(int tools, String... events) {
        return Script.stream()
                .sse(messageStart())
                .sse(events)
                .then(connection -> {
                    while (ran.size() < tools) {
                        Thread.onSpinWait();
                    }
                })
                .cut();
    }

    @Test
    void eachResultServesOneCallAndTheRestIsOrphaned() {
        Script first = brokenWhenRan(
                3,
                use(0, "a", "work", "{\"x\":1}"),
                use(1, "b", "work", "{\"x\":1}"),
                use(2, "c", "work", "{\"x\":2}"));
        Script second = calls(
                use(0, "d", "work", "{\"x\":1}"), use(1, "e", "work", "{\"x\":3}"), use(2, "f", "work", "{\"x\":1}"));
        try (var log = CapturedLog.open();
                var runs = runs(first, second, says("ok"));
                ToolLoop loop = runs.run(work).retryTurns(1).start()) {
            var collected = collect(loop);
            assertThat(ran).hasSize(4).last().isEqualTo("e {\"x\":3}");
            assertThat(results(loop)).extracting(ToolResult::toolUseId).containsExactly("d", "e", "f");
            assertThat(collected.of(ToolOrphaned.class)).singleElement().satisfies(orphan -> {
                assertThat(orphan.id()).isEqualTo("c");
                assertThat(orphan.name()).isEqualTo("work");
                assertThat(orphan.input()).isEqualTo("{\"x\":2}");
                assertThat(orphan.output()).startsWith("done ");
                assertThat(orphan.toJson()).isEqualTo("{\"type\":\"tool_orphaned\",\"id\":\"c\",\"name\":\"work\"}");
            });
            assertThat(loop.metrics().calls())
                    .extracting(RunReport.ToolCall::id, RunReport.ToolCall::isOrphaned)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("c", true),
                            org.assertj.core.groups.Tuple.tuple("d", false),
                            org.assertj.core.groups.Tuple.tuple("e", false),
                            org.assertj.core.groups.Tuple.tuple("f", false));
            assertThat(log.lines("its result is not used"))
                    .singleElement()
                    .asString()
                    .contains("WARN", "'work'", "call c");
        }
    }

    @Test
    void aToolThatStillRunsForNobodyIsStopped() {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Tool endless = tool("work", (input, context) -> {
            begun.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } finally {
                interrupted.countDown();
            }
            return "never";
        });
        Script first = Script.stream()
                .sse(messageStart(), use(0, "a", "work", "{\"x\":1}"))
                .gate(begun)
                .cut();
        try (var runs = runs(first, says("No tool is needed."));
                ToolLoop loop = runs.run(endless).retryTurns(1).start()) {
            var collected = collect(loop);
            assertThat(loop.endReason()).contains(new Completed());
            Runs.awaitUninterruptibly(interrupted);
            assertThat(collected.of(ToolOrphaned.class))
                    .extracting(ToolOrphaned::output)
                    .containsExactly(
                            "Error: the turn was asked again and did not call the tool again, so it was stopped");
        }
    }

    @Test
    void anApprovalAndARepairAreAskedForOnce() {
        var approvals = new AtomicInteger();
        var repairs = new AtomicInteger();
        Tool strict = Tool.of(
                "work",
                "works",
                "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}}}",
                (input, context) -> {
                    ran.add(context.id());
                    return input;
                });
        Script first = brokenWhenRan(1, use(0, "a", "work", "{\"x\":\"one\"}"));
        try (var runs = runs(first, calls(use(0, "b", "work", "{\"x\":\"one\"}")), says("ok"));
                ToolLoop loop = runs.run(strict)
                        .retryTurns(1)
                        .repair((call, problem) -> {
                            repairs.incrementAndGet();
                            return Optional.of("{\"x\":1}");
                        })
                        .approval((tool, call) -> {
                            approvals.incrementAndGet();
                            return ToolApproval.allow();
                        })
                        .start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isNull();
            assertThat(approvals).hasValue(1);
            assertThat(repairs).hasValue(1);
            assertThat(ran).containsExactly("a");
            assertThat(collected.of(ToolStart.class))
                    .containsExactly(new ToolStart("a", "work", "{\"x\":1}"), new ToolStart("b", "work", "{\"x\":1}"));
            assertThat(results(loop)).containsExactly(new ToolResult("b", "{\"x\":1}"));
        }
    }

    /** Whoever is asked meanwhile decides about the new call; and a tool that never ran is no orphan. */
    @Test
    void anApprovalThatIsAwaitedGoesOnForTheNewCall() {
        var asked = new CountDownLatch(1);
        var decide = new CountDownLatch(1);
        Script first = Script.stream()
                .sse(messageStart(), use(0, "a", "work", "{\"x\":1}"), use(1, "z", "work", "{\"x\":26}"))
                .gate(asked)
                .cut();
        try (var runs = runs(first, calls(use(0, "b", "work", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(work)
                        .retryTurns(1)
                        .approval((tool, call) -> {
                            if (call.id().equals("a")) {
                                asked.countDown();
                                Runs.await(decide);
                            } else {
                                Runs.await(new CountDownLatch(1)); // until the call is stopped
                            }
                            return ToolApproval.allow();
                        })
                        .start()) {
            var collected = collect(loop, event -> {
                if (event instanceof ToolStart start && start.id().equals("b")) {
                    decide.countDown();
                }
            });
            assertThat(ran).containsExactly("a {\"x\":1}");
            assertThat(collected.of(ToolOrphaned.class)).isEmpty();
            assertThat(results(loop)).containsExactly(new ToolResult("b", "done 1"));
        }
    }

    @Test
    void ifTheRunFailsInTheEndTheKeptResultsAreOrphanedBeforeItsLastEvent() {
        Script first = brokenWhenRan(1, use(0, "a", "work", "{\"x\":1}"));
        try (var runs = runs(first, brokenWords("No"));
                ToolLoop loop = runs.run(work).retryTurns(1).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isInstanceOf(ConnectionFailed.class);
            assertThat(collected.of(ToolOrphaned.class)).hasSize(1);
            assertThat(collected.events()).last().isInstanceOf(StreamError.class);
        }
    }

    @Test
    void afterACancelTheReportHasTheOrphans() {
        var reports = new CopyOnWriteArrayList<RunReport>();
        var ended = new CountDownLatch(1);
        Script first = brokenWhenRan(1, use(0, "a", "work", "{\"x\":1}"));
        try (var runs = runs(first, Script.stream().sse(messageStart()).stall());
                ToolLoop loop = runs.run(work)
                        .retryTurns(1)
                        .onEnd(report -> {
                            reports.add(report);
                            ended.countDown();
                        })
                        .start()) {
            var collected = collect(loop, event -> {
                if (event instanceof TurnReset) {
                    loop.cancel("enough");
                }
            });
            assertThat(collected.of(TurnReset.class)).hasSize(1);
            assertThat(loop.endReason()).contains(new Cancelled("enough"));
            Runs.awaitUninterruptibly(ended);
            assertThat(reports.getFirst().metrics().calls())
                    .singleElement()
                    .satisfies(call -> assertThat(call.isOrphaned()).isTrue());
        }
    }

    @Test
    void whatWasNotShownOrMayNotHelpIsNotAskedAgain() {
        Map<Script, Class<? extends StreamException>> failures = Map.of(
                Script.stream().cut(),
                ConnectionFailed.class,
                Script.json(529, ClaudeWire.errorJson("overloaded_error", "busy")),
                ApiError.class,
                broken(text(7, "no such block")),
                ProtocolError.class,
                Script.stream()
                        .sse(messageStart(), ClaudeWire.error("invalid_request_error", "no"))
                        .end(),
                ApiError.class);
        failures.forEach((script, failure) -> {
            try (var runs = runs(script, says("ok"));
                    ToolLoop loop = runs.run(work).retryTurns(3).start()) {
                var collected = collect(loop);
                assertThat(collected.failure()).isInstanceOf(failure);
                assertThat(collected.of(TurnReset.class)).isEmpty();
            }
        });
    }

    @Test
    void anErrorThatMayPassIsAskedAgain() {
        Script busy = Script.stream()
                .sse(messageStart(), ClaudeWire.error("overloaded_error", "busy"))
                .end();
        try (var runs = runs(busy, says("ok"));
                ToolLoop loop = runs.run(work).retryTurns(1).start()) {
            assertThat(loop.finalText()).isEqualTo("ok");
        }
    }

    @Test
    void limitsOfTheCallersEndItAsEver() {
        try (var runs = runs(brokenWords("a"), brokenWords("b"), says("ok"));
                ToolLoop loop = runs.run(work).retryTurns(5).maxTurns(2).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isInstanceOf(ConnectionFailed.class);
            assertThat(collected.of(TurnReset.class)).hasSize(1);
            assertThat(loop.turns()).isEqualTo(2);
        }
        Budget small = Budget.outputTokens(1);
        try (var runs = runs(brokenWords("far more words than the budget has".repeat(20)), says("ok"));
                ToolLoop loop = runs.run(work).retryTurns(5).budget(small).start()) {
            var collected = collect(loop);
            assertThat(collected.of(TurnReset.class)).isEmpty();
            assertThat(runs.peer.requests()).hasSize(1);
        }
        StreamController two = StreamController.builder().maxChunks(3).build();
        try (var runs = runs(brokenWords("a"), says("ok"));
                ToolLoop loop = runs.run(work).retryTurns(5).controller(two).start()) {
            assertThat(collect(loop).of(TurnReset.class)).isEmpty();
            assertThat(loop.endReason().orElseThrow()).isInstanceOf(LimitReached.class);
        }
        StreamController brief =
                StreamController.builder().timeout(Duration.ofMillis(200)).build();
        try (var runs = runs(brokenWords("a"), says("ok"));
                ToolLoop loop = runs.run(work).retryTurns(5).controller(brief).start()) {
            var collected = collect(loop); // to wait would take longer than the run may
            assertThat(collected.of(TurnReset.class)).isEmpty();
            assertThat(collected.failure()).isInstanceOf(StreamException.class);
        }
    }

    /** Only a turn that has come frees the model of the choice that it was forced to. */
    @Test
    void theSameIsAskedAlsoOfAFirstTurnThatMustCallATool() {
        var request = Runs.REQUEST.toBuilder().toolChoice(ToolChoice.ANY).build();
        try (var runs = runs(brokenWords("a"), calls(use(0, "a", "work", "{}")), says("ok"));
                ToolLoop loop = ToolLoop.builder(runs.client, request)
                        .tools(work)
                        .retryTurns(1)
                        .start()) {
            assertThat(collect(loop).failure()).isNull();
            assertThat(runs.requestBody(2)).isEqualTo(runs.requestBody(1));
            assertThat(runs.requestBody(3).get("tool_choice").toString()).contains("auto");
        }
    }

    @Test
    void aMessageThatIsPartialIsThatOfTheLastAttempt() {
        try (var runs = runs(brokenWords("first"), Script.stream().cut());
                ToolLoop loop = runs.run(work).retryTurns(1).start()) {
            var collected = collect(loop);
            assertThat(collected.of(MessageStart.class)).hasSize(1);
            assertThat(collected.failure()).isInstanceOfSatisfying(ConnectionFailed.class, last -> {
                assertThat(last.partial()).isEqualTo(Message.EMPTY);
                assertThat(((StreamException) last.getSuppressed()[0]).partial().text())
                        .isEqualTo("first");
            });
        }
    }

    /** The run's thread waits for the consumer, and is interrupted just before the kept call is taken up, or left. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCancelLosesNoKeptCall(boolean again) {
        var taken = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var reports = new CopyOnWriteArrayList<RunReport>();
        Tool slow = tool("slow", (input, context) -> {
            begun.countDown();
            Runs.await(taken);
            done.countDown();
            return "done";
        });
        Script first = Script.stream()
                .sse(messageStart(), use(0, "a", "slow", "{\"x\":1}"))
                .gate(begun)
                .cut();
        Script second = again ? calls(use(0, "b", "slow", "{\"x\":1}")) : says("No");
        try (var runs = runs(first, second);
                ToolLoop loop = runs.run(slow)
                        .retryTurns(1)
                        .queueCapacity(1)
                        .onEnd(report -> {
                            reports.add(report);
                            ended.countDown();
                        })
                        .start()) {
            collect(loop, event -> {
                if (event instanceof TurnReset) {
                    taken.countDown();
                    Runs.awaitUninterruptibly(done);
                }
                boolean isLast = event instanceof RunEvent.MessageDelta(var told)
                        && (again ? told instanceof ContentBlockDelta : told instanceof StreamEvent.MessageDelta);
                if (taken.getCount() == 0 && isLast) { // what follows is queued, and no more
                    await().until(() -> loop.run.ending().getFirst().getState() == Thread.State.WAITING);
                    loop.cancel("enough");
                }
            });
            Runs.awaitUninterruptibly(ended);
            assertThat(reports.getFirst().metrics().calls()).hasSize(1);
        }
    }

    /** The consumer lets the time pass, so that there is less left than when the delay was chosen. */
    @Test
    void theDelayEndsWithTheTimeOfTheRun() {
        var clock = new FakeTime();
        StreamController brief =
                StreamController.builder().timeout(Duration.ofSeconds(10)).build();
        try (var runs = Runs.with(settings -> settings.time(clock), brokenWords("a"), says("ok"));
                ToolLoop loop = runs.run(work)
                        .retryTurns(1)
                        .controller(brief)
                        .queueCapacity(1)
                        .start()) {
            var collected = collect(loop, event -> {
                if (event instanceof RunEvent.MessageDelta(ContentBlockDelta words)) {
                    await().until(() -> loop.snapshot().text().isEmpty()); // it is taken back: the delay is chosen
                    clock.advance(Duration.ofSeconds(11));
                }
            });
            assertThat(collected.of(TurnReset.class)).hasSize(1);
            assertThat(collected.failure())
                    .isInstanceOfSatisfying(
                            TimedOut.class, late -> assertThat(late.phase()).isEqualTo(Phase.TOTAL));
        }
    }
}
