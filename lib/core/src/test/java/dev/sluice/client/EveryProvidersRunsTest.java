package dev.sluice.client;

import static dev.sluice.client.Wires.CALLS;
import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.answer;
import static dev.sluice.client.Wires.call;
import static dev.sluice.client.Wires.thinking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever is asked, a run runs the tools that are called and goes on with their results. What is told in the next turn is read
 * as the vendor's server would.
 */
@ForEveryProvider
@Timeout(60)
record EveryProvidersRunsTest(Wire wire) {
    private static final String OBJECT = "{\"type\":\"object\"}";

    private static final Message THOUGHTS_AGAIN =
            answer(FinishReason.TOOL_CALLS, thinking("Once more."), call("call_3", "level", "{\"river\":\"Douro\"}"));

    private static Tool tool(String name, Work work) {
        return Tool.of(name, "tells the " + name, OBJECT, (input, context) -> work.of(input));
    }

    private interface Work {
        Object of(String input) throws Exception;
    }

    private static final Tool LEVEL = tool("level", input -> "2.41 m");
    private static final Tool RAIN = tool("rain", input -> "none");

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private ClientFixture fixture(Message... turns) {
        Script[] scripts = new Script[turns.length];
        for (int i = 0; i < turns.length; i++) {
            scripts[i] = Script.stream(wire.stream(turns[i]));
        }
        return ClientFixture.in(wire, scripts);
    }

    /** What the vendor's server reads of the n-th request. */
    private List<Message> told(ClientFixture fixture, int n) {
        return wire.read(fixture.peer.awaitRequest(n)).messages();
    }

    private ToolResult failed(String id, String words) {
        return new ToolResult(id, List.of(new Text(words)), wire.marksFailedResults(), Map.of());
    }

