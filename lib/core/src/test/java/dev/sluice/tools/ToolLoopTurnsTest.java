package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.blockStart;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.inputJson;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.toolStart;
import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.turn;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolChoice;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolStart;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run does with each kind of turn. */
@Timeout(60)
class ToolLoopTurnsTest {
    private static final Tool ECHO = tool("echo", (input, context) -> "heard " + input);

    @Test
    void anAnswerThatWasRefusedRunsNoToolAndEndsTheRun() {
        var interrupted = new CountDownLatch(1);
        var calls = new AtomicInteger();
        var working = new CountDownLatch(1);
        Tool patient = tool("patient", (input, context) -> {
            calls.incrementAndGet();
            working.countDown();
            try {
                Runs.await(new CountDownLatch(1));
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return "late";
        });
        String[] refused = turn(
                "refusal",
                use(0, "a", "patient", "{\"x\":1}"),
                toolStart(1, "b", "patient"),
                inputJson(1, "{"),
                blockStop(1));
        Script script = Script.stream()
                .sse(refused[0], refused[1])
                .gate(working)
                .sse(java.util.Arrays.copyOfRange(refused, 2, refused.length))
                .end();
        try (var runs = Runs.with(script);
                ToolLoop loop = runs.run(patient).start()) {
            var collected = collect(loop);
            Runs.awaitUninterruptibly(interrupted);
            assertThat(calls).hasValue(1);
            assertThat(collected.aboutTools()).containsExactly("start a", "error a");
            assertThat(loop.endReason()).contains(new Completed());
            assertThat(loop.finalMessage().stopReason()).isEqualTo("refusal");
            assertThat(loop.conversation().unanswered()).isEmpty();
            assertThat(runs.peer.requests()).hasSize(1);
        }
    }

    @Test
    void aCallThatIsCutIsToldSoAndTheOthersRun() {
        var calls = new CopyOnWriteArrayList<String>();
        Tool any = tool("any", (input, context) -> calls.add(input));
        for (String cut : List.of("{\"y\":", "")) {
            calls.clear();
            try (var runs = Runs.with(
                            Script.stream(turn(
                                    "max_tokens",
                                    use(0, "a", "any", "{\"x\":1}"),
                                    use(1, "b", "any", ""),
                                    use(2, "c", "any", cut))),
                            says("ok"));
                    ToolLoop loop = runs.run(any).start()) {
                var collected = collect(loop);
                assertThat(calls).containsExactlyInAnyOrder("{\"x\":1}", "{}");
                assertThat(collected.of(ToolError.class)).singleElement().satisfies(error -> {
                    assertThat(error.id()).isEqualTo("c");
                    assertThat(error.error()).contains("max_tokens", "write less");
                });
                assertThat(loop.finalText()).isEqualTo("ok");
            }
        }
    }

    @Test
    void aCallWithoutInputRunsWhenTheAnswerIsWhole() {
        try (var runs = Runs.with(calls(toolStart(0, "a", "echo") + blockStop(0)), says("ok"));
                ToolLoop loop = runs.run(ECHO).start()) {
            assertThat(collect(loop).of(ToolComplete.class)).containsExactly(new ToolComplete("a", "heard {}"));
        }
    }

    @Test
    void aPausedTurnIsSentAgainAndCounts() {
        Script paused = Script.stream(turn("pause_turn", textStart(0), text(0, "Let me"), blockStop(0)));
        try (var runs = Runs.with(paused, says("done"));
                ToolLoop loop = runs.run(ECHO).start()) {
            assertThat(loop.finalText()).isEqualTo("done");
            assertThat(loop.turns()).isEqualTo(2);
            assertThat(runs.requestBody(2).get("messages").toString()).contains("Let me");
        }
        try (var runs = Runs.with(paused);
                ToolLoop loop = runs.run(ECHO).maxTurns(2).start()) {
            loop.done();
            assertThat(loop.endReason()).contains(new LimitReached(Limit.TURNS, 2));
            assertThat(runs.peer.requests()).hasSize(2);
        }
    }

    @Test
    void aCompactionIsSentBackAsItCameAndNotAskedForAgain() {
        String delta = """
            {"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta",\
            "content":"So far","encrypted_content":"c2VjcmV0"}}\
            """;
        Script compacted = Script.stream(turn(
                "compaction",
                blockStart(0, "{\"type\":\"compaction\",\"content\":null,\"encrypted_content\":null}"),
                ClaudeWire.event("content_block_delta", delta),
                blockStop(0)));
        MessageRequest request = Runs.REQUEST.toBuilder()
                .put("compaction", Map.of("type", "summarize"))
                .build();
        try (var runs = Runs.with(compacted, calls(use(0, "a", "echo", "{\"x\":1}")), says("done"));
                ToolLoop loop =
                        ToolLoop.builder(runs.client, request).tools(ECHO).start()) {
            assertThat(loop.finalText()).isEqualTo("done");
            assertThat(loop.turns()).isEqualTo(3);
            assertThat(runs.requestBody(1)).containsKey("compaction");
            assertThat(runs.lastContent(2))
                    .containsExactly(
                            Map.of("type", "compaction", "content", "So far", "encrypted_content", "c2VjcmV0"));
            assertThat(runs.requestBody(2)).doesNotContainKey("compaction");
            assertThat(runs.requestBody(3)).doesNotContainKey("compaction");
        }
    }

    @Test
    void atTheLimitOfTurnsTheLastCallsAreLeftToTheCaller() {
        var calls = new AtomicInteger();
        Tool counted = tool("counted", (input, context) -> calls.incrementAndGet());
        try (var runs = Runs.with(calls(use(0, "a", "counted", "{\"x\":1}")));
                ToolLoop loop = runs.run(counted).maxTurns(2).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isNull();
            assertThat(calls).hasValue(1);
            assertThat(collected.events())
                    .last()
                    .isInstanceOfSatisfying(
                            StreamError.class,
                            error -> assertThat(error.details())
                                    .containsEntry("code", "limit_reached")
                                    .containsEntry("limit", "turns")
                                    .containsEntry("retryable", false));
            assertThat(loop.endReason()).contains(new LimitReached(Limit.TURNS, 2));
            assertThat(loop.isAborted()).isTrue();
            assertThatThrownBy(loop::finalMessage)
                    .isInstanceOfSatisfying(
                            LimitExceeded.class,
                            end -> assertThat(end.partial().toolUses())
                                    .extracting(ToolUse::id)
                                    .containsExactly("a"));
            assertThat(loop.conversation().unanswered()).hasSize(1);
            assertThat(runs.peer.requests()).hasSize(2);
        }
    }

    @Test
    void callsBeforeAFallbackAreNotRunAndNotAnswered() {
        var runsOf = new CopyOnWriteArrayList<String>();
        Tool any = tool("any", (input, context) -> runsOf.add(context.id()));
        String fallback = blockStart(1, "{\"type\":\"fallback\",\"from\":{},\"to\":{}}") + blockStop(1);
        for (boolean early : new boolean[] {true, false}) {
            runsOf.clear();
            try (var runs = Runs.with(
                            calls(use(0, "a", "any", "{\"x\":1"), fallback, use(2, "b", "any", "{\"x\":1}")),
                            says("ok"));
                    ToolLoop loop = runs.run(any).startEarly(early).start()) {
                assertThat(loop.finalText()).isEqualTo("ok");
                assertThat(runsOf).containsExactly("b");
                assertThat(runs.lastContent(2))
                        .extracting(block -> block.get("tool_use_id"))
                        .containsExactly("b");
                assertThat(loop.conversation().unanswered()).isEmpty();
            }
        }
    }

    @Test
    void aCallThatRunsWhenAFallbackComesIsStopped() {
        var working = new CountDownLatch(1);
        Tool patient = tool("patient", (input, context) -> {
            working.countDown();
            Runs.await(new CountDownLatch(1));
            return "never";
        });
        String fallback = blockStart(1, "{\"type\":\"fallback\",\"from\":{},\"to\":{}}") + blockStop(1);
        String[] events = turn("end_turn", use(0, "a", "patient", "{\"x\":1}"), fallback);
        try (var runs = Runs.with(Script.stream()
                        .sse(events[0], events[1])
                        .gate(working)
                        .sse(events[2], events[3], events[4])
                        .end());
                ToolLoop loop = runs.run(patient).start()) {
            assertThat(collect(loop).aboutTools()).containsExactly("start a", "error a");
            assertThat(loop.endReason()).contains(new Completed());
        }
    }

    @Test
    void theContainerOfAnAnswerIsThatOfTheNextRequest() {
        String[] events = turn("tool_use", use(0, "a", "echo", "{\"x\":1}"));
        events[2] = ClaudeWire.event("message_delta", """
            {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null,\
            "container":{"id":"c1","expires_at":"later"}},"usage":{"output_tokens":5}}\
            """);
        Map<String, Object> pinned = Map.of("skills", List.of("pdf"));
        try (var runs = Runs.with(
                Script.stream(events),
                says("ok"),
                Script.stream(events),
                says("ok"),
                Script.stream(events),
                says("ok"))) {
            ToolLoop.builder(runs.client, Runs.REQUEST).tools(ECHO).start().done();
            ToolLoop.builder(
                            runs.client,
                            Runs.REQUEST.toBuilder().put("container", "mine").build())
                    .tools(ECHO)
                    .start()
                    .done();
            ToolLoop.builder(
                            runs.client,
                            Runs.REQUEST.toBuilder().put("container", pinned).build())
                    .tools(ECHO)
                    .start()
                    .done();
            assertThat(runs.requestBody(1)).doesNotContainKey("container");
            assertThat(runs.requestBody(2)).containsEntry("container", "c1");
            assertThat(runs.requestBody(4)).containsEntry("container", "mine");
            assertThat(runs.requestBody(5)).containsEntry("container", pinned);
            assertThat(runs.requestBody(6)).containsEntry("container", Map.of("skills", List.of("pdf"), "id", "c1"));
        }
    }

    @Test
    void aToolThatTheProviderRunsIsNotRunHere() {
        Script answer = Script.stream(turn(
                "end_turn",
                blockStart(0, "{\"type\":\"server_tool_use\",\"id\":\"srv\",\"name\":\"echo\",\"input\":{}}"),
                blockStop(0),
                blockStart(1, "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srv\",\"content\":[]}"),
                blockStop(1)));
        try (var runs = Runs.with(answer, says("never"));
                ToolLoop loop = runs.run(ECHO).start()) {
            assertThat(collect(loop).of(ToolStart.class)).isEmpty();
            assertThat(loop.endReason()).contains(new Completed());
            assertThat(runs.peer.requests()).hasSize(1);
        }
    }

    /** A run never summarizes itself: the caller asks for a summary, and starts the next run with it. */
    @Test
    void theCallerMayReplaceTheHistoryByASummaryBetweenTwoRuns() {
        var call = calls(use(0, "a", "echo", "{\"x\":1}"));
        try (var runs = Runs.with(call, says("They run to the sea."), says("So it is."))) {
            Conversation history;
            try (ToolLoop loop = runs.run(ECHO).maxTurns(1).start()) {
                loop.done();
                Conversation open = loop.conversation();
                history = open.results(open.unanswered().stream()
                        .map(unanswered -> new ToolResult(unanswered.id(), "later"))
                        .toList());
            }
            String summary;
            try (ToolLoop loop = run(runs, history.user("Sum it up."))) {
                summary = loop.finalText();
            }
            try (ToolLoop loop = run(runs, Conversation.EMPTY.user(summary))) {
                assertThat(loop.finalText()).isEqualTo("So it is.");
            }
            assertThat(runs.requestBody(3).get("messages"))
                    .isEqualTo(List.of(Map.of("role", "user", "content", "They run to the sea.")));
        }
    }

    private static ToolLoop run(Runs runs, Conversation conversation) {
        MessageRequest request =
                Runs.REQUEST.toBuilder().conversation(conversation).build();
        return ToolLoop.builder(runs.client, request).tools(ECHO).start();
    }

    @Test
    void answersOfOtherShapesAreWholeToo() {
        try (var runs = Runs.with(Script.stream(answer()));
                ToolLoop loop = runs.client.run(Runs.REQUEST, ECHO)) {
            assertThat(loop.finalText()).isEmpty();
        }
    }

    @Test
    void aChoiceThatForcesACallIsForTheFirstTurn() {
        for (ToolChoice choice : List.of(ToolChoice.ANY, ToolChoice.tool("echo"))) {
            try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), says("ok"))) {
                MessageRequest forced =
                        Runs.REQUEST.toBuilder().toolChoice(choice.oneAtATime()).build();
                try (ToolLoop loop =
                        ToolLoop.builder(runs.client, forced).tools(ECHO).start()) {
                    assertThat(loop.finalText()).isEqualTo("ok");
                }
                assertThat(runs.requestBody(1).get("tool_choice").toString())
                        .contains(choice.mode().name().toLowerCase(Locale.ROOT));
                assertThat(runs.requestBody(2).get("tool_choice"))
                        .isEqualTo(Map.of("type", "auto", "disable_parallel_tool_use", true));
            }
        }
    }
}
