package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.StreamController;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a tool or a hook throws or returns, the call has its outcome at once, and the log says what was thrown. */
@Timeout(30)
class HostileToolsTest {
    /** Nothing about it can be read. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no string");
        }
    }

    /** A result that cannot be converted. */
    public static final class Unwritable {
        /** Fails. */
        public String getValue() {
            throw new Unreadable();
        }

        @Override
        public String toString() {
            throw new Unreadable();
        }
    }

    private static Object endless() {
        var list = new ArrayList<Object>();
        list.add(list);
        return list;
    }

    static Stream<Arguments> failures() {
        return Stream.<Arguments>of(
                arguments("an exception without a readable message", (ToolFunction<String>) (input, context) -> {
                    throw new Unreadable();
                }),
                arguments("an error", (ToolFunction<String>) (input, context) -> {
                    throw new StackOverflowError();
                }),
                arguments(
                        "a result that cannot be written", (ToolFunction<String>) (input, context) -> new Unwritable()),
                arguments("a result that has itself in it", (ToolFunction<String>) (input, context) -> endless()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void theModelIsToldAtOnceAndGoesOn(String what, ToolFunction<String> function) {
        try (var log = CapturedLog.open();
                var runs = Runs.with(calls(use(0, "call_1", "work", "{\"x\":1}")), says("so be it"));
                var loop = runs.run(tool("work", function))
                        .toolTimeout(Duration.ZERO)
                        .start()) {
            var collected = Runs.collect(loop);
            assertThat(collected.failure()).isNull();
            assertThat(collected.of(ToolError.class))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error()).startsWith("Error: "));
            assertThat(loop.endReason()).get().isInstanceOf(Completed.class);
            Awaitility.await()
                    .until(() ->
                            !log.lines("The tool 'work' failed (call call_1)").isEmpty());
        }
    }

    @Test
    void nothingIsAResultToo() {
        try (var runs = Runs.with(calls(use(0, "a", "work", "{\"x\":1}")), says("fine"));
                var loop = runs.run(tool("work", (input, context) -> null)).start()) {
            assertThat(Runs.collect(loop).of(ToolComplete.class)).hasSize(1);
        }
    }

    @Test
    void whatAToolThrowsIsLoggedWithItsStackTraceAndTheCall() {
        try (var log = CapturedLog.open();
                var runs = Runs.with(calls(use(0, "call_1", "work", "{\"x\":1}")), says("so be it"));
                var loop = runs.run(tool("work", (input, context) -> {
                            throw new IllegalStateException("no such river");
                        }))
                        .start()) {
            Runs.collect(loop);
            Awaitility.await()
                    .until(() ->
                            !log.lines("at dev.sluice.tools.HostileToolsTest").isEmpty());
            assertThat(log.lines("The tool 'work' failed (call call_1)"))
                    .singleElement()
                    .asString()
                    .contains("WARN");
            assertThat(log.text())
                    .contains("IllegalStateException: no such river")
                    .doesNotContain("test-key");
        }
    }

    @Test
    void aToolThatWasStoppedIsNotReportedAsFailed() throws Exception {
        try (var log = CapturedLog.open();
                var runs = Runs.with(calls(use(0, "a", "work", "{\"x\":1}")));
                var loop = runs.run(tool("work", (input, context) -> {
                            Thread.sleep(Duration.ofHours(1));
                            return "";
                        }))
                        .start()) {
            for (RunEvent event : loop) {
                if (event instanceof ToolStart) {
                    loop.cancel("enough");
                }
            }
            assertThat(loop.run.ending().getFirst().join(Duration.ofSeconds(5))).isTrue();
            Awaitility.await().until(() -> loop.stillRunning().isEmpty());
            assertThat(log.lines("failed (call")).isEmpty();
        }
    }

    @Test
    void anApprovalWithoutADecisionIsNone() {
        List<ToolApproval> undecided = List.of(
                (tool, call) -> {
                    throw new Unreadable();
                },
                (tool, call) -> null);
        for (ToolApproval approval : undecided) {
            try (var runs = Runs.with(calls(use(0, "a", "work", "{\"x\":1}")), says("fine"));
                    var loop = runs.run(tool("work", (input, context) -> "done"))
                            .approval(approval)
                            .start()) {
                assertThat(Runs.collect(loop).of(ToolError.class))
                        .singleElement()
                        .satisfies(error -> assertThat(error.error()).contains("was not allowed"));
            }
        }
    }

    @Test
    void aRepairThatFailsRepairsNothingAndIsLogged() {
        Tool picky = Tool.of("work", "works", "{\"type\":\"object\",\"required\":[\"y\"]}", (input, context) -> "done");
        try (var log = CapturedLog.open();
                var runs = Runs.with(calls(use(0, "call_1", "work", "{\"x\":1}")), says("fine"));
                var loop = runs.run(picky)
                        .repair((call, problem) -> {
                            throw new Unreadable();
                        })
                        .start()) {
            assertThat(Runs.collect(loop).of(ToolError.class))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error()).contains("is not valid"));
            assertThat(log.lines("The repair of an input of the tool 'work' failed (call call_1)"))
                    .isNotEmpty();
        }
    }

    @Test
    void aHandlersUnreadableExceptionEndsTheRunAndReachesTheConsumer() {
        try (var runs = Runs.with(says("fine"));
                var loop = runs.run().start()) {
            loop.on(RunEvent.MessageDelta.class, delta -> {
                throw new Unreadable();
            });
            Throwable thrown = catchThrowable(loop::done);
            assertThat(thrown instanceof Unreadable).isTrue();
            assertThat(loop.endReason()).get().isInstanceOf(Cancelled.class);
        }
    }

    @Test
    void aForgottenLoopIsFoundThoughItsControllersCallbackHoldsIt() {
        try (var runs = Runs.with(Script.stream().sse(ClaudeWire.begin("a")).stall())) {
            forget(runs);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                System.gc();
                return runs.peer.openConnections() == 0;
            });
        }
    }

    private static void forget(Runs runs) {
        var controller = StreamController.withCancellation();
        ToolLoop loop = runs.run().controller(controller).start();
        controller.onCancel(() -> assertThat(loop.isEnded()).isTrue());
        assertThat(loop.iterator().next()).isInstanceOf(RunEvent.MessageStart.class);
    }
}