    @Test
    void anAnswerOfWordsIsOneTurnAndIsIteratedOnce() {
        try (var fixture = fixture(PROSE);
                ToolLoop run = fixture.client.run(REQUEST, LEVEL)) {
            assertThat(run.text().toList()).containsExactlyElementsOf(Wire.pieces(PROSE.text()));
            assertThatIllegalStateException().isThrownBy(run::iterator).withMessageContaining("only once");
            assertThatIllegalStateException().isThrownBy(run::events);
            assertThat(run.endReason()).contains(new Completed());
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void theNextRequestIsTheHistoryTheAnswerAsItCameAndItsResults() {
        var inputs = new CopyOnWriteArrayList<String>();
        Tool level = tool("level", input -> {
            inputs.add(input);
            return "2.41 m";
        });
        try (var fixture = fixture(CALLS, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, level, RAIN)) {
            assertThat(run.finalText()).isEqualTo(PROSE.text());
            assertThat(run.turns()).isEqualTo(2);
            assertThat(inputs).containsExactly("{\"river\":\"Tejo\",\"days\":3}");
            assertThat(told(fixture, 2))
                    .isEqualTo(List.of(
                            Message.user("Tell me about rivers"),
                            ReceivedFields.model(CALLS.content()),
                            ReceivedFields.user(
                                    List.of(new ToolResult("call_1", "2.41 m"), new ToolResult("call_2", "none")))));
            assertThat(wire.read(fixture.peer.awaitRequest(1)).tools())
                    .extracting("name", "description")
                    .containsExactly(tuple("level", "tells the level"), tuple("rain", "tells the rain"));
        }
    }

    @Test
    void everyTurnIsHeard() {
        try (var fixture = fixture(CALLS, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, LEVEL, RAIN)) {
            List<RunEvent> heard = run.events().toList();
            assertThat(heard.stream()
                            .filter(RunEvent.MessageStop.class::isInstance)
                            .map(event -> ((RunEvent.MessageStop) event).message()))
                    .satisfiesExactly(
                            first -> Wires.assertSame(first, CALLS, wire), last -> Wires.assertSame(last, PROSE, wire));
            assertThat(heard).last().isEqualTo(new RunEvent.StreamComplete());
            assertThat(run.usage().outputTokens())
                    .isEqualTo(CALLS.usage().outputTokens() + PROSE.usage().outputTokens());
        }
    }

    @Test
    void resultsGoBackInOneMessageInTheOrderOfTheCalls() {
        int many = 5;
        var next = new ArrayList<CountDownLatch>();
        for (int i = 0; i <= many; i++) {
            next.add(new CountDownLatch(1));
        }
        next.get(many).countDown();
        Tool backwards = tool(
                "level",
                input -> { // the last call is done first
                    int i = input.charAt(input.length() - 2) - '0';
                    await(next.get(i + 1));
                    next.get(i).countDown();
                    return "level " + i;
                });
        var calls = new ArrayList<ContentBlock>();
        var results = new ArrayList<ContentBlock>();
        for (int i = 0; i < many; i++) {
            calls.add(call("call_" + i, "level", "{\"river\":" + i + "}"));
            results.add(new ToolResult("call_" + i, "level " + i));
        }
        try (var fixture = fixture(answer(FinishReason.TOOL_CALLS, calls.toArray(ContentBlock[]::new)), PROSE);
                ToolLoop run = fixture.client.run(REQUEST, backwards)) {
            run.done();
            assertThat(told(fixture, 2).getLast()).isEqualTo(ReceivedFields.user(results));
            assertThat(told(fixture, 2)).hasSize(3);
        }
    }

    @Test
    void whatIsUnknownInvalidOrThrowsIsToldAsAnError() {
        Tool broken = tool("broken", input -> {
            throw new IOException("the gauge is under water");
        });
        Tool strict = Tool.of(
                "strict",
                "wants a day",
                "{\"type\":\"object\",\"properties\":{\"day\":{\"type\":\"string\"}},\"required\":[\"day\"]}",
                (input, context) -> "never");
        Message calls = answer(
                FinishReason.TOOL_CALLS,
                call("call_1", "nobody", "{\"x\":1}"),
                call("call_2", "broken", "{\"x\":1}"),
                call("call_3", "strict", "{\"day\":7}"),
                call("call_4", "level", "{\"x\":1}"));
        try (var fixture = fixture(calls, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, broken, strict, LEVEL)) {
            run.done();
            List<ContentBlock> results = told(fixture, 2).getLast().content();
            assertThat(results.get(0)).isEqualTo(failed("call_1", "Error: Tool 'nobody' not found"));
            assertThat(results.get(1)).isEqualTo(failed("call_2", "Error: the gauge is under water"));
            assertThat(results.get(2))
                    .isEqualTo(failed(
                            "call_3",
                            "Error: the input of 'strict' is not valid: day: integer found, string expected"));
            assertThat(results.get(3)).isEqualTo(new ToolResult("call_4", "2.41 m"));
        }
    }

    @Test
    void atTheLimitOfTurnsThereIsNoFurtherRequestAndTheLastAnswerIsThePartial() {
        try (var fixture = fixture(CALLS, CALLS, PROSE);
                ToolLoop run = ToolLoop.builder(fixture.client, REQUEST)
                        .tools(LEVEL, RAIN)
                        .maxTurns(2)
                        .start()) {
            assertThatThrownBy(run::finalMessage)
                    .isInstanceOfSatisfying(LimitExceeded.class, end -> Wires.assertSame(end.partial(), CALLS, wire));
            assertThat(run.endReason()).contains(new LimitReached(Limit.TURNS, 2));
            assertThat(fixture.peer.requests()).hasSize(2);
            assertThat(run.conversation().unanswered()).extracting(ToolUse::id).containsExactly("call_1", "call_2");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRefusedAnswerEndsTheRunAndNoResultGoesBack(boolean early) {
        assumeThat(wire.tellsRefusals()).as("the wire has a word for a refusal").isTrue();
        var never = new CountDownLatch(1);
        var ran = new CopyOnWriteArrayList<String>();
        Tool patient = tool("level", input -> {
            ran.add(input);
            await(never);
            return "never";
        });
        Message refused = answer(FinishReason.CONTENT_FILTER, call("call_1", "level", "{\"x\":1}"));
        try (var fixture = fixture(refused, PROSE);
                ToolLoop run = ToolLoop.builder(fixture.client, REQUEST)
                        .tools(patient)
                        .startEarly(early)
                        .start()) {
            assertThat(run.finalMessage().finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
            assertThat(run.endReason()).contains(new Completed());
            assertThat(fixture.peer.requests()).hasSize(1);
            assertThat(run.conversation().unanswered()).isEmpty();
            if (!early) {
                assertThat(ran).isEmpty();
            }
        }
    }

    @Test
    void aToolRunsOnceHoweverOftenTheRunIsAsked() {
        var ran = new CopyOnWriteArrayList<String>();
        Tool level = tool("level", input -> ran.add(input));
        try (var fixture = fixture(CALLS, PROSE, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, level, RAIN)) {
            Message last = run.finalMessage();
            run.done();
            assertThat(run.finalMessage()).isEqualTo(last);
            assertThat(run.conversation()).isEqualTo(run.conversation());
            assertThat(ran).hasSize(1);
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void afterAFailureAnotherRunGoesOnFromWhatWasSaid(int failing) {
        Script refusal = Script.json(400, wire.refusal(400, "not like this"));
        Script calls = Script.stream(wire.stream(CALLS));
        Script prose = Script.stream(wire.stream(PROSE));
        try (var fixture = failing == 1
                ? ClientFixture.in(wire, refusal, calls, prose)
                : ClientFixture.in(wire, calls, refusal, prose)) {
            Conversation said;
            try (ToolLoop run = fixture.client.run(REQUEST, LEVEL, RAIN)) {
                assertThatThrownBy(run::done).isInstanceOf(ApiError.class).hasMessageContaining("not like this");
                assertThatThrownBy(run::finalMessage).isInstanceOf(ApiError.class);
                said = run.conversation();
            }
            try (ToolLoop run =
                    fixture.client.run(REQUEST.toBuilder().conversation(said).build(), LEVEL, RAIN)) {
                assertThat(run.finalText()).isEqualTo(PROSE.text());
            }
            assertThat(told(fixture, 3))
                    .isEqualTo(List.of(
                            Message.user("Tell me about rivers"),
                            ReceivedFields.model(CALLS.content()),
                            ReceivedFields.user(
                                    List.of(new ToolResult("call_1", "2.41 m"), new ToolResult("call_2", "none")))));
        }
    }

    @Test
    void doneTakesWhatALoopHasLeft() {
        try (var fixture = fixture(CALLS, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, LEVEL, RAIN)) {
            assertThat(run.iterator().next()).isInstanceOf(RunEvent.MessageStart.class);
            run.done();
            assertThat(run.finalText()).isEqualTo(PROSE.text());
        }
    }

    @Test
    void aToolKnowsItsCallAndWhatSteersTheRun() {
        var known = new CopyOnWriteArrayList<Object>();
        Tool level = Tool.of("level", "tells it", OBJECT, (input, context) -> {
            known.add(context.call().name() + " " + context.id());
            known.add(context.controller());
            known.add(context.isCancelled());
            return "";
        });
        try (var fixture = fixture(CALLS, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, level, RAIN)) {
            run.done();
            assertThat(known).containsExactly("level call_1", run.controller(), false);
        }
    }

    /** A tool may be done before the model is: the server says the end only when it has heard of that. */
    @Test
    void toolsAreDoneBeforeTheAnswerIs() {
        var done = new CountDownLatch(2);
        Tool level = tool("level", input -> {
            done.countDown();
            return "2.41 m";
        });
        Message calls = answer(
                FinishReason.TOOL_CALLS,
                call("call_1", "level", "{\"x\":1}"),
                call("call_2", "level", "{\"x\":2}"),
                new Text("Let me look."));
        Script script = Script.stream()
                .sse(wire.begun(calls).toArray(String[]::new))
                .gate(done)
                .sse(wire.ended(calls).toArray(String[]::new))
                .end();
        try (var fixture = ClientFixture.in(wire, script, Script.stream(wire.stream(PROSE)));
                ToolLoop run = fixture.client.run(REQUEST, level)) {
            List<RunEvent> heard = run.events().toList();
            assertThat(heard).hasAtLeastOneElementOfType(RunEvent.MessageStop.class);
            assertThat(heard.stream().takeWhile(event -> !(event instanceof RunEvent.MessageStop)))
                    .filteredOn(RunEvent.ToolStart.class::isInstance)
                    .hasSize(2);
            assertThat(run.finalText()).isEqualTo(PROSE.text());
        }
    }

    @Test
    void anAnswerThatBreaksOffHasNoResultsAndTheNextRunMayGoOn() {
        String[] begun = wire.begun(CALLS).toArray(String[]::new);
        try (var fixture =
                ClientFixture.in(wire, Script.stream().sse(begun).cut(), Script.stream(wire.stream(PROSE)))) {
            Conversation said;
            try (ToolLoop run = fixture.client.run(REQUEST, LEVEL, RAIN)) {
                assertThatThrownBy(run::done).isInstanceOf(StreamException.class);
                said = run.conversation();
                assertThat(said.messages()).isEqualTo(REQUEST.messages());
            }
            try (ToolLoop run =
                    fixture.client.run(REQUEST.toBuilder().conversation(said).build(), LEVEL, RAIN)) {
                assertThat(run.finalText()).isEqualTo(PROSE.text());
            }
        }
    }

    @Test
    void theCallersHeadersGoWithEveryTurnAndNothingIsAddedToThem() {
        var request = REQUEST.toBuilder().header("x-trace", "7").build();
        try (var fixture = fixture(PROSE, CALLS, PROSE);
                var stream = fixture.client.stream(request)) {
            stream.done();
            try (ToolLoop run = fixture.client.run(request, LEVEL, RAIN)) {
                run.done();
            }
            for (int n = 2; n <= 3; n++) {
                assertThat(fixture.peer.awaitRequest(n).header("x-trace")).isEqualTo("7");
                assertThat(fixture.peer.awaitRequest(n).headers().keySet())
                        .isEqualTo(fixture.peer.awaitRequest(1).headers().keySet());
            }
        }
    }

    /** What thinking was signed goes back as it came, and to another vendor only words, calls and results. */
    @Test
    void aRunOfOneVendorsIsGoneOnWithByAnother() {
        Conversation said;
        try (var fixture = fixture(CALLS, THOUGHTS_AGAIN, PROSE);
                ToolLoop run = fixture.client.run(REQUEST, LEVEL, RAIN)) {
            run.done();
            assertThat(told(fixture, 3).get(3)).isEqualTo(ReceivedFields.model(THOUGHTS_AGAIN.content()));
            said = run.conversation();
        }
        for (Wire other : Wires.ALL) {
            try (var fixture = ClientFixture.in(other, Script.stream(other.stream(PROSE)));
                    ToolLoop run = fixture.client.run(
                            REQUEST.toBuilder()
                                    .conversation(said.user("And now?"))
                                    .build(),
                            LEVEL,
                            RAIN)) {
                assertThat(run.finalText()).isEqualTo(PROSE.text());
                List<Message> told = other.read(fixture.peer.awaitRequest(1)).messages();
                assertThat(told).hasSize(7);
                assertThat(told.get(4).content()).isEqualTo(List.<ContentBlock>of(new ToolResult("call_3", "2.41 m")));
            }
        }
    }
}
